"""Writes the small ONNX models of these tests beside itself. Needs the package onnx (Debian: python3-onnx); the tests themselves need no Python."""

import os

import numpy as np
import onnx
from onnx import TensorProto as T
from onnx import helper as h
from onnx import numpy_helper

HERE = os.path.dirname(os.path.abspath(__file__))
OPSETS = [h.make_opsetid("", 15), h.make_opsetid("ai.onnx.ml", 2)]


def save(name, nodes, inputs, outputs, initializers=()):
    graph = h.make_graph(nodes, name, inputs, outputs, list(initializers))
    model = h.make_model(graph, opset_imports=OPSETS, ir_version=8, producer_name="slipway-tests")
    path = os.path.join(HERE, name + ".onnx")
    onnx.save(model, path)
    return model


def value(name, kind, shape):
    return h.make_tensor_value_info(name, kind, shape)


def array(name, values, dtype):
    return numpy_helper.from_array(np.array(values, dtype=dtype), name)


# y = x·W + b on [N,3] floats.
W = array("W", [[1.0, 0.5], [2.0, -1.0], [0.25, 4.0]], np.float32)
B = array("B", [0.5, -0.5], np.float32)
LINEAR = [h.make_node("Gemm", ["x", "W", "B"], ["y"])]
save("linear", LINEAR, [value("x", T.FLOAT, ["N", 3])], [value("y", T.FLOAT, ["N", 2])], [W, B])

# Every element type there and back.
KINDS = {
    "bool": T.BOOL, "uint8": T.UINT8, "uint16": T.UINT16, "uint32": T.UINT32, "uint64": T.UINT64, "int8": T.INT8, "int16": T.INT16,
    "int32": T.INT32, "int64": T.INT64, "fp16": T.FLOAT16, "fp32": T.FLOAT, "fp64": T.DOUBLE, "text": T.STRING,
}
save(
    "types",
    [h.make_node("Identity", [k], [k + "_out"]) for k in KINDS],
    [value(k, t, ["N", 2]) for k, t in KINDS.items()],
    [value(k + "_out", t, ["N", 2]) for k, t in KINDS.items()])

# The output's shape depends on the values: indices of what is not zero.
save("nonzero", [h.make_node("NonZero", ["x"], ["y"])], [value("x", T.FLOAT, ["N"])], [value("y", T.INT64, [1, "M"])])

# Says that its output is [N], and answers with another shape when the sum is large.
save(
    "liar",
    [h.make_node("NonZero", ["x"], ["i"]), h.make_node("Squeeze", ["i", "axis"], ["y"])],
    [value("x", T.FLOAT, ["N"])], [value("y", T.INT64, ["N"])], [array("axis", [0], np.int64)])

# A classifier as scikit-learn exports it: label and a sequence of maps; and one that has nothing but the maps.
CLASSIFIER = h.make_node(
    "LinearClassifier", ["x"], ["label", "scores"], domain="ai.onnx.ml",
    coefficients=[1.0, -1.0, -1.0, 1.0], intercepts=[0.0, 0.0], classlabels_ints=[0, 1], post_transform="SOFTMAX", multi_class=0)
ZIPMAP = h.make_node("ZipMap", ["scores"], ["maps"], domain="ai.onnx.ml", classlabels_int64s=[0, 1])
MAPS = onnx.ValueInfoProto(name="maps")
MAPS.type.sequence_type.elem_type.map_type.key_type = T.INT64
MAPS.type.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = T.FLOAT
X2 = value("x", T.FLOAT, [None, 2])
save("zipmap", [CLASSIFIER, ZIPMAP], [X2], [value("label", T.INT64, [None]), MAPS])
save("only-maps", [CLASSIFIER, ZIPMAP], [X2], [MAPS])

# The same without the maps: a tabular model by matrix, binary.
save("classifier", [CLASSIFIER], [X2], [value("label", T.INT64, [None]), value("scores", T.FLOAT, [None, 2])])

