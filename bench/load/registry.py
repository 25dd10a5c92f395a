#!/usr/bin/env python3
"""Measures lists, searches, pages, lineage and history over 10,000 models of 100 versions on SQLite.

    python3 bench/load/registry.py DATA

DATA is a new folder. The script lets the server make the tables, fills them while it is down (a version each with run, dataset, file, commit and approval; a deployment a model, with 20 changes; one
deployment with 100,000), starts the server again and asks over HTTP, one request after the other. Server and script share the machine, so a figure is an upper bound of what the server takes.
"""

import http.client
import json
import os
import random
import re
import sqlite3
import statistics
import subprocess
import sys
import time
from datetime import datetime, timedelta, timezone

MODELS, VERSIONS, CHANGES, MANY, ASKED = 10_000, 100, 20, 100_000, 200
BEGIN = datetime(2025, 1, 1, tzinfo=timezone.utc)
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SERVER = os.environ.get("SLIPWAY", os.path.join(ROOT, "slipway")).split()


def at(minutes):
    return (BEGIN + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def start(data):
    server = subprocess.Popen([*SERVER, "up", "--http", "127.0.0.1:0", "--grpc", "127.0.0.1:0", "--data", data, "--json"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    for line in server.stdout:
        if found := re.search(r"127\.0\.0\.1:\d+", line):
            return server, found.group(0)
    sys.exit("The server did not start.")


def stop(server):
    server.terminate()
    server.wait()


def deployed(number, version, former):
    data = {"deployment": f"d{number}", "version": version, "artifactDigest": "a", "revision": 1, "actor": {"name": "bench"}}
    return json.dumps(data | ({"former": former} if former else {}))


def fill(path):
    db = sqlite3.connect(path)
    db.execute("pragma synchronous = off")
    signature = json.dumps({"inputs": [], "outputs": [], "tabular": True})

    def of(number, version):
        return {"model": f"m{number}", "version": f"1.0.{version}"}

    for number in range(MODELS):
        model, commit = f"m{number}", f"{number:040x}"
        versions, seen, origins, datasets, sources, runs, tags, events = [], [], [], [], [], [], [], []
        moment = int(BEGIN.timestamp() * 1000)
        db.execute("insert into registered_models (id, name, description, created_at, updated_at, created_by, last_number) values (?,?,?,?,?,?,?)", (number + 1, model, f"Demand of district {number}", moment, moment, "bench", VERSIONS))
        for v in range(VERSIONS):
            digest, run = f"{number * VERSIONS + v:064x}", f"{number * VERSIONS + v:032x}"
            lineage = json.dumps({"dataset": model, "datasetDigest": digest, "recipe": {}, "commit": commit, "runId": run})
            versions.append((model, v + 1, f"1.0.{v}", digest, "onnx", signature, "{}", lineage, "patch: same recipe, other data", at(v), "bench", "Approved", f"{model}-{v}"))
            seen.append((number + 1, model, v + 1, f"1.0.{v}", f"mlflow-artifacts:/slipway-models/{model}/{v + 1}", run, "", "bench", "None", moment, moment))
            origins += [("run", run, model, v + 1), ("dataset", f"{model}@{digest}", model, v + 1), ("commit", commit, model, v + 1)]
            datasets.append((model, digest, 1000, "[]", "select 1", at(v), number * VERSIONS + v))
            sources.append((model, digest, f"data/{model}.csv", f"{number:064x}", 1000))
            row = number * VERSIONS + v + 1
            runs.append((row, run, 0, f"train-{v}", "bench", "FINISHED", 0, "mlflow-artifacts:/0"))
            tags += [(row, "mlflow.source.git.commit", 0, commit), (row, "slipway.dataset.digest", 0, digest), (row, "slipway.dataset.name", 0, model)]
            events.append(("VersionApproved", f"model/{model}@1.0.{v}", "bench", at(v), json.dumps({"version": of(number, v), "actor": {"name": "bench"}})))
        for change in range(CHANGES):
            former = of(number, change - 1) if change else None
            events.append(("VersionDeployed", f"deployment/d{number}", "bench", at(1000 * change), deployed(number, of(number, change), former)))
        db.executemany("insert into model_versions (model, number, version, artifact_digest, format, signature, metrics, lineage, version_reason, created_at, created_by, state, identity) values (?,?,?,?,?,?,?,?,?,?,?,?,?)", versions)
        db.executemany("insert into registered_versions (model, name, number, version, source, run_id, description, created_by, stage, created_at, updated_at) values (?,?,?,?,?,?,?,?,?,?,?)", seen)
        db.executemany("insert into version_origins (kind, name, model, number) values (?,?,?,?)", origins)
        db.executemany("insert into dataset_versions (name, digest, row_count, profile, sql_text, created_at, position) values (?,?,?,?,?,?,?)", datasets)
        db.executemany("insert into dataset_sources (name, digest, path, file_digest, size) values (?,?,?,?,?)", sources)
        db.executemany("insert into runs (id, run_id, experiment, name, user_id, status, start_time, artifact_uri) values (?,?,?,?,?,?,?,?)", runs)
        db.executemany("insert into run_tags (run, key, experiment, value) values (?,?,?,?)", tags)
        db.executemany("insert into events (type, subject, actor, at, data) values (?,?,?,?,?)", events)
        last = db.execute("select max(position) from events").fetchone()[0]
        db.executemany(
            "insert into deployed_versions (model, version, deployment, first_position, last_position) values (?,?,?,?,?)",
            [(model, f"1.0.{c}", f"d{number}", last - CHANGES + 1 + c, last - CHANGES + 1 + min(c + 1, CHANGES - 1)) for c in range(CHANGES)])
        if number % 500 == 499:
            db.commit()
            print(f"{number + 1:,} models", file=sys.stderr, flush=True)
    db.executemany(
        "insert into events (type, subject, actor, at, data) values (?,?,?,?,?)",
        (("VersionDeployed", "deployment/many", "bench", at(i), deployed(0, of(0, i % VERSIONS), of(0, (i - 1) % VERSIONS)).replace('"d0"', '"many"')) for i in range(MANY)))
    # Their versions would be loaded at a start; these have no files. So the rows say what the server may know of them, and one that it cannot load is logged and answers nothing.
    for name in [f"d{n}" for n in random.sample(range(MODELS), ASKED)] + ["many"]:
        db.execute("insert into deployments (name, stable, stable_digest, revision, changed_at, changed_by) values (?,?,?,?,?,?)", (name, "m0@1.0.0", "a", 1, at(0), "bench"))
    db.commit()
    names = [row[0] for row in db.execute("select name from deployments where name <> 'many'")]
    db.close()
    return names


def measure(address, what, paths):
    connection = http.client.HTTPConnection(address)
    took, nodes = [], []
    for path in paths:
        begun = time.perf_counter()
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.perf_counter() - begun) * 1000)
        if answer.status != 200:
            sys.exit(f"{path}: {answer.status} {body[:300]}")
        nodes.append(len(json.loads(body)["nodes"]) if "/lineage" in path else 0)
    took = took[5:]
    cut = statistics.quantiles(took, n=100)
    print(f"{what:<44} p50 {statistics.median(took):7.1f} ms   p99 {cut[98]:7.1f} ms   {f'up to {max(nodes)} nodes' if max(nodes) else ''}", flush=True)


def main():
    data = sys.argv[1]
    stop(start(data)[0])
    names = fill(os.path.join(data, "slipway.db"))
    server, address = start(data)
    try:
        pick = random.Random(7)
        number = lambda: pick.randrange(MODELS)
        model = lambda: f"m{number()}"
        measure(address, "a page of 50 models", [f"/api/v1/models?limit=50&after={model()}" for _ in range(ASKED)])
        measure(address, "models by a part of the description", [f"/api/v1/models?limit=50&q=district%20{number()}" for _ in range(ASKED)])
        measure(address, "a search that finds nothing", [f"/api/v1/models?limit=50&q=nothing-{number()}" for _ in range(ASKED)])
        measure(address, "the versions of a model", [f"/api/v1/models/{model()}/versions" for _ in range(ASKED)])
        measure(address, "a version", [f"/api/v1/models/{model()}/versions/1.0.{pick.randrange(VERSIONS)}" for _ in range(ASKED)])
        measure(address, "the console's list of models", [f"/models?page={1 + pick.randrange(200)}" for _ in range(ASKED)])
        measure(address, "the console's page of a version", [f"/models/{model()}/versions/1.0.{pick.randrange(VERSIONS)}" for _ in range(ASKED)])
        lineage = lambda node: f"/api/v1/lineage?node={node}"
        measure(address, "lineage of a version, both ways", [lineage(f"m{number()}@1.0.{pick.randrange(VERSIONS)}") for _ in range(ASKED)])
        measure(address, "lineage of a run, both ways", [lineage(f"run:{number() * VERSIONS + 5:032x}") for _ in range(ASKED)])
        measure(address, "lineage of a file with 100 versions", [lineage(f"data/m{number()}.csv") for _ in range(ASKED)])
        measure(address, "lineage of a commit with 100 versions", [lineage(f"commit:{number():040x}") for _ in range(ASKED)])
        measure(address, "lineage of a deployment, up", [lineage(f"deployment:{name}&direction=up") for name in names])
        moment = lambda last: at(pick.randrange(last))[:23] + "Z"
        measure(address, "history at a moment, 20 changes", [f"/api/v1/deployments/{name}/history?at={moment(1000 * CHANGES)}" for name in names])
        measure(address, "history at a moment, 100,000 changes", [f"/api/v1/deployments/many/history?at={moment(MANY)}" for _ in range(ASKED)])
        measure(address, "the first moment of 100,000 changes", [f"/api/v1/deployments/many/history?at={at(0)[:23]}Z" for _ in range(20)])
    finally:
        stop(server)


main()
