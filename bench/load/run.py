#!/usr/bin/env python3
"""Measures the server against an echo on the same web server, in turn, on one core each. See README.md."""

import argparse
import contextlib
import http.client
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PATH = "/v2/models/trees/infer"
TICKS = os.sysconf("SC_CLK_TCK")


def main():
    options = read_options()
    for tool in ("wrk", "taskset", "dotnet"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing. On Debian: apt-get install wrk util-linux; .NET comes from https://dotnet.microsoft.com/download")
    cases = [int(rows) for rows in options.rows.split(",")]
    known = json.loads((HERE / "rows.json").read_text())

    with tempfile.TemporaryDirectory(prefix="slipway-load-") as folder, contextlib.ExitStack() as stack:
        bodies = {rows: write_body(Path(folder), known["rows"][:rows], options.columns) for rows in cases}
        echo = start_echo(stack, options)
        server = start_server(stack, options, folder)
        for rows in cases:
            check_answers(server.port, bodies[rows], known["predictions"][:rows])

        results = {(name, rows): [] for name in ("echo", "slipway") for rows in cases}
        for round_ in range(options.rounds + 1):
            for rows in cases:
                for name, running in (("echo", echo), ("slipway", server)):
                    result = load(running, bodies[rows], options)
                    # The first round is for the compiler, which is still at work on the code that it sees running.
                    if round_ > 0:
                        results[name, rows].append(result)
                        print(f"round {round_}  {rows:>3} rows  {name:<8} {result['rate']:>9.0f} req/s  {result['cpu_us']:6.1f} us CPU/request  p50 {result['p50']}",
                              file=sys.stderr, flush=True)
        report(results, cases, options)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="measured rounds; one more is for warming up")
    parser.add_argument("--seconds", type=int, default=5, help="length of one measurement")
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rows", default="1,32", help="rows a request, up to 32")
    parser.add_argument("--columns", action="store_true", help="send one input per column instead of one matrix")
    parser.add_argument("--server-core", type=int, default=0)
    parser.add_argument("--client-core", type=int, default=1)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--at-least", type=float, help="exit code 1 when the ratio at 1 row is lower")
    return parser.parse_args()


def write_body(folder, rows, columns):
    width = len(rows[0])
    if columns:
        inputs = [{"name": f"f{i}", "shape": [len(rows)], "datatype": "FP64", "data": [row[i] for row in rows]} for i in range(width)]
    else:
        inputs = [{"name": "input", "shape": [len(rows), width], "datatype": "FP64", "data": [value for row in rows for value in row]}]
    file = folder / f"body-{len(rows)}.json"
    file.write_text(json.dumps({"inputs": inputs}, separators=(",", ":")))
    return file


class Running:
    def __init__(self, process, port, pid=None):
        self.process, self.port, self.pid = process, port, pid or process.pid

    def cpu_seconds(self):
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def start(stack, command, core, environment=None):
    pinned = ["taskset", "-c", str(core), *command]
    process = subprocess.Popen(pinned, cwd=ROOT, stdout=subprocess.PIPE, stderr=sys.stderr, env={**os.environ, **(environment or {})})

    def stop():
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=35)
        except subprocess.TimeoutExpired:
            process.kill()

    stack.callback(stop)
    return process


