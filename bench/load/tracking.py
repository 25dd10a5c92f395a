#!/usr/bin/env python3
"""Measures tracking over HTTP: what a write and a metric cost, searches over many runs, a long history. Needs wrk and a built program; prints a table."""

import argparse
import json
import os
import re
import sqlite3
import statistics
import subprocess
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = HERE.parent.parent / "artifacts/bin/Slipway/release/slipway"
API = "/api/2.0/mlflow/"


class Server:
    """The program on a folder, and what it has used of the processors."""

    def __init__(self, data, port):
        self.address = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(
            [PROGRAM, "up", "--http", f"127.0.0.1:{port}", "--grpc", f"127.0.0.1:{port + 1}", "--data", data, "--json"], stdout=subprocess.PIPE, text=True)
        self.process.stdout.readline()

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def call(self, path, body=None, **query):
        url = self.address + API + path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        request = urllib.request.Request(url, json.dumps(body).encode() if body is not None else None, {"Content-Type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return answer.read()

    def stop(self):
        self.process.terminate()
        self.process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs the searches go over, each with 20 metrics and 20 parameters")
    parser.add_argument("--points", type=int, default=1_000_000, help="how long the long history is")
    parser.add_argument("--warm-up", type=int, default=10, help="seconds of each kind of write before it is measured: the compiler takes that long on a busy machine")
    parser.add_argument("--seconds", type=int, default=10, help="how long each kind of write is measured")
    parser.add_argument("--port", type=int, default=5148)
    options = parser.parse_args()
    print(f"load average before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors\n")

    # In the current folder rather than in /tmp, which is memory on many machines and would make fsync free.
    with tempfile.TemporaryDirectory(dir=".") as folder:
        writes(folder, options)
        reads(folder, options)


def writes(folder, options):
    server = Server(f"{folder}/writes", options.port)
    try:
        runs = Path(folder) / "runs.txt"
        runs.write_text("".join(json.loads(server.call("runs/create", {}))["run"]["info"]["run_id"] + "\n" for _ in range(8)))
        print("| write | clients | a second | CPU µs each | metrics per CPU second |\n|---|---|---|---|---|")
        for kind, clients in [("create_run", 8), ("log_metric", 8), ("log_batch", 8), ("log_batch", 1)]:
            wrk(server, kind, clients, runs, options.warm_up)
            before = server.cpu()
            count, seconds = wrk(server, kind, clients, runs, options.seconds)
            cpu = server.cpu() - before
            metrics = {"create_run": 0, "log_metric": count, "log_batch": 100 * count}[kind]
            print(f"| {kind} | {clients} | {count / seconds:,.0f} | {1e6 * cpu / count:,.0f} | {f'{metrics / cpu:,.0f}' if metrics else ''} |", flush=True)
    finally:
        server.stop()


def wrk(server, kind, clients, runs, seconds):
    environment = os.environ | {"KIND": kind, "RUNS": str(runs)}
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "30s", "-s", HERE / "tracking.lua", server.address]
    text = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    if "status" in text.stderr or "Non-2xx" in text.stdout:
        raise SystemExit(text.stdout + text.stderr)
    found = re.search(r"(\d+) requests in ([\d.]+)s", text.stdout)
    return int(found[1]), float(found[2])


def reads(folder, options):
    data = f"{folder}/reads"
    Server(data, options.port).stop()
    fill(f"{data}/slipway.db", options)
    server = Server(data, options.port)
    try:
        def search(**fields):
            return lambda: server.call("runs/search", {"experiment_ids": ["0"], "max_results": 100} | fields)

        cases = {
            "first page, 100 runs": search(),
            "first page, 1 000 runs": search(max_results=1000),
            "filter by metric and parameter, ordered by a metric": search(filter="metrics.m3 > 0.5 and params.p4 = '7'", order_by=["metrics.m5 DESC"]),
            "a rare parameter, ordered by a metric": search(filter="params.p0 = '4711'", order_by=["metrics.m5 DESC"]),
            "a metric that few reach, ordered by start": search(filter="metrics.m3 > 0.999"),
            "nobody passes": search(filter="metrics.m3 > 0.5 and params.p4 = 'none'", order_by=["metrics.m5 DESC"]),
            "run name begins, ordered by a parameter": search(filter="attributes.run_name LIKE 'run-99%'", order_by=["params.p1"]),
            f"history of {options.points:,} points for a plot of 320": lambda: server.call("metrics/get-history-bulk-interval", run_ids=["long"], metric_key="loss", max_results=320),
            "200 runs by id, with all that they logged": lambda: [server.call("runs/get", run_id=f"{i:032x}") for i in range(200)],
        }
        print(f"\n| read, over {options.runs:,} runs | p50 ms | p95 ms | CPU ms each | answer |\n|---|---|---|---|---|")
        for name, call in cases.items():
            for _ in range(100):
                answer = call()
            before = server.cpu()
            times = sorted(timed(call) for _ in range(50))
            cpu = 1000 * (server.cpu() - before) / len(times)
            size = f"{len(answer) / 1024:,.0f} KiB" if isinstance(answer, bytes) else ""
            print(f"| {name} | {statistics.median(times):.1f} | {times[-3]:.1f} | {cpu:.1f} | {size} |", flush=True)
    finally:
        server.stop()


def timed(call):
    start = time.perf_counter()
    call()
    return 1000 * (time.perf_counter() - start)


def fill(path, options):
    """Writes the rows that as many requests would have written."""
    numbers = "with recursive n(i) as (select 0 union all select i + 1 from n where i + 1 < {count}), k(j) as (select 0 union all select j + 1 from k where j < 19) "
    database = sqlite3.connect(path)
    database.create_function("mix", 2, lambda i, j: (i * 2654435761 + j * 40503 + i * j * 97) % 1_000_003 / 1_000_003, deterministic=True)
    database.execute(numbers.format(count=options.runs) + """
        insert into runs (id, run_id, experiment, name, user_id, status, start_time, end_time, artifact_uri)
        select i + 1, printf('%032x', i), 0, 'run-' || i, 'ada', 'FINISHED', 1700000000000 + i * 1000, 1700000000500 + i * 1000, 'mlflow-artifacts:/0/' || printf('%032x', i) || '/artifacts' from n""")
    database.execute(numbers.format(count=options.runs) + """
        insert into run_metrics (run, key, experiment, value, is_nan, step, timestamp) select i + 1, 'm' || j, 0, mix(i, j), 0, 100, 1700000000000 from n, k""")
    database.execute(numbers.format(count=options.runs) + """
        insert into run_params (run, key, experiment, value) select i + 1, 'p' || j, 0, cast(case j when 0 then i else cast(10 * mix(i, j + 50) as integer) end as text) from n, k""")
    database.execute(numbers.format(count=options.runs) + "insert into run_tags (run, key, experiment, value) select i + 1, 'mlflow.runName', 0, 'run-' || i from n")
    database.execute("insert into runs (id, run_id, experiment, name, user_id, status, start_time, artifact_uri) values (?, 'long', 0, 'long', '', 'RUNNING', 0, '')", [options.runs + 1])
    database.execute(numbers.format(count=options.points) + "insert into metric_points (run, key, step, timestamp, value, is_nan) select ?, 'loss', i, 1700000000000 + i, mix(i, 1), 0 from n", [options.runs + 1])
    database.commit()
    database.close()


if __name__ == "__main__":
    main()
