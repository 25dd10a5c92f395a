#!/usr/bin/env python3
"""Measures Slipway beside other servers under the same load, in turn. See README.md."""

import argparse
import contextlib
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from sidebyside import bodies, checks, clients, onnx_files, peers
from sidebyside.cases import Cases
from sidebyside.report import Results, markdown
from sidebyside.servers import missing

HERE = Path(__file__).resolve().parent
KNOWN = json.loads((HERE / "rows.json").read_text())


def main():
    options = read_options()
    if lacking := missing("wrk", "h2load", "curl", "taskset", "dotnet"):
        sys.exit(f"Missing: {', '.join(lacking)}. On Debian: apt-get install wrk nghttp2-client curl util-linux; .NET comes from https://dotnet.microsoft.com/download")
    for project in ("echo", "naive", "limit"):
        peers.build(project)
    peers.build_slipway()
    runs = [measure(setting, options) for setting in options.setting.split(",")]
    met = [result["met"] for run in runs for result in run["cases"]]
    if options.json:
        print(json.dumps({"load_before": runs[0]["load_before"], "settings": runs}))
    else:
        print("\n\n".join(run["table"] for run in runs))
    if options.strict and False in met:
        sys.exit(1)


def read_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the short form: a minute, without the peers, pinned; says where things stand, not what they are")
    parser.add_argument("--cases", help="only these, by key, such as row1,grpc")
    parser.add_argument("--setting", default="pinned,free", help="pinned: server on core 0, client on core 1; free: both on all cores")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="length of one measurement")
    parser.add_argument("--warm-up", type=int, default=75, help="seconds of checked load for each server before the first measurement; a saturated core runs .NET's instrumented code for more than half a minute")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--strict", action="store_true", help="exit code 1 when a goal is not met")
    parser.add_argument("--keep", type=Path, help="leave files and the servers' logs in this folder")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds, options.warm_up, options.setting, options.no_peers = 1, 2, 3, "pinned", True
    return options


def measure(setting, options):
    """Starts the servers, runs the cases, stops the servers."""
    cores = (0, 1) if setting == "pinned" else (None, None)
    before = os.getloadavg()[0]
    with contextlib.ExitStack() as stack:
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-load-")))
        folder.mkdir(parents=True, exist_ok=True)
        known = write_files(folder)
        left_out, absent = [], {}
        servers = {server.name: server for server in start_servers(stack, cores[0], folder, left_out, absent, options)}
        if not options.no_peers and "fastapi" in servers:
            known["fastapi"] = json.loads((folder / "fastapi.json").read_text())
        known["picture"] = peers.in_process_limit(folder, cores[0], 1, 1)[1]
        checks.refuse_unless_default(servers["slipway"].port, KNOWN["rows"])

        results, missing_targets = [], [("prediction log", "Slipway, log off", reason) for name, reason in absent.items() if name == "unlogged"]
        for case in Cases(servers, folder, known).all():
            wanted = case.key in options.cases.split(",") if options.cases else (case.quick if options.quick else setting == "pinned" or case.free)
            if wanted and prepare(case, absent, missing_targets, options, cores, folder):
                results.append(Results(case, run_case(case, options, cores, folder)))
        dropped = checks.metrics(servers["slipway"].port).get("slipway_prediction_log_dropped_total", 0)

    notes = [f"{options.rounds} rounds in turn of {options.seconds} s, median; warm-up {options.warm_up} s a server; {setting}. "
             f"Load average before: {before:.1f} on {os.cpu_count()} processors{' (busy: trust CPU time and ratios, not rates)' if before > 0.5 else ''}."]
    if dropped:
        notes.append(f"The prediction log had no room for {dropped:,.0f} predictions: the load was more than it can write.")
    return {"setting": setting, "load_before": before, "cases": [result.as_json() for result in results], "dropped": dropped,
            "not_available": [dict(zip(("case", "target", "reason"), item)) for item in missing_targets], "left_out": [dict(zip(("peer", "command"), item)) for item in left_out],
            "table": markdown(setting, results, missing_targets, left_out, notes)}


def write_files(folder):
    rows = KNOWN["rows"]
    values, raw = bodies.picture()
    binary, headers = bodies.picture_binary(raw)
    for form, write in (("oip", bodies.open_inference), ("columns", bodies.open_inference_columns), ("v1", bodies.tensorflow), ("invocations", bodies.invocations), ("plain", bodies.plain)):
        for i, row in enumerate(rows):
            (folder / f"{form}-1-{i}.json").write_bytes(write([row]))
        (folder / f"{form}-{len(rows)}.json").write_bytes(write(rows))
    for name, content in (("picture.json", bodies.picture_json(values)), ("picture.bin", binary), ("picture.f32", raw), ("row.grpc", bodies.grpc_frame("trees", rows[:1])),
                          ("trees.onnx", onnx_files.trees((HERE / "model" / "model.txt").read_text()))):
        (folder / name).write_bytes(content)
    for name, model, schema in (("trees-onnx", (folder / "trees.onnx").read_bytes(), True), ("cnn", onnx_files.convolutions(bodies.SIDE), False)):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "model.onnx").write_bytes(model)
        if schema:
            shutil.copy(HERE / "model" / "model.json", folder / name)
    # Another version with the same answers: a canary is compared with what it stands beside.
    for name in ("trees", "again"):
        shutil.copytree(HERE / "model", folder / name, dirs_exist_ok=True)
    (folder / "again" / "model.txt").write_text((HERE / "model" / "model.txt").read_text() + "\n")
    return {"predictions": KNOWN["predictions"], "picture_headers": headers}


