"""Processes: started on their cores, watched through /proc, ended when the run ends."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process that listens."""

    def __init__(self, name, process, port, grpc=None, what=""):
        self.name, self.process, self.port, self.grpc, self.what = name, process, port, grpc, what
        self.warm = False

    def cpu_seconds(self):
        """Of all its threads since it started. None where there is no such process of ours, as in-process limits have."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


def on_core(core, command):
    return command if core is None else ["taskset", "-c", str(core), *command]


def start(stack, name, command, core, port, cwd, log_folder, environment=None, **more):
    """Starts a server and waits until it listens; ends the run when it does not."""
    clean = {key: value for key, value in os.environ.items() if not key.upper().startswith("SLIPWAY__")}
    log = Path(log_folder) / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(on_core(core, command), cwd=cwd, stdout=output, stderr=subprocess.STDOUT,
                                   env={**clean, "ORT_DISABLE_TELEMETRY": "1", **(environment or {})})
    stack.callback(stop, process)
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if process.poll() is not None:
            sys.exit(f"{name} ended with exit code {process.returncode} before it listened:\n{log.read_text(errors='replace')[-2000:]}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return Server(name, process, port, **more)
        except OSError:
            time.sleep(0.05)
    sys.exit(f"{name} did not listen within two minutes:\n{log.read_text(errors='replace')[-2000:]}")


def stop(process):
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=35)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def missing(*programs):
    return [program for program in programs if shutil.which(program) is None]
