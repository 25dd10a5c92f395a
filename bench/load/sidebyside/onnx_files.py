"""Writes the ONNX models: the trees of a LightGBM model as they are, and a small convolutional network with made-up weights that are the same every time."""

import struct


def trees(model_text):
    """A TreeEnsembleRegressor of a LightGBM regression of numbers whose missing values need no care."""
    fields = {name: [] for name in ("nodes_treeids", "nodes_nodeids", "nodes_featureids", "nodes_values", "nodes_truenodeids", "nodes_falsenodeids")}
    modes, leaf_trees, leaf_nodes, weights = [], [], [], []
    width = int(_find(model_text, "max_feature_idx")) + 1
    for tree, block in enumerate(model_text.split("\nTree=")[1:]):
        features, left, right = (_numbers(block, name, int) for name in ("split_feature", "left_child", "right_child"))
        thresholds, leaves = (_numbers(block, name, float) for name in ("threshold", "leaf_value"))
        if set(_numbers(block, "decision_type", int)) - {2}:
            raise ValueError("Only splits of numbers without missing values can be written.")
        inner = len(features)
        for node in range(inner + len(leaves)):
            leaf = node >= inner
            values = (tree, node, 0, 0.0, 0, 0) if leaf else (
                tree, node, features[node], _round_down(thresholds[node]), _place(left[node], inner), _place(right[node], inner))
            for name, value in zip(fields, values):
                fields[name].append(value)
            modes.append("LEAF" if leaf else "BRANCH_LEQ")
            if leaf:
                leaf_trees.append(tree)
                leaf_nodes.append(node)
                weights.append(leaves[node - inner])

    attributes = [_attribute(name, values) for name, values in fields.items()]
    attributes += [_attribute("nodes_modes", modes), _attribute("target_treeids", leaf_trees), _attribute("target_nodeids", leaf_nodes),
                   _attribute("target_ids", [0] * len(weights)), _attribute("target_weights", weights), _attribute("n_targets", 1)]
    node = _node("TreeEnsembleRegressor", ["x"], "y", attributes, domain="ai.onnx.ml")
    return _model([node], [], ("x", ["N", width]), ("y", ["N", 1]))


def convolutions(side=96, classes=10):
    """Six convolutions in three sizes, some 90 million multiplications a picture: what a small classifier of pictures is."""
    random = _Weights()
    nodes, weights, value, channels = [], [], "x", 3
    for layer, (width, stride) in enumerate([(32, 2), (32, 1), (64, 2), (64, 1), (128, 2), (128, 1)]):
        weights += [random.tensor(f"w{layer}", [width, channels, 3, 3], channels * 9), random.tensor(f"b{layer}", [width], 100)]
        nodes.append(_node("Conv", [value, f"w{layer}", f"b{layer}"], f"c{layer}", [
            _attribute("kernel_shape", [3, 3]), _attribute("strides", [stride, stride]), _attribute("pads", [1, 1, 1, 1])]))
        nodes.append(_node("Relu", [f"c{layer}"], f"r{layer}", []))
        value, channels = f"r{layer}", width
    weights += [random.tensor("w", [channels, classes], channels), random.tensor("b", [classes], 100)]
    nodes += [_node("GlobalAveragePool", [value], "pooled", []), _node("Flatten", ["pooled"], "flat", []),
              _node("Gemm", ["flat", "w", "b"], "scores", []), _node("Softmax", ["scores"], "y", [])]
    return _model(nodes, weights, ("x", ["N", 3, side, side]), ("y", ["N", classes]))


class _Weights:
    def __init__(self):
        self.state = 1

    def tensor(self, name, shape, fan_in):
        count = 1
        for dimension in shape:
            count *= dimension
        scale = (6.0 / fan_in) ** 0.5
        values = bytearray()
        for _ in range(count):
            self.state = (self.state * 1664525 + 1013904223) & 0xFFFFFFFF
            values += struct.pack("<f", (self.state / 0x80000000 - 1) * scale)
        return b"".join(number(1, dimension) for dimension in shape) + number(2, 1) + message(8, name.encode()) + message(9, bytes(values))


def _find(text, name):
    start = text.index(f"\n{name}=") + len(name) + 2
    return text[start:text.index("\n", start)]


def _numbers(block, name, kind):
    return [kind(part) for part in _find(block, name).split()]


def _place(child, inner):
    return child if child >= 0 else inner + ~child


def _round_down(value):
    """A threshold rounded up would send the values between the two the other way."""
    bits = struct.unpack("<i", struct.pack("<f", value))[0]
    rounded = struct.unpack("<f", struct.pack("<i", bits))[0]
    if rounded <= value:
        return rounded
    if bits == 0:
        return -1.401298464324817e-45
    return struct.unpack("<f", struct.pack("<i", bits - 1 if bits > 0 else bits + 1))[0]


# Protocol buffers, as far as these files need them.
def varint(value):
    value &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while value >= 0x80:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def message(field, *parts):
    content = b"".join(parts)
    return varint(field << 3 | 2) + varint(len(content)) + content


def _attribute(name, value):
    head = message(1, name.encode())
    if isinstance(value, int):
        return message(5, head, number(3, value), number(20, 2))
    if isinstance(value[0], str):
        return message(5, head, *(message(9, text.encode()) for text in value), number(20, 8))
    if isinstance(value[0], float):
        return message(5, head, *(varint(7 << 3 | 5) + struct.pack("<f", item) for item in value), number(20, 6))
    return message(5, head, *(number(8, item) for item in value), number(20, 7))


def _node(kind, inputs, output, attributes, domain=""):
    return message(1, *(message(1, name.encode()) for name in inputs), message(2, output.encode()), message(4, kind.encode()), *attributes,
                   message(7, domain.encode()) if domain else b"")


def _value(name, shape):
    dimensions = [message(1, message(2, size.encode()) if isinstance(size, str) else number(1, size)) for size in shape]
    return message(1, name.encode()) + message(2, message(1, number(1, 1), message(2, *dimensions)))


def _model(nodes, weights, taken, given):
    graph = message(7, *nodes, message(2, b"graph"), *(message(5, weight) for weight in weights), message(11, _value(*taken)), message(12, _value(*given)))
    return number(1, 8) + graph + message(8, message(1, b""), number(2, 15)) + message(8, message(1, b"ai.onnx.ml"), number(2, 2))
