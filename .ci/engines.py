"""One table in several engines: the same counts, and so the same estimates.

    python3 .ci/engines.py PROGRAM CACHE [--rows 100000] [--only sqlite,postgres,duckdb,spark]

PROGRAM is whatif, built with the feature `adbc`. For discrete outcomes counts and estimates must be the same to the last
digit, sums of floats to a relative 1e-9. Drivers and Spark are installed below CACHE; PostgreSQL is Debian's, run by a
user without privileges in a folder of its own. Exits with 1 if anything differs or cannot be had.
"""

import argparse
import csv
import glob
import json
import os
import pwd
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

PACKAGES = ["adbc-driver-manager", "adbc-driver-sqlite", "adbc-driver-postgresql", "pyspark>=4,<5"]
DUCKDB = "@duckdb/node-bindings-linux-x64"

VISITS = """graph shop {
    service -> engagement -> churn
    service -> churn
    { service, engagement } -> spend
}
var service : {bad, excellent}
var engagement : {low, high}
var churn : {no, yes}
discrete: P(churn = yes | do(engagement = high)) - P(churn = yes | do(engagement = low))
numeric: E[spend | do(engagement = high)] - E[spend | do(engagement = low)]
"""
# A number cut into bins on its way.
AGES = """graph ages {
    age -> engagement -> churn
    age -> churn
}
var engagement : {low, high}
var churn : {no, yes}
binned: P(churn = yes | do(engagement = high)) - P(churn = yes | do(engagement = low))
"""
BINS = ["--bins", "age=18,30,45,60"]
COLUMNS = {"service": "text", "engagement": "text", "churn": "text", "spend": "float", "weight": "float", "age": "whole"}
# Name of the question, file, further arguments, whether every number must be the same to the last digit.
ASKED = [
    ("discrete", "visits.causal", [], True),
    ("binned", "ages.causal", BINS, True),
    ("numeric", "visits.causal", [], False),
    ("discrete", "visits.causal", ["--weights", "weight"], False),
]


class Missing(Exception):
    """Something that is needed cannot be had."""


def need(command: list[str], what: str, **more) -> str:
    try:
        run = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)
    except OSError as error:
        raise Missing(f"{what}: {error}") from error
    if run.returncode != 0:
        raise Missing(f"{what}: {' '.join(command)} failed\n{run.stdout[-2000:]}")
    return run.stdout


def found(pattern: str, what: str) -> str:
    paths = sorted(glob.glob(pattern))
    if not paths:
        raise Missing(f"{what}: there is no {pattern}")
    return paths[-1]


def install(cache: Path) -> dict[str, str]:
    """Packages into the cache; the paths of what is used of them."""
    cache.mkdir(parents=True, exist_ok=True)
    python = str(cache / "venv" / "bin" / "python")
    if not Path(python).exists():
        need([sys.executable, "-m", "venv", str(cache / "venv")], "a virtual environment")
    need([python, "-m", "pip", "install", "--quiet", *PACKAGES], "drivers and Spark from PyPI")
    library = cache / "duckdb" / "package" / "libduckdb.so"
    if not library.exists():
        library.parent.parent.mkdir(exist_ok=True)
        packed = need(["npm", "pack", "--silent", DUCKDB], "DuckDB from npm", cwd=library.parent.parent).split()[-1]
        need(["tar", "xzf", packed], "DuckDB from npm", cwd=library.parent.parent)
    site = str(cache / "venv" / "lib" / "python3*" / "site-packages")
    return {
        "python": python,
        "sqlite": found(f"{site}/adbc_driver_sqlite/libadbc_driver_sqlite.so", "the driver of SQLite"),
        "postgres": found(f"{site}/adbc_driver_postgresql/libadbc_driver_postgresql.so", "the driver of PostgreSQL"),
        "duckdb": str(library),
    }