def start_echo(stack, options):
    project = HERE / "echo" / "Slipway.Load.Echo.csproj"
    subprocess.run(["dotnet", "build", str(project), "-c", "Release", "-v", "q", "--nologo"], check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    process = start(stack, ["dotnet", str(ROOT / "artifacts/bin/Slipway.Load.Echo/release/echo.dll"), str(port)], options.server_core)
    wait_for(port, process)
    return Running(process, port)


def start_server(stack, options, folder):
    port = free_port()
    values = {"port": port, "data": os.path.join(folder, "data"), "yaml": HERE / "slipway.yaml", "model": HERE / "model"}
    up = os.environ.get("SERVER_COMMAND", "./slipway up --http 127.0.0.1:{port} --grpc 127.0.0.1:0 --data {data} --json")
    deploy = os.environ.get("DEPLOY_COMMAND", "./slipway apply -f {yaml} --server http://127.0.0.1:{port}")

    # The launcher builds when sources have changed, which is not to be done on the one core of the server.
    build = os.environ.get("BUILD_COMMAND", "./slipway --version")
    if build:
        subprocess.run(shlex.split(build.format(**values)), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    process = start(stack, shlex.split(up.format(**values)), options.server_core)
    wait_for(port, process)
    if deploy:
        subprocess.run(shlex.split(deploy.format(**values)), cwd=ROOT, check=True, stdout=sys.stderr)
    return Running(process, port)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, process):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"The server ended with exit code {process.returncode} before it listened.")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit("The server did not listen within a minute.")


def check_answers(port, body, expected):
    """A fast server with wrong answers is none."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("POST", PATH, body.read_bytes(), {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read()
    if response.status != 200:
        sys.exit(f"The server answered {response.status}: {text.decode(errors='replace')}")
    got = json.loads(text)["outputs"][0]["data"]
    worst = max(abs(a - b) for a, b in zip(got, expected, strict=True))
    if worst > 1e-12 * max(map(abs, expected)):
        sys.exit(f"The answers differ from LightGBM's own by {worst}.")


def load(server, body, options):
    before, began = server.cpu_seconds(), time.monotonic()
    output = subprocess.run(
        ["taskset", "-c", str(options.client_core), "wrk", "-t1", f"-c{options.connections}", f"-d{options.seconds}s", "--latency", "--timeout", "20s",
         "-s", str(HERE / "post.lua"), f"http://127.0.0.1:{server.port}{PATH}"],
        env={**os.environ, "BODY_FILE": str(body)}, check=True, capture_output=True, text=True, timeout=options.seconds + 30).stdout
    used = server.cpu_seconds() - before
    if re.search(r"Non-2xx|Socket errors", output):
        sys.exit(f"Requests failed under load:\n{output}")
    count, seconds = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    return {"rate": int(count) / float(seconds), "cpu_us": used / int(count) * 1e6, "p50": re.search(r"^\s+50%\s+(\S+)", output, re.M)[1],
            "busy": used / (time.monotonic() - began)}


def median(values):
    return sorted(values)[len(values) // 2]


def report(results, cases, options):
    summary = {key: {field: median([r[field] for r in rounds]) for field in ("rate", "cpu_us", "busy")} for key, rounds in results.items()}

    # What a core yields: requests per second of the server's CPU time. Where the core is saturated that is the throughput; where other programs take their share of the
    # machine it is still right, while requests per second say how busy the others were.
    ratios = {rows: median([e["cpu_us"] / s["cpu_us"] for s, e in zip(results["slipway", rows], results["echo", rows])]) for rows in cases}
    if options.json:
        print(json.dumps({"connections": options.connections, "cases": [
            {"rows": rows, "ratio": ratios[rows], "echo": summary["echo", rows], "slipway": summary["slipway", rows]} for rows in cases]}))
    else:
        print(f"{'rows':>4}  {'server':<8} {'req/s':>9} {'core busy':>10} {'CPU us/request':>15} {'req/s of a core':>16} {'of echo':>8}")
        for rows in cases:
            for name in ("echo", "slipway"):
                s = summary[name, rows]
                ratio = "" if name == "echo" else f"{ratios[rows]:.0%}"
                print(f"{rows:>4}  {name:<8} {s['rate']:>9.0f} {s['busy']:>10.0%} {s['cpu_us']:>15.1f} {1e6 / s['cpu_us']:>16.0f} {ratio:>8}")
        if min(s["busy"] for s in summary.values()) < 0.8:
            print("The server's core was not saturated: something else was at work. Trust the last two columns, not the rates.")
    if options.at_least is not None and ratios[cases[0]] < options.at_least:
        sys.exit(1)


if __name__ == "__main__":
    main()
