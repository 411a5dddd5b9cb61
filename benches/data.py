"""Counting a table: whatif beside DuckDB's bare GROUP BY of the same columns.

    python3 -m venv venv && venv/bin/pip install duckdb
    cargo build --release
    venv/bin/python benches/data.py [--rows 10000000] [--levels 4] [--threads 2] [--runs 5] [--folder /tmp/whatif-data]

Makes a table of eight columns once, as CSV and Parquet, its levels as integers and as strings. Each run is a process of
its own, its page cache warm. Of whatif the whole process is timed: reading, counting and printing the counts; of DuckDB
the query alone, without the start of Python. Prints the least time of the runs, the least processor time (of all threads; on
a machine that others use it says more), and the peak memory.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

COLUMNS = [f"v{i}" for i in range(8)]
NAMES = ["none", "low", "medium", "high", "very high", "other", "unknown", "both"]

GRAPH = (
    "graph { "
    + " ".join(f"v{i} -> v6; v{i} -> v7;" for i in range(6))
    + " v6 -> v7 }\nP(v7 | do(v6))\n"
)

INSIDE = """
import duckdb, sys, time
c = duckdb.connect()
c.execute(f"set threads={sys.argv[2]}; set enable_progress_bar = false")
start = time.perf_counter()
columns = ", ".join(f"v{i}" for i in range(8))
grouped = f"select {columns}, count(*) as n from '{sys.argv[1]}' group by all"
cells, = c.execute(f"select count(n) from ({grouped})").fetchone()
print(time.perf_counter() - start, cells)
"""


def make(folder: Path, rows: int, levels: int) -> None:
    import duckdb

    c = duckdb.connect()
    c.execute("set threads=2")
    numbers = ", ".join(f"(hash(i * 8 + {k}) % {levels})::INTEGER AS v{k}" for k in range(8))
    c.execute(f"create table t as select {numbers} from range({rows}) r(i)")
    names = "[" + ", ".join(f"'{name}'" for name in NAMES[:levels]) + "]"
    texts = ", ".join(f"{names}[v{k} + 1] AS v{k}" for k in range(8))
    for kind, options in [("csv", "format csv, header"), ("parquet", "format parquet")]:
        c.execute(f"copy t to '{folder}/integers.{kind}' ({options})")
        c.execute(f"copy (select {texts} from t) to '{folder}/strings.{kind}' ({options})")


def run(command: list[str]) -> tuple[float, float, float, str]:
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE)
    output = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"failed: {command}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, output.decode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--levels", type=int, default=4)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="/tmp/whatif-data")
    parser.add_argument("--program", default="target/release/whatif")
    args = parser.parse_args()
    folder = Path(args.folder) / f"{args.rows}-{args.levels}"
    if not folder.exists():
        folder.mkdir(parents=True)
        make(folder, args.rows, args.levels)
    graph = folder / "graph.causal"
    graph.write_text(GRAPH)
    # What Python and the module take before the query.
    nothing = "import duckdb; duckdb.connect()"
    start = min(run([sys.executable, "-c", nothing])[1] for _ in range(args.runs))
    print("| file | MB | combinations | whatif s | processor s | peak MB | DuckDB s | processor s | peak MB | faster |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in ["integers.csv", "strings.csv", "integers.parquet", "strings.parquet"]:
        path = str(folder / name)
        ours, theirs = [], []
        for _ in range(args.runs):
            command = [args.program, "counts", str(graph), "--data", path, "--jobs", str(args.threads)]
            seconds, work, memory, output = run(command)
            ours.append((seconds, work, memory, output.count("\n") - 1))
            _, work, memory, output = run([sys.executable, "-c", INSIDE, path, str(args.threads)])
            seconds, cells = output.split()
            theirs.append((float(seconds), work - start, memory, int(cells)))
        assert {row[3] for row in ours} == {row[3] for row in theirs}
        us, them = ([min(column) for column in zip(*rows)] for rows in (ours, theirs))
        size = os.path.getsize(path) / 1e6
        print(
            f"| {name} | {size:.0f} | {us[3]} | {us[0]:.2f} | {us[1]:.2f} | {us[2]:.0f} "
            f"| {them[0]:.2f} | {them[1]:.2f} | {them[2]:.0f} | {them[0] / us[0]:.1f}× |",
            flush=True,
        )


if __name__ == "__main__":
    main()
