"""Reads every file that the program accepts with the parser made from grammar.js: no part of one may be an error.

    pip install tree-sitter && cargo run --manifest-path generate/Cargo.toml -- FOLDER && python test.py FOLDER PROGRAM

FOLDER holds a copy of this folder.
"""

import ctypes
import os
import pathlib
import subprocess
import sys

import tree_sitter

folder, program = sys.argv[1], os.path.abspath(sys.argv[2])
root = pathlib.Path(__file__).resolve().parent.parent.parent
library = os.path.join(folder, "causal.so")
sources = [os.path.join(folder, "src", name) for name in ("parser.c", "scanner.c")]
subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-Wall", "-I", os.path.join(folder, "src"), "-o", library, *sources], check=True)

made = ctypes.CDLL(library).tree_sitter_causal
made.restype = ctypes.c_void_p
capsule = ctypes.pythonapi.PyCapsule_New
capsule.restype, capsule.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
language = tree_sitter.Language(capsule(made(), b"tree_sitter.Language", None))
parser = tree_sitter.Parser(language)
query = tree_sitter.Query(language, (root / "editors/tree-sitter-causal/queries/highlights.scm").read_text())
assert query.capture_count > 10

texts = {}
for place in ("examples", "tests/corpus", "tests/proofs", "editors/vscode/test"):
    for path in sorted((root / place).rglob("*.causal")):
        # What has mistakes may have them here too.
        if subprocess.run([program, "check", str(path)], capture_output=True).returncode == 0:
            texts[str(path.relative_to(root))] = path.read_bytes()
for chapter in sorted((root / "docs/src").glob("*.md")):
    # The guide's files, but for those that show mistakes.
    for number, block in enumerate(chapter.read_text().split("\n```causal ")[1:]):
        name, text = block.split("\n```", 1)[0].split("\n", 1)
        if name not in ("typo.causal",):
            texts[f"{chapter.name}: {name}"] = text.encode() + b"\n"
assert len(texts) > 100, len(texts)

# What is legal and rare, a text a paragraph.
RARE = r"""
adjust: P(y | do(x))

graph, x _||_ y | z

data _||_ model

P(y[x = 1, m = m[x = 0]] | x = 0)

P(Y_{X=1} = 1)

x_||_y|z

graph { latent -> x; 1 -> -2 -> .5; a [pos="0,1", latent]; bb="0,0,1,1"; {a b} -> {c, d} [beta=".4"]; latent u, w
  x -> y }

P(y | do(x ~ {low: 0.2, high: 0.8}), do(z := z + 1), do(w = f))

P(y | do(x = z + 1))

expect not identifiable P(y | do(x)) in bow

total: Σ_{z} P(y | x', z) P(z) == \sum_{z, w} 2 P(y) - 1/3 in g

P(y | do(x)) /* a
 b */ in g

model m of g { latent u ~ {0: 1/2, 1: 1/2}; x := if u == 1 then 1 else noise(bernoulli 0.3); y | x, u ~ {0, *: bernoulli 1/2
   else: uniform {a, b} } }

nde(x = 0 -> 1, y = yes via m | z = 1)

x _||_ y | z in g[over x; under z, w]

"carry matches" _||_ y

table t = "a.csv" { service = column "svc" bins(0, 30, 70) : {bad, good}; counts column n
  z : 0..3 }

E[y | do(x=1)] - E[y | do(x=0)] // difference
P(y)

simplify (P(y) +
   P(z)) P(x)

var x : {−1, 0, 1}

let P1 = P(x) P(y)

sensitivity P(y = 1) by y, z in m

proof P(y | do(x)) in g { = P(y | x) by R2, rule 2 { y _||_ x | z in [under x] }, algebra
  = P(y) }

P(y) == \sum_{z, w} 2 P(y)

P(y) == 2 P(y) - 1/3

t: Σ_{z} P(y | x', z) P(z) == P(y) in g
"""
for text in RARE.strip().split("\n\n"):
    texts[text] = text.encode() + b"\n"


def errors(node):
    if node.type == "ERROR" or node.is_missing:
        yield node
    for child in node.children:
        if child.has_error:
            yield from errors(child)


wrong = 0
for name, text in texts.items():
    tree = parser.parse(text)
    for node in list(errors(tree.root_node))[:3]:
        line = text.splitlines()[min(node.start_point[0], text.count(b"\n") - 1)].decode()
        print(f"{name}:{node.start_point[0] + 1}:{node.start_point[1] + 1}: {node.type}: {line}")
        wrong += 1

# Where statements end is known: a product does not go on on the next line, a bracket does.
tree = parser.parse(b"graph { x -> y }\nP(y | do(x))\nP(y | x,\n  z) in g // as seen\nlet q = P(y)\n")
kinds = [child.type for child in tree.root_node.named_children if child.type != "comment"]
assert kinds == ["graph", "question", "question", "definition"], kinds

print(f"{len(texts)} texts, {wrong} errors")
sys.exit(wrong > 0)
