"""The clients: wrk for HTTP/1.1 in a closed loop, h2load for gRPC and for a rate that does not care whether the server keeps up."""

import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

from .servers import on_core

HERE = Path(__file__).resolve().parent.parent


class Failed(Exception):
    """Requests failed, or answers were wrong, under load."""


def wrk(target, seconds, connections, core, expected=None):
    """Requests for some seconds. With `expected`, the numbers of every answer are compared."""
    environment = {"BODY_FILES": ":".join(map(str, target.bodies)), "HEADERS": "".join(f"{name}:{value};" for name, value in target.headers.items())}
    if expected is not None:
        environment |= {"EXPECTED": str(expected), "PATTERN": target.pattern, "TOLERANCE": repr(target.tolerance)}
    with Measured(target.server) as used:
        output = subprocess.run(
            on_core(core, ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "--timeout", "30s", "-s", str(HERE / "load.lua"),
                           f"http://127.0.0.1:{target.server.port}{target.path}"]),
            env={**os.environ, **environment}, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    if re.search(r"Non-2xx|Socket errors|Wrong answers", output):
        raise Failed(f"{target.label}: requests failed under load:\n{output}")
    count, took = re.search(r"(\d+) requests in ([\d.]+(?:us|ms|s|m))", output).groups()
    return used.result(int(count), microseconds(took) / 1e6, p50_us=microseconds(re.search(r"^\s+50%\s+(\S+)", output, re.M)[1]))


def h2load_grpc(target, seconds, streams, core):
    """gRPC calls by HTTP/2: one connection, so many streams."""
    with Measured(target.server) as used:
        output = subprocess.run(
            on_core(core, ["h2load", "-t1", "-c1", f"-m{streams}", "-D", str(seconds), "-d", str(target.bodies[0]), "-H", "content-type: application/grpc", "-H", "te: trailers",
                           f"http://127.0.0.1:{target.server.grpc}{target.path}"]),
            check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
    done, failed = int(re.search(r"(\d+) succeeded", output)[1]), int(re.search(r"(\d+) failed", output)[1])
    if done == 0 or failed > streams:
        raise Failed(f"{target.label}: calls failed under load:\n{output}")
    return used.result(done, seconds, p50_us=microseconds(re.search(r"time for request:\s+\S+\s+\S+\s+(\S+)", output)[1]))


def h2load_rate(target, seconds, rate, connections, core, log):
    """
    Requests at a rate; every answer's status and time. A connection waits for its answer before it sends again, so the rate is reached only while answers come within
    connections / rate seconds, as they do from a server that refuses early. Where `answered` is below `offered`, the server let callers wait instead.
    """
    Path(log).unlink(missing_ok=True)
    # Each connection sends its share; with so many of them, one that waits for its answer delays hardly any request.
    share = max(1, round(rate / connections))
    connections = max(1, round(rate / share))
    headers = [part for name, value in target.headers.items() for part in ("-H", f"{name}: {value}")]
    with Measured(target.server) as used:
        subprocess.run(
            on_core(core, ["h2load", "--h1", "-t1", f"-c{connections}", f"--rps={share}", "-D", str(seconds), "-d", str(target.bodies[0]), *headers, f"--log-file={log}",
                           f"http://127.0.0.1:{target.server.port}{target.path}"]),
            check=True, capture_output=True, text=True, timeout=seconds + 120)
    answers = [(int(status), int(took)) for _, status, took in (line.split() for line in Path(log).read_text().splitlines())]
    good = [took for status, took in answers if status == 200]
    # 504: it was let in and its time was over before its turn, which is a late refusal.
    refused = [took for status, took in answers if status in (429, 503, 504)]
    result = used.result(len(good), seconds, p50_us=statistics.median(good) if good else None)
    return result | {"offered": share * connections, "answered": len(answers) / seconds, "refused": len(refused) / max(1, len(answers)), "other": len(answers) - len(good) - len(refused),
                     "refused_p99_us": percentile(refused, 0.99), "good_p99_us": percentile(good, 0.99)}


class Measured:
    """The server's CPU time around a load."""

    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.before = self.server.cpu_seconds()
        return self

    def __exit__(self, *_):
        self.used = self.server.cpu_seconds() - self.before

    def result(self, count, seconds, p50_us):
        return {"requests": count, "rate": count / seconds, "cpu_us": self.used / max(1, count) * 1e6, "busy": self.used / seconds, "p50_us": p50_us}


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else None


def microseconds(text):
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(value) * {"us": 1, "ms": 1e3, "s": 1e6, "m": 6e7}[unit]


def say(text):
    print(text, file=sys.stderr, flush=True)
