"""What must hold before anything is measured: default features are on, and answers are right."""

import http.client
import json
import re
import struct
import subprocess
import time

from . import bodies


class NotAvailable(Exception):
    """The server has no such route, or cannot do this."""


def post(port, path, body, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, body, {"Content-Type": "application/json", **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read().decode(errors="replace")
    finally:
        connection.close()


def metrics(port):
    """Sums of a server's counters by name, and the same by deployment."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/metrics")
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    if response.status != 200:
        raise SystemExit(f"Refused: /metrics answers {response.status}, so the server does not run with its default features.")
    sums = {}
    for name, value in re.findall(r"^(slipway_\w+_total)(?:\{[^}\n]*\})? (\S+)", text, re.M):
        sums[name] = sums.get(name, 0) + float(value)
    return sums


def refuse_unless_default(port, rows):
    """Ends the run unless the server counts, records and checks what it is asked."""
    body = bodies.open_inference(rows[:1])
    before = metrics(port)
    for _ in range(20):
        status, text = post(port, "/v2/models/trees/infer", body)
        if status != 200:
            raise SystemExit(f"The server answered {status}: {text}")
    if metrics(port).get("slipway_requests_total", 0) - before.get("slipway_requests_total", 0) != 20:
        raise SystemExit("Refused: 20 requests are not 20 in slipway_requests_total of /metrics. Metrics must be on.")
    if not recorded(port, before, 20):
        raise SystemExit("Refused: 20 predictions are not 20 in slipway_prediction_log_recorded_total of /metrics. The prediction log must be on, at 100 %.")
    for what, wrong in (("a row too short", bodies.open_inference([rows[0][:-1]])), ("text for a number", body.replace(b'"data":[', b'"data":["x",', 1)), ("half a body", body[:-9])):
        status, _ = post(port, "/v2/models/trees/infer", wrong)
        if status != 400:
            raise SystemExit(f"Refused: {what} is answered with {status} and not 400. Requests must be checked.")


def recorded(port, before, count):
    """True when so many predictions more are in the log, which is written ten times a second."""
    name = "slipway_prediction_log_recorded_total"
    for _ in range(50):
        if metrics(port).get(name, 0) - before.get(name, 0) >= count:
            return True
        time.sleep(0.1)
    return False


def answer(target):
    """The numbers of one answer to each of the target's bodies. Raises NotAvailable where there is no such route."""
    return [grpc_answer(target, body) if target.grpc else http_answer(target, body) for body in target.bodies]


def http_answer(target, body):
    status, text = post(target.server.port, target.path, body.read_bytes(), target.headers)
    if status in (404, 405, 415, 501):
        raise NotAvailable(f"{target.path} answers {status}: {text[:200].strip() or 'no such route'}")
    if status != 200:
        raise SystemExit(f"{target.label}: {target.path} answered {status}: {text[:500]}")
    value = json.loads(text)
    for key in target.keys:
        value = value[key]
    return flat(value)


def grpc_answer(target, body):
    done = subprocess.run(
        ["curl", "-sS", "--http2-prior-knowledge", "-D", "-", "-o", f"{body}.answer", "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", f"@{body}",
         f"http://127.0.0.1:{target.server.grpc}{target.path}"], capture_output=True, text=True, timeout=30, check=True)
    status = re.search(r"^grpc-status: *(\d+)", done.stdout, re.M | re.I)
    if status is None or status[1] in ("12", "5"):
        raise NotAvailable(f"{target.path} answers gRPC status {status[1] if status else 'none'}")
    if status[1] != "0":
        raise SystemExit(f"{target.label}: {target.path} answered gRPC status {status[1]}: {done.stdout}")
    with open(f"{body}.answer", "rb") as file:
        frame = file.read()
    return grpc_numbers(frame[5:])


def grpc_numbers(response):
    """FP64 values of the first output of a ModelInferResponse: raw, else in its contents."""
    fields = list(protobuf(response))
    raw = [content for field, content in fields if field == 6]
    if not raw:
        tensor = next(content for field, content in fields if field == 5)
        raw = [content for field, inner in protobuf(tensor) if field == 5 for deep, content in protobuf(inner) if deep == 7]
    return list(struct.unpack(f"<{len(raw[0]) // 8}d", raw[0]))


def protobuf(data):
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            value |= (data[at] & 0x7F) << shift
            at += 1
            if data[at - 1] < 0x80:
                return value
            shift += 7

    while at < len(data):
        tag = varint()
        if tag & 7 == 2:
            length = varint()
            yield tag >> 3, data[at:at + length]
            at += length
        elif tag & 7 == 0:
            yield tag >> 3, varint()
        else:
            at += 4 if tag & 7 == 5 else 8


def flat(value):
    return [number for item in value for number in flat(item)] if isinstance(value, list) else flat(list(value.values())) if isinstance(value, dict) else [value]


def require_right(target, expected):
    """Ends the run when an answer is not what is known. `expected` has one list of numbers for each body."""
    for got, known in zip(answer(target), expected, strict=True):
        if len(got) < len(known) or any(abs(a - b) > target.tolerance for a, b in zip(got, known)):
            raise SystemExit(f"{target.label}: the answer {got[:4]} … is not the known {known[:4]} … (tolerance {target.tolerance:g}).")
