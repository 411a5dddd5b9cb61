"""One estimate on nhefs (1,566 people): whatif beside DoWhy's linear back-door estimate.

    python3 -m venv venv && venv/bin/pip install dowhy==0.14
    cargo build --release
    venv/bin/python benches/dowhy.py [--data ../shared/data/nhefs.csv] [--runs 5]

The effect of quitting smoking on weight, given the nine covariates. Each run is a process of its own, its page cache warm.
Of whatif the whole process is timed: file, proof, data, estimate and interval. Of DoWhy the whole process, and what it
takes without the start of Python and its imports: data, model, identification, estimate and interval. whatif is asked for the
same regression where it has one (--method regression), else for the counts' formula with covariates in bins.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

COVARIATES = ["sex", "race", "age", "education", "smokeintensity", "smokeyrs", "exercise", "active", "wt71"]
NUMBERS = {"age": "25,40,55,75", "smokeintensity": "1,15,25,100", "smokeyrs": "1,15,30,70", "wt71": "35,60,80,200"}

INSIDE = """
import sys, time, warnings
warnings.filterwarnings("ignore")
import logging
logging.disable(logging.CRITICAL)
import pandas as pd
from dowhy import CausalModel
start, work = time.perf_counter(), time.process_time()
table = pd.read_csv(sys.argv[1])
model = CausalModel(table, treatment="qsmk", outcome="wt82_71", common_causes=sys.argv[2].split(","))
asked = model.identify_effect(proceed_when_unidentifiable=True)
found = model.estimate_effect(asked, method_name="backdoor.linear_regression", confidence_intervals=True)
interval = found.get_confidence_intervals()
print(time.perf_counter() - start, time.process_time() - work, found.value, str(interval).replace("\\n", " "))
"""


def run(command: list[str]) -> tuple[float, float, str]:
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    output = child.stdout.read().decode()
    _, status, usage = os.wait4(child.pid, 0)
    if status != 0:
        sys.exit(f"failed: {command}\n{output}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, output


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="../shared/data/nhefs.csv")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--program", default="target/release/whatif")
    args = parser.parse_args()
    text = f"graph study {{ {{{' '.join(COVARIATES)}}} -> qsmk -> wt82_71; {{{' '.join(COVARIATES)}}} -> wt82_71 }}\n"
    text += "var qsmk : {0, 1}\nE[wt82_71 | do(qsmk = 1)] - E[wt82_71 | do(qsmk = 0)]\n"
    help_ = subprocess.run([args.program, "estimate", "--help"], stdout=subprocess.PIPE, text=True).stdout
    more = ["--method", "regression"]
    if "regression" not in help_:
        more = ["--overlap"] + [part for name, edges in NUMBERS.items() for part in ("--bins", f"{name}={edges}")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "nhefs.causal"
        file.write_text(text)
        command = [args.program, "estimate", str(file), "--data", args.data, "--format", "json", *more]
        ours = [run(command) for _ in range(args.runs)]
    theirs = [run([sys.executable, "-c", INSIDE, args.data, ",".join(COVARIATES)]) for _ in range(args.runs)]
    found = json.loads(ours[0][2])["estimates"][0]
    print(f"whatif {' '.join(more)}: {found['value']}, interval {found['interval']}")
    _, _, value, interval = theirs[0][2].split(maxsplit=3)
    print(f"DoWhy: {value}, interval {interval.strip()}")
    us, us_work = min(row[0] for row in ours), min(row[1] for row in ours)
    whole, work = min(row[0] for row in theirs), min(row[1] for row in theirs)
    inner, inner_work = (min(float(row[2].split()[at]) for row in theirs) for at in (0, 1))
    print("\n| | seconds | processor s | whatif is faster | by processor time |")
    print("|---|---|---|---|---|")
    print(f"| whatif, whole process | {us:.4f} | {us_work:.4f} | | |")
    print(f"| DoWhy, imports left out | {inner:.4f} | {inner_work:.4f} | {inner / us:.0f}× | {inner_work / us_work:.0f}× |")
    print(f"| DoWhy, whole process | {whole:.4f} | {work:.4f} | {whole / us:.0f}× | {work / us_work:.0f}× |")


if __name__ == "__main__":
    main()
