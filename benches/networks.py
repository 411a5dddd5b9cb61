#!/usr/bin/env python3
"""All marginals of real networks: whatif beside pyAgrum (and pgmpy), time and peak memory, as a table.

    cargo build --release
    python3 -m venv venv && venv/bin/pip install pyagrum==3.3.1
    venv/bin/python benches/networks.py ../shared/networks [--runs 5] [--most-memory 12] [--pgmpy] [NAME …]

Each run is a process of its own, so that its peak memory is its own. Time is what it takes to make the engine and to get every
marginal (whatif: "compile" and "infer"; pyAgrum: LazyPropagation, makeInference and every posterior), the least of several runs;
reading the file is a column of its own. Peak memory is of the whole process, for pyAgrum with what Python and its library take
(34 MB or so); a process is stopped at --most-memory GB of address space. child is read by whatif only: pyAgrum's BIF reader
refuses a state named Asy/Patch.

--pgmpy adds pgmpy (venv/bin/pip install pgmpy): its BIFReader, and BeliefPropagation calibrated once and asked for every variable,
once each; it is given at most --patience seconds for a network.
"""

import argparse
import gzip
import json
import os
import resource
import signal
import sys
import tempfile

NAMES = (
    "asia cancer earthquake survey sachs child alarm insurance hailfinder hepar2 win95pts pathfinder andes pigs "
    "diabetes water mildew barley munin1 link"
).split()

PYAGRUM = """
import json, sys, time
import pyagrum
start = time.perf_counter()
net = pyagrum.loadBN(sys.argv[1])
loaded = time.perf_counter()
engine = pyagrum.LazyPropagation(net)
engine.makeInference()
for node in net.nodes():
    engine.posterior(node)
print(json.dumps({"load": loaded - start, "infer": time.perf_counter() - loaded}))
"""


PGMPY = """
import json, logging, sys, time
logging.disable(logging.CRITICAL)
from pgmpy.inference import BeliefPropagation
from pgmpy.readwrite import BIFReader
start = time.perf_counter()
net = BIFReader(sys.argv[1]).get_model()
loaded = time.perf_counter()
engine = BeliefPropagation(net)
engine.calibrate()
for node in net.nodes():
    engine.query([node], show_progress=False)
print(json.dumps({"load": loaded - start, "infer": time.perf_counter() - loaded}))
"""


def run(command, limit, patience=None):
    """Standard output and peak memory in MB of a process; None where it failed."""
    with tempfile.TemporaryFile() as out:
        pid = os.fork()
        if pid == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
            if patience:
                signal.alarm(patience)
            os.execv(command[0], command)
        _, status, usage = os.wait4(pid, 0)
        out.seek(0)
        return (out.read() if status == 0 else None), usage.ru_maxrss / 1024


def best(command, runs, limit, slow, patience=None):
    """The least seconds to load and to compute, and the largest peak memory."""
    load = infer = float("inf")
    peak = 0.0
    for _ in range(runs):
        text, memory = run(command, limit, patience)
        peak = max(peak, memory)
        if text is None:
            return None, None, peak
        found = json.loads(text)
        found = found.get("seconds", found)
        load = min(load, found["load"])
        infer = min(infer, found.get("compile", 0.0) + found["infer"])
        if infer > slow:
            break
    return load, infer, peak


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("names", nargs="*")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--most-memory", type=float, default=12.0)
    parser.add_argument("--whatif", default="target/release/whatif")
    parser.add_argument("--pgmpy", action="store_true")
    parser.add_argument("--patience", type=int, default=120)
    arguments = parser.parse_args()
    limit = int(arguments.most_memory * 2**30)
    milliseconds = lambda seconds: "failed" if seconds is None else f"{seconds * 1000:.1f}"
    head = "| network | whatif: load ms | all marginals ms | peak MB | pyAgrum: load ms | all marginals ms | peak MB | faster |"
    rule = "|---|---|---|---|---|---|---|---|"
    if arguments.pgmpy:
        head += " pgmpy: load ms | all marginals ms | peak MB |"
        rule += "---|---|---|"
    print(f"{head}\n{rule}")
    for name in arguments.names or NAMES:
        packed = os.path.join(arguments.folder, f"{name}.bif.gz")
        with tempfile.TemporaryDirectory() as folder:
            plain = os.path.join(folder, f"{name}.bif")
            with gzip.open(packed) as source, open(plain, "wb") as target:
                target.write(source.read())
            ours = best([arguments.whatif, "marginals", plain, "--format", "json"], arguments.runs, limit, 10.0)
            theirs = best([sys.executable, "-c", PYAGRUM, plain], arguments.runs, limit, 10.0)
            if arguments.pgmpy:
                third = best([sys.executable, "-c", PGMPY, plain], 1, limit, 0.0, arguments.patience)
        factor = f"{theirs[1] / ours[1]:.0f}×" if ours[1] and theirs[1] else "–"
        cells = [milliseconds(ours[0]), milliseconds(ours[1]), f"{ours[2]:.0f}"]
        cells += [milliseconds(theirs[0]), milliseconds(theirs[1]), f"{theirs[2]:.0f}", factor]
        if arguments.pgmpy:
            cells += [milliseconds(third[0]), milliseconds(third[1]), f"{third[2]:.0f}"]
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
