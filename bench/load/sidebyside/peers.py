"""Builds, starts and describes the servers: ours, the echo, and those that others would write."""

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

from .servers import free_port, missing, on_core, start

HERE = Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
DEBIAN_PYTHON = "/usr/bin/python3"
NODE = HERE / "peers" / "node"

# Settings that switch the prediction log off, for what it costs: one in ten million, since a canary is not begun where nothing is recorded. Checked by its counter: a server that goes on recording does not count as one without.
LOG_OFF = {"SLIPWAY__MONITORING__LOG__SAMPLE": "0.0000001"}


def build(project):
    subprocess.run(["dotnet", "build", str(HERE / project), "-c", "Release", "-v", "q", "--nologo"], check=True, stdout=subprocess.DEVNULL)


def program(name):
    return str(ROOT / "artifacts" / "bin" / f"Slipway.Load.{name.capitalize()}" / "release" / name)


def start_echo(stack, core, logs):
    port = free_port()
    return start(stack, "echo", [program("echo"), str(port)], core, port, ROOT, logs, what="Kestrel echo")


def start_slipway(stack, core, logs, name="slipway", environment=None):
    port, grpc = free_port(), free_port()
    command = os.environ.get("SERVER_COMMAND", "./slipway up --http 127.0.0.1:{port} --grpc 127.0.0.1:{grpc} --data {data} --json")
    data = Path(logs) / f"{name}-data"
    return start(stack, name, shlex.split(command.format(port=port, grpc=grpc, data=data)), core, port, ROOT, logs, environment, grpc=grpc, what="Slipway")


def build_slipway():
    # The launcher builds when sources have changed, which is not to be done on the one core of the server.
    if command := os.environ.get("BUILD_COMMAND", "./slipway --version"):
        subprocess.run(shlex.split(command), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def deploy(server, folder, name, artifact, sections=None):
    """Deploys the model in a folder beside the project file; returns None, or why it could not be."""
    file = Path(folder) / f"{name}.yaml"
    file.write_text(json.dumps({"model": name, "artifact": artifact, **(sections or {}), "deploy": {"name": name, **(sections or {}).get("deploy", {})}}))
    command = os.environ.get("DEPLOY_COMMAND", "./slipway apply -f {yaml} --server http://127.0.0.1:{port}")
    done = subprocess.run(shlex.split(command.format(yaml=file, port=server.port)), cwd=ROOT, capture_output=True, text=True, timeout=120)
    return None if done.returncode == 0 else (done.stderr + done.stdout).strip()


def start_peers(stack, core, logs, folder, left_out):
    """Those that can be started here; what is missing is named in `left_out` with the command that brings it."""
    port = free_port()
    yield start(stack, "naive", [program("naive"), str(port), str(folder / "trees.onnx")], core, port, ROOT, logs, what="naive .NET, NamedOnnxValue")

    if missing("node", "npm"):
        left_out.append(("fastify + onnxruntime-node", "apt-get install nodejs npm"))
    elif not (NODE / "node_modules" / "onnxruntime-node").is_dir():
        left_out.append(("fastify + onnxruntime-node", f"npm install --ignore-scripts --no-package-lock --prefix {os.path.relpath(NODE)}"))
    else:
        port = free_port()
        yield start(stack, "node", [shutil.which("node"), "server.mjs", str(port), str(folder / "trees.onnx")], core, port, NODE, logs, what="fastify + onnxruntime-node")

    if subprocess.run([DEBIAN_PYTHON, "-c", "import fastapi, uvicorn, sklearn, uvloop, httptools"], capture_output=True).returncode != 0:
        left_out.append(("FastAPI + scikit-learn", "apt-get install python3-fastapi uvicorn python3-uvloop python3-httptools python3-sklearn"))
    else:
        port = free_port()
        environment = {"MODEL_FOLDER": str(folder), "ROWS_FILE": str(HERE / "rows.json"), "OMP_NUM_THREADS": "1"}
        command = [DEBIAN_PYTHON, "-m", "uvicorn", "--app-dir", str(HERE / "peers"), "--port", str(port), "--no-access-log", "--log-level", "warning", "fastapi_app:app"]
        yield start(stack, "fastapi", command, core, port, HERE, logs, environment, what="FastAPI + scikit-learn (its own trees)")


def in_process_limit(folder, core, parallel, seconds):
    """What ONNX Runtime does with the pictures without a server."""
    command = on_core(core, [program("limit"), str(folder / "cnn" / "model.onnx"), str(folder / "picture.f32"), "1,3,96,96", str(parallel), str(seconds)])
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "ORT_DISABLE_TELEMETRY": "1"}, timeout=seconds + 60)
    if done.returncode != 0:
        sys.exit(f"The in-process limit ended with exit code {done.returncode}:\n{done.stderr[-2000:]}")
    result = json.loads(done.stdout)
    return {"requests": round(result["rate"] * seconds), "rate": result["rate"], "cpu_us": result["cpu_us"], "busy": result["rate"] * result["cpu_us"] / 1e6,
            "p50_us": 1e6 * parallel / result["rate"]}, result["answer"]
