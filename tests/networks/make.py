#!/usr/bin/env python3
"""Computes with pyAgrum what the test `networks` expects, and writes it beside this file.

    python3 -m venv venv && venv/bin/pip install pyagrum==3.3.1
    venv/bin/python tests/networks/make.py ../shared/networks tests/networks/pyagrum.txt [NAME …]

pyAgrum's reader of BIF rounds every number to a 32-bit float, so that its posteriors of a file differ from the file's own in the
eighth digit. The decimals are therefore read here and given to pyAgrum as 64-bit floats, through its own interface. It takes
rows that do not sum to one as they are and divides a posterior by its total, as whatif does.

Of each network: marginals without evidence; with evidence; and with an intervention and evidence. Only some variables of large
networks are kept, evenly spread. munin1 takes half a minute and 5 GB; link is left out, it takes more than 20 GB.
"""

import gzip
import itertools
import os
import re
import sys

import numpy
import pyagrum

SKIP = {"link"}
MOST_NUMBERS = 260  # kept of one network and one setting


def parse(path):
    """Variables with their states, and tables as {child: (parents, {states of parents: row})}."""
    with gzip.open(path, "rt") as file:
        text = file.read()
    variables = {}
    for found in re.finditer(r"variable\s+(\S+)\s*\{\s*type discrete \[ \d+ \] \{ (.*?) \};", text):
        variables[found[1]] = found[2].split(", ")
    tables = {}
    for found in re.finditer(r"probability \( (\S+)(?: \| (.*?))? \) \{(.*?)\n\}", text, re.S):
        parents = found[2].split(", ") if found[2] else []
        rows = {}
        for row in re.finditer(r"(?:\((.*?)\)|table) ([^;]*);", found[3]):
            rows[tuple(row[1].split(", ")) if row[1] else ()] = [float(number) for number in row[2].split(",")]
        tables[found[1]] = (parents, rows)
    return variables, tables


def build(variables, tables, do={}):
    """The network in pyAgrum; `do` cuts variables off their parents and fixes their states."""
    net = pyagrum.BayesNet()
    for name, states in variables.items():
        variable = pyagrum.LabelizedVariable(name, name, 0)
        for state in states:
            variable.addLabel(state)
        net.add(variable)
    for name, (parents, _) in tables.items():
        if name not in do:
            for parent in parents:
                net.addArc(parent, name)
    for name, (parents, rows) in tables.items():
        table = net.cpt(name)
        if name in do:
            table.fillWith([float(state == do[name]) for state in variables[name]])
            continue
        array = numpy.empty([len(variables[parent]) for parent in parents] + [len(variables[name])])
        for key, row in rows.items():
            array[tuple(variables[parent].index(state) for parent, state in zip(parents, key))] = row
        # The first of pyAgrum's names changes fastest.
        order = [parent for parent in reversed(table.names) if parent != name]
        array = numpy.transpose(array, [parents.index(parent) for parent in order] + [len(parents)])
        table.fillWith(array.ravel().tolist())
    return net


def posteriors(net, evidence):
    engine = pyagrum.LazyPropagation(net)
    engine.setEvidence(evidence)
    engine.makeInference()
    return {name: [float(p) for p in engine.posterior(name).toarray()] for name in net.names()}


def acted(variables, tables):
    """The middle one of the variables with parents, set to its last state."""
    inner = [name for name in variables if tables[name][0]]
    name = inner[len(inner) // 2]
    return {name: variables[name][-1]}


def known(net, variables, do):
    """Evidence on up to four variables, from the last to the first: of each the least probable state that is not rare beside
    the most probable one."""
    names = [name for name in variables if name not in do]
    evidence = {}
    for name in reversed(names[:: max(2, len(names) // 5)][1:5]):
        engine = pyagrum.LazyPropagation(net)
        engine.addTarget(name)
        engine.setEvidence(evidence)
        engine.makeInference()
        posterior = engine.posterior(name).toarray()
        state = min((s for s in range(len(posterior)) if posterior[s] > max(posterior) / 4), key=lambda s: posterior[s])
        evidence[name] = variables[name][state]
    return evidence


def write(out, name, do, evidence, found, variables):
    numbers = sum(len(states) for states in variables.values())
    step = max(1, -(-numbers // MOST_NUMBERS))
    pairs = lambda setting: ",".join(f"{variable}={state}" for variable, state in setting.items()) or "-"
    out.write(f"# {name} do {pairs(do)} given {pairs(evidence)}\n")
    for variable in itertools.islice(variables, 0, None, step):
        row = " ".join(f"{p:.12g}" for p in found[variable])
        out.write(f"{variable} {row}\n")


def main(folder, target, *names):
    with open(target, "w") as out:
        out.write(f"// pyAgrum {pyagrum.__version__}, LazyPropagation, from the networks of bnlearn.com/bnrepository; see make.py\n")
        for file in sorted(os.listdir(folder)):
            name = file.removesuffix(".bif.gz")
            if not file.endswith(".bif.gz") or name in SKIP or (names and name not in names):
                continue
            variables, tables = parse(os.path.join(folder, file))
            print(name, flush=True)
            net = build(variables, tables)
            write(out, name, {}, {}, posteriors(net, {}), variables)
            for do in ({}, acted(variables, tables)):
                net = build(variables, tables, do)
                evidence = known(net, variables, do)
                write(out, name, do, evidence, posteriors(net, evidence), variables)


if __name__ == "__main__":
    main(*sys.argv[1:])
