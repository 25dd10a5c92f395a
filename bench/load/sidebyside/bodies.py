"""The bodies of the requests, made from the known rows, in every form that is measured."""

import json
import random
import struct

from .onnx_files import message, number

CHANNELS, SIDE = 3, 96


def compact(value):
    return json.dumps(value, separators=(",", ":")).encode()


def open_inference(rows):
    """One FP64 matrix, as JSON."""
    return compact({"inputs": [{"name": "input", "shape": [len(rows), len(rows[0])], "datatype": "FP64", "data": [value for row in rows for value in row]}]})


def open_inference_columns(rows):
    """One input a column, by name, as JSON."""
    return compact({"inputs": [{"name": f"f{i}", "shape": [len(rows)], "datatype": "FP64", "data": [row[i] for row in rows]} for i in range(len(rows[0]))]})


def tensorflow(rows):
    """The row form of TensorFlow Serving: a row is an object of columns."""
    return compact({"instances": [{f"f{i}": value for i, value in enumerate(row)} for row in rows]})


def invocations(rows):
    """MLflow's scoring protocol."""
    return compact({"dataframe_split": {"columns": [f"f{i}" for i in range(len(rows[0]))], "data": rows}})


def plain(rows):
    """What the peers take: they have a form of their own."""
    return compact({"rows": rows})


def grpc_frame(model, rows):
    """A ModelInferRequest with one raw FP64 matrix, as it stands in an HTTP/2 stream."""
    shape = b"".join(number(3, size) for size in (len(rows), len(rows[0])))
    tensor = message(5, message(1, b"input"), message(2, b"FP64"), shape)
    values = struct.pack(f"<{len(rows) * len(rows[0])}d", *(value for row in rows for value in row))
    request = message(1, model.encode()) + tensor + message(7, values)
    return b"\0" + struct.pack(">I", len(request)) + request


def picture():
    """A picture as a model takes it: floats around zero with six decimals, the same every time."""
    numbers = random.Random(3)
    values = [round(numbers.uniform(-2, 2), 6) for _ in range(CHANNELS * SIDE * SIDE)]
    return values, struct.pack(f"<{len(values)}f", *values)


def picture_json(values):
    return compact({"inputs": [{"name": "x", "shape": [1, CHANNELS, SIDE, SIDE], "datatype": "FP32", "data": values}]})


def picture_binary(raw):
    """The same picture as bytes behind a JSON header; the answer is asked for as JSON, so that it can be read."""
    head = compact({"inputs": [{"name": "x", "shape": [1, CHANNELS, SIDE, SIDE], "datatype": "FP32", "parameters": {"binary_data_size": len(raw)}}],
                    "parameters": {"binary_data_output": False}})
    return head + raw, {"Inference-Header-Content-Length": str(len(head)), "Content-Type": "application/octet-stream"}