# One input per column: a number, a whole number, a text.
save(
    "columns",
    [
        h.make_node("LabelEncoder", ["color"], ["code"], domain="ai.onnx.ml", keys_strings=["red", "blue"], values_floats=[10.0, 20.0], default_float=-1.0),
        h.make_node("Cast", ["count"], ["count_f"], to=T.FLOAT),
        h.make_node("Sum", ["size", "count_f", "code"], ["y"]),
    ],
    [value("size", T.FLOAT, [None, 1]), value("count", T.INT64, [None, 1]), value("color", T.STRING, [None, 1])],
    [value("y", T.FLOAT, [None, 1])])

# Fails while it runs when an index is too large.
save(
    "gather", [h.make_node("Gather", ["table", "i"], ["y"])], [value("i", T.INT64, ["N"])], [value("y", T.FLOAT, ["N"])],
    [array("table", [1.0, 2.0, 3.0], np.float32)])

# No row of zeros can be scored: the table's places go from 1 on.
save(
    "refuses-zeros", [h.make_node("Sub", ["i", "four"], ["place"]), h.make_node("Gather", ["table", "place"], ["y"])],
    [value("i", T.INT64, ["N"])], [value("y", T.FLOAT, ["N"])], [array("table", [1.0, 2.0, 3.0], np.float32), array("four", [4], np.int64)])


# External data: beside the file, and every place where a location that leads out can hide.
def external(location):
    tensor = array("W", [[1.0, 0.5], [2.0, -1.0], [0.25, 4.0]], np.float32)
    raw = tensor.raw_data
    tensor.ClearField("raw_data")
    tensor.data_location = T.EXTERNAL
    for key, text in (("location", location), ("offset", "0"), ("length", str(len(raw)))):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, text
    return tensor, raw


IN, OUT = [value("x", T.FLOAT, ["N", 3])], [value("y", T.FLOAT, ["N", 2])]
weights, raw = external("weights.bin")
save("external", LINEAR, IN, OUT, [weights, B])
with open(os.path.join(HERE, "weights.bin"), "wb") as file:
    file.write(raw)

save("external-parent", LINEAR, IN, OUT, [external("../weights.bin")[0], B])
save("external-absolute", LINEAR, IN, OUT, [external("/etc/hostname")[0], B])
save("external-encoded", LINEAR, IN, OUT, [external("%2e%2e/weights.bin")[0], B])
save("external-memory", LINEAR, IN, OUT, [external("*/_ORT_MEM_ADDR_/*")[0], B])
save("external-missing", LINEAR, IN, OUT, [external("nowhere.bin")[0], B])
save("external-link", LINEAR, IN, OUT, [external("link.bin")[0], B])

CONSTANT = h.make_node("Constant", [], ["W"], value=external("../weights.bin")[0])
save("external-attribute", [CONSTANT] + LINEAR, IN, OUT, [B])

BRANCH = h.make_graph([CONSTANT, h.make_node("Gemm", ["x", "W", "B"], ["z"])], "branch", [], [value("z", T.FLOAT, None)])
save(
    "external-subgraph", [h.make_node("If", ["yes"], ["y"], then_branch=BRANCH, else_branch=BRANCH)], IN, OUT,
    [array("yes", True, np.bool_), B])

function = h.make_function("slipway", "Weigh", ["x"], ["y"], [CONSTANT, h.make_node("MatMul", ["x", "W"], ["y"])], [h.make_opsetid("", 15)])
model = h.make_model(
    h.make_graph([h.make_node("Weigh", ["x"], ["y"], domain="slipway")], "external-function", IN, OUT),
    functions=[function], opset_imports=OPSETS + [h.make_opsetid("slipway", 1)], ir_version=8)
onnx.save(model, os.path.join(HERE, "external-function.onnx"))

# An operator of a library that is never loaded.
model = h.make_model(
    h.make_graph([h.make_node("Shell", ["x"], ["y"], domain="com.example")], "custom", IN, OUT),
    opset_imports=OPSETS + [h.make_opsetid("com.example", 1)], ir_version=8)
onnx.save(model, os.path.join(HERE, "custom-operator.onnx"))
