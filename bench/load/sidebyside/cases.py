"""What is measured: the cases, who takes part in each, and the target that it is held against."""

from dataclasses import dataclass, field
from pathlib import Path

GRPC = "/inference.GRPCInferenceService/ModelInfer"


@dataclass
class Target:
    """One way of asking one server."""

    label: str
    server: object
    path: str
    bodies: list
    expected: list
    headers: dict = field(default_factory=lambda: {"Content-Type": "application/json"})
    keys: tuple = ("outputs", 0, "data")
    pattern: str = '"data":'
    tolerance: float = 1e-9
    grpc: bool = False
    constant: bool = False


@dataclass
class Case:
    key: str
    title: str
    targets: list
    goal: str
    check: object = None
    connections: int = 64
    kind: str = "wrk"
    quick: bool = False
    free: bool = False


class Cases:
    """Makes the cases from the servers that run."""

    def __init__(self, servers, files, known):
        self.servers, self.files, self.known = servers, files, known

    def all(self):
        ours, echo = self.servers["slipway"], self.servers["echo"]
        floor = lambda rows: Target("echo", echo, "/v2/models/trees/infer", self.bodies("oip", rows), [], constant=True)
        trees, onnx = (lambda rows: self.trees("Slipway, own evaluator", "trees", rows)), (lambda rows: self.trees("Slipway, ONNX Runtime", "trees-onnx", rows, 1e-3))
        one = self.trees("Slipway, plain", "trees", 1)
        yield Case("row1", "1 row", [floor(1), trees(1), onnx(1), *self.peers(1)], "own ≥ 70 %, ONNX ≥ 60 % of the echo",
                   lambda r: r.of_echo(1) >= 0.7 and r.of_echo(2) >= 0.6, quick=True, free=True)
        yield Case("rows32", "32 rows", [floor(32), trees(32), onnx(32), *self.peers(32)], "≥ 25 % of the echo, ≥ 1.5 × node",
                   lambda r: r.of_echo(1) >= 0.25 and (r.times("fastify + onnxruntime-node", 1) or 9) >= 1.5, quick=True, free=True)
        yield Case("c1", "1 row, one connection", [floor(1), trees(1), onnx(1)], "p50 ≤ echo + 60 µs",
                   lambda r: max(r.p50(1), r.p50(2)) <= r.p50(0) + 60, connections=1, quick=True)
        picture = dict(expected=[self.known["picture"]], tolerance=1e-4)
        limit = Target("ONNX Runtime in process", None, "", [], [])
        yield Case("cnn-json", "CNN, JSON", [limit, Target("Slipway, JSON", ours, "/v2/models/cnn/infer", [self.files / "picture.json"], **picture)],
                   "≥ 50 % of the limit", lambda r: r.of_echo(1) >= 0.5, connections=8, free=True)
        binary = self.known["picture_headers"]
        yield Case("cnn-binary", "CNN, binary tensors", [limit, Target("Slipway, binary", ours, "/v2/models/cnn/infer", [self.files / "picture.bin"], headers=binary, **picture)],
                   "≥ 75 % of the limit", lambda r: r.of_echo(1) >= 0.75, connections=8, free=True)
        yield Case("grpc", "gRPC, 1 row, 64 streams", [Target("Slipway, gRPC", ours, GRPC, [self.files / "row.grpc"], [self.known["predictions"][:1]], grpc=True)],
                   "≥ 10,000 calls/s", lambda r: r.core(0) >= 10_000, kind="grpc", quick=True)
        yield Case("cache", "cache hit", [floor(1), self.trees("Slipway, cached", "trees-cached", 1)], "≤ echo + 15 µs", lambda r: r.cpu(1) <= r.cpu(0) + 15)
        yield Case("canary", "canary split", [one, self.trees("Slipway, 25 % canary", "trees-canary", 1)], "≤ 3 % loss", lambda r: r.cpu(0) / r.cpu(1) >= 0.97)
        if "slipway-unlogged" in self.servers:
            off = self.trees("Slipway, log off", "trees", 1)
            off.server = self.servers["slipway-unlogged"]
            yield Case("log", "prediction log", [off, one], "≤ 8 % loss", lambda r: r.cpu(0) / r.cpu(1) >= 0.92)
        yield Case("v1", "TensorFlow Serving v1", [one, self.form("Slipway, v1", "/v1/models/trees:predict", "v1")], "")
        yield Case("scoring", "MLflow scoring", [one, self.form("Slipway, /invocations", "/deployments/trees/invocations", "invocations")], "")
        yield Case("columns", "one input a column", [one, Target("Slipway, columns", ours, "/v2/models/trees/infer", self.bodies("columns", 1), self.predictions(1))], "")
        yield Case("overload", "CNN at twice its capacity", [Target("Slipway, JSON, 500 ms at most", ours, "/v2/models/cnn-limited/infer", [self.files / "picture.json"], **picture)],
                   "goodput ≥ 90 % of capacity, the rest 429 or 503 within 50 ms",
                   lambda r: r.goodput() >= 0.9 and r.refusals() is not None and r.refusals() <= 50_000, connections=64, kind="overload")

    def bodies(self, form, rows):
        """One body for each of the known rows, or one with several: a request that repeats would teach the branch predictor its way down the trees."""
        return [Path(self.files / f"{form}-1-{i}.json") for i in range(32)] if rows == 1 else [Path(self.files / f"{form}-{rows}.json")]

    def predictions(self, rows, of="predictions"):
        return [[value] for value in self.known[of]] if rows == 1 else [self.known[of][:rows]]

    def trees(self, label, deployment, rows, tolerance=1e-9):
        return Target(label, self.servers["slipway"], f"/v2/models/{deployment}/infer", self.bodies("oip", rows), self.predictions(rows), tolerance=tolerance)

    def form(self, label, path, form):
        return Target(label, self.servers["slipway"], path, self.bodies(form, 1), self.predictions(1), keys=("predictions",), pattern='"predictions":')

    def peers(self, rows):
        for name in ("naive", "node", "fastapi"):
            if server := self.servers.get(name):
                own = name == "fastapi"
                yield Target(server.what, server, "/predict", self.bodies("plain", rows), self.predictions(rows, "fastapi" if own else "predictions"),
                             keys=("predictions",), pattern='"predictions":', tolerance=1e-6 if own else 1e-3)