def make(program: str, folder: Path, rows: int) -> list[dict[str, str]]:
    """A table drawn from an example's model, and beside it three columns of numbers."""
    text = need([program, "simulate", "examples/models/churn.causal", "-n", str(rows), "--seed", "7"], "rows")
    chance = random.Random(7)
    table = []
    for row in csv.DictReader(text.splitlines()):
        level = 20 + 15 * (row["service"] == "excellent") + 9 * (row["engagement"] == "high")
        row["spend"] = repr(round(chance.gauss(level, 12.5), 2))
        row["weight"] = repr(round(chance.uniform(0.5, 2), 3))
        row["age"] = str(chance.randrange(18, 90))
        table.append(row)
    with open(folder / "visits.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows(table)
    # What is wrong with it is to be told: a value is missing, and a number is none.
    bad = [dict(row) for row in table[:1000]]
    bad[17]["service"] = ""
    bad[400]["spend"] = "twelve"
    with open(folder / "bad.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, list(COLUMNS))
        writer.writeheader()
        writer.writerows(bad)
    (folder / "visits.causal").write_text(VISITS)
    (folder / "ages.causal").write_text(AGES)
    return table


def types(text: str, float_: str, whole: str) -> str:
    names = {"text": text, "float": float_, "whole": whole}
    return ", ".join(f"{name} {names[kind]}" for name, kind in COLUMNS.items())


@contextmanager
def sqlite(paths, folder: Path):
    path = folder / "visits.db"
    with sqlite3.connect(path) as database:
        for table, spend in [("visits", "REAL"), ("bad", "TEXT")]:
            database.execute(f"CREATE TABLE {table} ({types('TEXT', spend, 'INTEGER')})")
            with open(folder / f"{table}.csv", newline="") as file:
                rows = [[value or None for value in row] for row in csv.reader(file)][1:]
            marks = ", ".join("?" * len(COLUMNS))
            database.executemany(f"INSERT INTO {table} VALUES ({marks})", rows)
    database.close()
    yield lambda table: f"adbc:{quote(paths['sqlite'])}?uri={quote(str(path), safe='')}&table={table}"


@contextmanager
def postgres(paths, folder: Path):
    home = Path("/usr/lib/postgresql/15/bin")
    if not home.exists() and os.geteuid() == 0:
        need(["apt-get", "install", "-y", "-qq", "postgresql-15"], "PostgreSQL 15")
    if not home.exists():
        raise Missing("PostgreSQL 15: install Debian's postgresql-15")
    place = folder / "postgres"
    place.mkdir()
    # The server refuses to be run by root.
    user, demote = pwd.getpwuid(os.geteuid()).pw_name, {}
    if os.geteuid() == 0:
        user = "postgres"
        account = pwd.getpwnam(user)
        os.chown(place, account.pw_uid, account.pw_gid)
        demote = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    more = {"cwd": place, **demote}
    data = str(place / "data")
    need([str(home / "initdb"), "-D", data, "-A", "trust", "-U", user, "--no-sync"], "PostgreSQL 15", **more)
    options = f"-k {place} -c listen_addresses='' -c fsync=off"
    log = str(place / "log")
    start = [str(home / "pg_ctl"), "-D", data, "-w", "-o", options, "-l", log, "start"]
    # What the server inherits stays open as long as it runs.
    if subprocess.run(start, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **more).returncode != 0:
        raise Missing(f"PostgreSQL 15 does not start: {Path(log).read_text()[-2000:]}")
    try:
        script = ""
        for table, spend in [("visits", "DOUBLE PRECISION"), ("bad", "TEXT")]:
            script += f"CREATE TABLE {table} ({types('TEXT', spend, 'INTEGER')});\n"
            script += f"\\copy {table} FROM '{folder}/{table}.csv' WITH (FORMAT csv, HEADER)\n"
        psql = [str(home / "psql"), "-q", "-v", "ON_ERROR_STOP=1", "-h", str(place), "-U", user, "postgres"]
        need(psql, "PostgreSQL 15", input=script)
        uri = f"postgresql://{user}@/postgres?host={place}"
        yield lambda table: f"adbc:{quote(paths['postgres'])}?uri={quote(uri, safe='')}&table={table}"
    finally:
        subprocess.run([str(home / "pg_ctl"), "-D", data, "-m", "immediate", "stop"], stdout=subprocess.DEVNULL, **more)


FILL = """
import sys
from adbc_driver_manager import AdbcConnection, AdbcDatabase, AdbcStatement
library, path, *queries = sys.argv[1:]
database = AdbcDatabase(driver=library, entrypoint="duckdb_adbc_init", path=path)
connection = AdbcConnection(database)
for query in queries:
    statement = AdbcStatement(connection)
    statement.set_sql_query(query)
    statement.execute_update()
    statement.close()
connection.close()
database.close()
"""


@contextmanager
def duckdb(paths, folder: Path):
    path = str(folder / "visits.duckdb")
    queries = []
    for table, spend in [("visits", "DOUBLE"), ("bad", "VARCHAR")]:
        queries.append(f"CREATE TABLE {table} ({types('VARCHAR', spend, 'INTEGER')})")
        queries.append(f"COPY {table} FROM '{folder}/{table}.csv' (FORMAT csv, HEADER)")
    need([paths["python"], "-c", FILL, paths["duckdb"], path, *queries], "DuckDB")
    start = f"adbc:{quote(paths['duckdb'])}?entrypoint=duckdb_adbc_init&option.path={quote(path, safe='')}"
    yield lambda table: f"{start}&table={table}"


SPARK = """
import csv, json, sys
from pyspark.sql import SparkSession
folder, schema, queries = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
settings = {
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "4",
}
builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("whatif")
for name, value in settings.items():
    builder = builder.config(name, value)
session = builder.getOrCreate()
session.sparkContext.setLogLevel("ERROR")
table = session.read.csv(f"{folder}/visits.csv", header=True, schema=schema).repartition(8)
table.createOrReplaceTempView("visits")
for name, query in queries.items():
    result = session.sql(query)
    with open(f"{folder}/{name}", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(result.columns)
        writer.writerows(["" if value is None else value for value in row] for row in result.collect())
print("Spark", session.version, "with", session.sparkContext._jsc.sc().getExecutorMemoryStatus().size() - 1, "executors")
session.stop()
"""


def whatif(program: str, *arguments: str) -> tuple[int, str, str]:
    run = subprocess.run([program, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    return run.returncode, run.stdout, run.stderr


class Check:
    def __init__(self, program: str, folder: Path):
        self.program, self.folder, self.failed = program, folder, 0

    def say(self, engine: str, what: str, held: bool, more: str = "") -> None:
        self.failed += not held
        print(f"{engine:<10} {'ok' if held else 'DIFFERS':<8} {what}{more}", flush=True)

    def both(self, name: str, file: str, more: list[str], where: list[str]) -> tuple[str, dict]:
        """Counts and estimates from one place; of weighted rows the counts are not printed."""
        start = [str(self.folder / file), "--query", name, *more, *where]
        counts = ""
        if "--weights" not in more:
            status, counts, errors = whatif(self.program, "counts", *start)
            if status != 0:
                return errors, {}
        status, output, errors = whatif(self.program, "estimate", *start, "--format", "json")
        if status != 0:
            return output, {}
        estimates = json.loads(output)["estimates"]
        for estimate in estimates:
            del estimate["seconds"]
        return counts, estimates

    def same(self, engine: str, where: list[str] | None, counted: dict[int, str]) -> None:
        for index, (name, file, more, exact) in enumerate(ASKED):
            here = self.both(name, file, more, ["--data", str(self.folder / "visits.csv")])
            there = self.both(name, file, more, where or ["--counts", str(self.folder / counted[index])])
            assert here[1], here[0]
            what = " ".join([name, *more])
            if not there[1]:
                self.say(engine, what, False, f"\n{there[0]}")
            elif exact:
                self.say(engine, f"{what}: the same counts", here[0] == there[0])
                value = there[1][0]["value"]
                self.say(engine, f"{what}: the same estimate, {value}", here[1] == there[1])
            else:
                apart = max(distance(numbers(a), numbers(b)) for a, b in zip(here, there))
                value = there[1][0]["value"]
                self.say(engine, f"{what}: {value}, the furthest number", apart <= 1e-9, f" {apart:.1e} off")

    def told(self, engine: str, address: str, code: str, name: str = "numeric", more: list[str] = []) -> None:
        status, output, errors = whatif(
            self.program, "estimate", str(self.folder / "visits.causal"), "--query", name, "--on", address, *more
        )
        held = status == 2 and output == "" and code in errors
        words = " ".join(errors.replace("│", " ").split())
        self.say(engine, f"told: {words[:200]}", held, "" if held else f"\nexpected {code}, status 2: {status}\n{output}")

    def all_told(self, engine: str, address) -> None:
        self.told(engine, address("nowhere"), "whatif::adbc_table")
        self.told(engine, address("visits"), "whatif::data_column_missing", more=["--column", "service=servic"])
        self.told(engine, address("bad"), "whatif::data_missing", name="discrete")
        code = "whatif::data_not_a_number" if engine == "SQLite" else "whatif::adbc_query"
        self.told(engine, address("bad"), code)
        self.told(engine, f"{address('visits')}&option.nonsense=1", "whatif::adbc_connection")


def numbers(value) -> list[float]:
    """All numbers of a text of counts, or of estimates, in their order."""
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in numbers(part)]
    if isinstance(value, str):
        fields = [field for line in value.splitlines() for field in line.split(",")]
        return [float(field) for field in fields if field.replace(".", "", 1).replace("-", "", 1).isdigit()]
    return [float(value)] if isinstance(value, (int, float)) and not isinstance(value, bool) else []


def distance(here: list[float], there: list[float]) -> float:
    if len(here) != len(there):
        return float("inf")
    return max((abs(a - b) / max(abs(a), abs(b), 1e-300) for a, b in zip(here, there)), default=0.0)


def spark(check: Check, paths, folder: Path) -> None:
    java = need(["java", "-version"], "Java 17")
    if '"17' not in java:
        raise Missing(f"Java 17: there is {java.splitlines()[0]}")
    queries, counted = {}, {}
    for index, (name, file, more, _) in enumerate(ASKED):
        arguments = ["counts", str(folder / file), "--query", name, *more, "--table", "visits", "--dialect", "spark"]
        status, query, errors = whatif(check.program, *arguments)
        assert status == 0, errors
        counted[index] = f"spark{index}.csv"
        queries[counted[index]] = query.strip().rstrip(";")
    # Nothing of another Spark on this machine.
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("SPARK", "PYSPARK"))}
    environment |= {"SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": paths["python"]}
    command = [paths["python"], "-c", SPARK, str(folder), types("STRING", "DOUBLE", "INT"), json.dumps(queries)]
    print(need(command, "Spark", env=environment).strip().splitlines()[-1], flush=True)
    check.same("Spark", None, counted)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("cache", type=Path)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", default="sqlite,postgres,duckdb,spark")
    args = parser.parse_args()
    only = args.only.split(",")
    folder = Path(tempfile.mkdtemp(prefix="whatif-engines-"))
    # A server's own user must be able to pass.
    folder.chmod(0o755)
    check = Check(args.program, folder)
    missing = []
    try:
        paths = install(args.cache)
        make(args.program, folder, args.rows)
        for name, engine in [("SQLite", sqlite), ("PostgreSQL", postgres), ("DuckDB", duckdb)]:
            if engine.__name__ not in only:
                continue
            start = time.monotonic()
            try:
                with engine(paths, folder) as address:
                    check.same(name, ["--on", address("visits")], {})
                    check.all_told(name, address)
                    print(f"{name} took {time.monotonic() - start:.0f} s", flush=True)
            except Missing as error:
                missing.append(str(error))
        if "spark" in only:
            try:
                spark(check, paths, folder)
            except Missing as error:
                missing.append(str(error))
    except Missing as error:
        missing.append(str(error))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for what in missing:
        print(f"cannot be had: {what}")
    if missing or check.failed:
        sys.exit(f"{check.failed} differ, {len(missing)} cannot be had")
    print("all the same")


if __name__ == "__main__":
    main()