def start_servers(stack, core, folder, left_out, absent, options):
    yield peers.start_echo(stack, core, folder)
    ours = peers.start_slipway(stack, core, folder)
    # Labels decide about it, and none come: the canary stays where it is for the time of the run.
    watched = {"deploy": {"strategy": "canary", "steps": [{"canary": "25%", "for": "30 d"}], "guardrails": [{"metric": "absolute_error", "margin": "4 pp", "range": [0, 500]}]}}
    models = (("trees", "trees", None), ("trees-onnx", "trees-onnx", None), ("cnn", "cnn", None), ("cnn-limited", "cnn", {"serve": {"timeout": "500 ms"}}),
              ("trees-cached", "trees", {"serve": {"cache": {"ttl": "1 h"}}}), ("trees-canary", "trees", watched), ("trees-canary", "again", watched))
    for name, artifact, sections in models:
        if reason := peers.deploy(ours, folder, name, artifact, sections):
            absent[name] = reason
    if "trees" in absent:
        sys.exit(f"The model could not be deployed: {absent['trees']}")
    yield ours
    if not options.quick:
        try:
            # The same deployments, so that the log is all that differs.
            off = peers.start_slipway(stack, core, folder, "slipway-unlogged", peers.LOG_OFF)
            reason = next(filter(None, (peers.deploy(off, folder, *model) for model in models)), None) or still_logs(off)
        except SystemExit as error:
            reason = str(error)
        if reason:
            absent["unlogged"] = " ".join(reason.split())[:200]
        else:
            yield off
    if not options.no_peers:
        yield from peers.start_peers(stack, core, folder, folder, left_out)


def still_logs(server):
    before = checks.metrics(server.port)
    for _ in range(20):
        checks.post(server.port, "/v2/models/trees/infer", bodies.open_inference(KNOWN["rows"][:1]))
    return "the log cannot be switched off" if checks.recorded(server.port, before, 20) else None


def prepare(case, absent, missing_targets, options, cores, folder):
    """Checks the answers of a case's targets and warms them; leaves out what is not there. False when nothing is left to measure."""
    wanted = len(case.targets)
    for target in list(case.targets):
        deployment = target.path.split("/")[3] if target.path.startswith("/v2/models/") else ""
        try:
            if deployment in absent and target.server.name == "slipway":
                raise checks.NotAvailable(" ".join(absent[deployment].split())[:200])
            if target.server is not None:
                warm(target, case, options, cores, folder)
        except checks.NotAvailable as reason:
            case.targets.remove(target)
            missing_targets.append((case.title, target.label, str(reason).replace("|", "/")))
    if len(case.targets) < wanted:
        # What is left may stand at another place than the goal reads it from.
        case.check, case.goal = None, ""
    return len(case.targets) >= min(2, wanted)


def warm(target, case, options, cores, folder):
    seconds = max(2, options.warm_up // (4 if target.server.warm else 1))
    if target.constant:
        clients.wrk(target, seconds, case.connections, cores[1])
    else:
        checks.require_right(target, target.expected)
        if target.grpc:
            clients.h2load_grpc(target, seconds, 64, cores[1])
        else:
            # All answers of the warm-up are compared with what is known.
            expected = folder / f"expected-{target.server.name}.csv"
            expected.write_text("".join(",".join(map(repr, values)) + "\n" for values in target.expected))

            # Where a wait is bounded, code that is still slow would have more callers refused.
            clients.wrk(target, seconds, 4 if case.kind == "overload" else case.connections, cores[1], expected)
    target.server.warm = True


def run_case(case, options, cores, folder):
    rounds = [[] for _ in case.targets]
    for round_ in range(options.rounds):
        for i, target in enumerate(case.targets):
            result = run_once(case, target, options, cores, folder)
            rounds[i].append(result)
            clients.say(f"{case.key:<11} round {round_ + 1}  {target.label:<40} {result['rate']:>9,.0f}/s  {result['cpu_us']:>8,.1f} µs CPU  {result['busy']:>4.0%} of a core")
    for target in case.targets:
        if target.server is not None and not target.constant:
            checks.require_right(target, target.expected)
    return rounds


def run_once(case, target, options, cores, folder):
    if target.server is None:
        return peers.in_process_limit(folder, cores[0], 1 if cores[0] is not None else os.cpu_count(), options.seconds)[0]
    ours = target.server.name.startswith("slipway")
    before = checks.metrics(target.server.port) if ours else None
    if case.kind == "grpc":
        result = clients.h2load_grpc(target, options.seconds, case.connections, cores[1])
    elif case.kind == "overload":
        capacity = clients.wrk(target, options.seconds, 16, cores[1])["rate"]
        before = None
        result = clients.h2load_rate(target, options.seconds, 2 * capacity, 400, cores[1], folder / "overload.log") | {"capacity": capacity}
        if result["other"]:
            raise clients.Failed(f"{target.label}: {result['other']} answers under overload were neither 200 nor 429, 503 or 504.")
    else:
        result = clients.wrk(target, options.seconds, case.connections, cores[1])
    if before is not None:
        after = checks.metrics(target.server.port)
        # When the client hangs up at its end, the server may count what it had sent as errors, at most one a connection. Of everything it waited for it has seen the status itself.
        if after.get("slipway_request_errors_total", 0) - before.get("slipway_request_errors_total", 0) > case.connections:
            raise clients.Failed(f"{target.label}: the server counted errors under load.")
        if after["slipway_requests_total"] - before["slipway_requests_total"] < result["requests"]:
            raise clients.Failed(f"{target.label}: the server counted fewer requests than were answered.")
    return result


if __name__ == "__main__":
    try:
        main()
    except clients.Failed as failure:
        sys.exit(str(failure))
