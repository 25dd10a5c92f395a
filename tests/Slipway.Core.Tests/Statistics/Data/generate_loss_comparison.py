"""Writes loss-comparison.json: short histories of losses and their log e-values, one observation at a time, by the four formulas as published for each form.

Debian's python3-numpy and python3-scipy are enough: /usr/bin/python3 generate_loss_comparison.py. The tests read only the JSON, so they need no Python.
"""

import json
import math
import pathlib

import numpy as np
from scipy.special import logsumexp

rng = np.random.default_rng(20261125)
EFFECTS = np.geomspace(0.001, 0.1, 12)


def stakes(weight, value, relative, m, v):
    """The lambdas for harm and for safe, from the mean m and the variance v of what was seen before."""
    if relative:
        s2 = (v + m * m) * (1 / weight + (1 + value) ** 2 / (1 - weight))
        harm, safe = 0.9 * (1 - weight) / (1 + value), 0.9 * weight
    else:
        s2 = v * (1 / weight + 1 / (1 - weight))
        harm = 0.9 / (value + max(m / weight, (1 - m) / (1 - weight)))
        room = max((1 - m) / weight, m / (1 - weight)) - value
        safe = 0.9 / room if room > 0 else math.inf
    best = EFFECTS / (s2 + EFFECTS**2)
    return np.minimum(best, harm), np.minimum(best, safe)


def history(name, value, relative, looks):
    """A look is a list of (weight, 1 for the candidate, edge); so it is written, too."""
    harm, safe = np.zeros(12), np.zeros(12)
    seen = [0.0, 1.0]  # The made-up observation: half of it 0, half of it 1.
    weights = [0.5, 0.5]
    arms = ([], [])
    after = []
    for look in looks:
        m = np.average(seen, weights=weights)
        v = np.average((np.array(seen) - m) ** 2, weights=weights)
        for weight, z, edge in look:
            y = edge / 256
            if relative:
                excess = z * y / weight - (1 + value) * (1 - z) * y / (1 - weight)
            else:
                excess = (z / weight - (1 - z) / (1 - weight)) * (y - m) - value
            lambda_harm, lambda_safe = stakes(weight, value, relative, m, v)
            harm = harm + np.log1p(lambda_harm * excess)
            safe = safe + np.log1p(-lambda_safe * excess)
        for weight, z, edge in look:
            seen.append(edge / 256)
            weights.append(1.0)
            arms[1 - z].append(edge / 256)
        after.append({
            "harm": list(harm),
            "safe": list(safe),
            "logHarm": float(logsumexp(harm) - math.log(12)),
            "logSafe": float(logsumexp(safe) - math.log(12)),
            "candidate": float(np.mean(arms[0])) if arms[0] else None,
            "stable": float(np.mean(arms[1])) if arms[1] else None,
        })
    observations = [[[float(w), int(z), int(e)] for w, z, e in look] for look in looks]
    return {"name": name, "margin": {"value": value, "relative": relative}, "looks": observations, "after": after}


def draw(weights, sizes, candidate, stable):
    """Looks of the given sizes under the given weights; the two functions draw an edge."""
    looks = []
    for weight, size in zip(weights, sizes):
        z = (rng.random(size) < weight).astype(int)
        looks.append([(weight, int(a), int(candidate() if a else stable())) for a in z])
    return looks


def yes(p):
    return lambda: 256 * (rng.random() < p)


def graded(a, b):
    return lambda: int(np.round(256 * rng.beta(a, b)))


steps = [0.05] * 3 + [0.25] * 3 + [0.5] * 3
sizes = [40, 1, 60, 0, 30, 30, 20, 20, 50]
mixed = draw([0.25], [12], graded(2, 5), graded(2, 6))
mixed[0] += draw([0.05], [12], graded(2, 5), graded(2, 6))[0]
histories = [
    history("yes or no, absolute", 0.005, False, draw(steps, sizes, yes(0.2), yes(0.1))),
    history("yes or no, relative", 0.1, True, draw(steps, sizes, yes(0.2), yes(0.1))),
    history("graded, absolute", 0.02, False, draw(steps, sizes, graded(2, 5), graded(2, 6))),
    history("graded, relative", 0.05, True, draw(steps, sizes, graded(2, 5), graded(2, 6))),
    history("better, margin zero", 0.0, False, draw(steps, sizes, yes(0.02), yes(0.3))),
    history("better, relative zero", 0.0, True, draw(steps, sizes, yes(0.02), yes(0.3))),
    history("the candidate gets most", 0.01, False, draw([0.9, 0.97], [60, 60], yes(0.9), yes(0.8))),
    history("all the same loss", 0.01, False, draw([0.5, 0.5, 0.5], [9, 9, 9], lambda: 0, lambda: 0)),
    history("only the worst losses", 0.3, True, draw([0.5, 0.5, 0.5], [9, 9, 9], lambda: 256, lambda: 256)),
    history("a margin of the whole range", 1.0, False, draw([0.5, 0.5], [9, 9], yes(0.9), yes(0.1))),
    history("two weights in one look", 0.02, False, mixed + mixed),
    history("one observation a look", 0.01, False, draw([0.25] * 40, [1] * 40, graded(1, 3), graded(1, 4))),
]


def edge_of(y, name):
    """The rounding, from the definitions of FNV-1a and SplitMix64."""
    mask = (1 << 64) - 1
    h = 0xCBF29CE484222325
    for byte in name.encode():
        h = (h ^ byte) * 0x100000001B3 & mask
    z = ((h ^ int.from_bytes(b"LossBins", "big")) + 0x9E3779B97F4A7C15) & mask
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & mask
    z = (z ^ z >> 27) * 0x94D049BB133111EB & mask
    z ^= z >> 31
    below = math.floor(y * 256)
    return below + (1 if (z >> 11) / 2**53 < y * 256 - below else 0)


names = ["1", "2", "3", "01890a5d-ac96-774b-bcce-b302099a8057", "01890a5d-ac96-774b-bcce-b302099a8058", "Straße 7", "予測-12", "\U0001f6a2"]
roundings = [{"y": y, "id": name, "edge": edge_of(y, name)} for name in names for y in [0.0, 1.0, 0.5, 0.3, 0.001, 0.999, 1 / 3]]

text = json.dumps({"histories": histories, "roundings": roundings}, separators=(",", ":"))
pathlib.Path(__file__).with_name("loss-comparison.json").write_text(text.replace('{"name"', '\n{"name"').replace('{"y"', '\n{"y"') + "\n")
