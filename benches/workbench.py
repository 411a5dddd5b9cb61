#!/usr/bin/env python3
"""How long a person waits: `benches/workbench.py [PROGRAM]`, after `cargo build --release`.

- the session's first prompt, and an answer on a graph of 10 variables, at a terminal, from the key to the next prompt
- `whatif test` on 1,000 files with one thread and with two
- `whatif fmt` and `whatif check` on 100,000 lines

Each is repeated, and the least of all is printed: of the time on the clock, and of the processor time that the program
itself took, which other work on the machine disturbs less. Needs a system with pseudo-terminals and nothing but Python.
"""

import os
import pty
import resource
import select
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = str(Path(sys.argv[1] if len(sys.argv) > 1 else "target/release/whatif").resolve())
PROMPT = b"whatif> "
GRAPH = "graph { " + "; ".join(
    ["a -> b -> c -> x -> m -> y", "a -> x", "b -> y", "c <-> y", "z -> x", "z -> w -> y", "x <-> w", "v -> z", "v <-> a", "u -> v"]
) + " }"
# Each with a text of its answer: on Enter the line may be painted once more, prompt and all.
QUESTIONS = {
    "P(y | do(x))": b"Must be positive",
    "P(y | do(x), z)": b"Must be positive",
    "adjust P(y | do(m))": b"one it gives",
    "x _||_ v | z": b"A path is open",
    "implications": b"data:",
}
TEN = """// a graph
graph g{N{
  z->x -> y  // the effect
    z ->y ; u[latent,pos="0,1"]
}
total{N:P(y|do(x),z=1) in g{N  # asked
expect P(y|do( x ))=sum_{z}P(y|x,z)P(z) in g{N
proof P(y|do(x)) in g{N {
  = sum_{z} P(y|x,z) P(z) by M,P, rule 2 {y _||_ x|z in [under x]}
}
"""


def until(terminal, *wanted):
    """Reads until some texts have come, one after the other."""
    seen = b""
    for text in wanted:
        while text not in seen:
            if not select.select([terminal], [], [], 60)[0]:
                raise TimeoutError(seen)
            seen += os.read(terminal, 65536)
        seen = seen[seen.index(text) + len(text) :]


def session():
    """Seconds to the first prompt, and for each question from Enter to the next prompt."""
    start = time.perf_counter()
    child, terminal = pty.fork()
    if child == 0:
        os.environ.update(TERM="xterm", LANG="C.UTF-8")
        os.execv(PROGRAM, [PROGRAM, "repl", "--no-history"])
    until(terminal, PROMPT)
    first = time.perf_counter() - start
    os.write(terminal, GRAPH.encode() + b"\r")
    until(terminal, b"10 variables", PROMPT)
    waits = []
    for question, answer in QUESTIONS.items():
        os.write(terminal, question.encode())
        # The line is painted anew with each key; the last of them ends with a hint or with the question.
        time.sleep(0.2)
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 65536)
        start = time.perf_counter()
        os.write(terminal, b"\r")
        until(terminal, answer, PROMPT)
        waits.append(time.perf_counter() - start)
    os.write(terminal, b"\x04")
    os.kill(child, signal.SIGTERM)
    os.waitpid(child, 0)
    os.close(terminal)
    return first, waits


def run(*arguments):
    """Seconds on the clock and of the processor."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run([PROGRAM, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    clock = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stderr.decode())
    return clock, after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime


def least(times, *arguments):
    runs = [run(*arguments) for _ in range(times)]
    return [min(each) for each in zip(*runs)]


def main():
    sessions = [session() for _ in range(20)]
    print(f"first prompt              {min(first for first, _ in sessions) * 1e3:8.1f} ms")
    for at, question in enumerate(QUESTIONS):
        print(f"{question:25} {min(waits[at] for _, waits in sessions) * 1e3:8.1f} ms")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        examples = sorted(Path("examples").glob("*.causal"))
        for number in range(1000):
            (folder / f"{number}.causal").write_text(examples[number % len(examples)].read_text())
        run("test", "--accept", name)
        for jobs in ("1", "2"):
            clock, user, system = least(5, "test", "--jobs", jobs, name)
            print(f"test, 1,000 files, {jobs} job{'s'[:int(jobs) - 1]}: {clock:6.2f} s on the clock, {user:.2f} s user, {system:.2f} s system")
    with tempfile.TemporaryDirectory() as name:
        long = Path(name) / "long.causal"
        text = "".join(TEN.replace("{N", str(n)) for n in range(10_000))
        long.write_text(text)
        for arguments in (["fmt", "--check"], ["check"]):
            clock, user, system = least(5, *arguments, str(long))
            print(f"{' '.join(arguments)}, {text.count(chr(10)):,} lines: {clock:.2f} s on the clock, {user:.2f} s user, {system:.2f} s system")


if __name__ == "__main__":
    main()
