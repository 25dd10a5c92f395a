"""Writes drift.json: two samples of a column and how numpy and scipy bin and compare them, and tails of the chi-squared and Kolmogorov distributions.

Debian's python3-scipy is enough: /usr/bin/python3 generate_drift.py. The tests read only the JSON, so they need no Python.
"""

import json
import math
import pathlib

import numpy as np
from scipy import special, stats
from scipy.spatial import distance

rng = np.random.default_rng(20261125)
FLOOR = 1e-4


def number_bins(baseline):
    present = np.array([x for x in baseline if x is not None])
    distinct = np.unique(present)
    if len(distinct) > 20:
        edges = np.unique(np.quantile(present, [k / 10 for k in range(1, 10)]))
        return "edges", [float(e) for e in edges], lambda xs: np.searchsorted(edges, xs, side="right"), len(edges) + 1
    places = {float(v): i for i, v in enumerate(distinct)}
    return "values", [float(v) for v in distinct], lambda xs: np.array([places.get(float(x), len(places)) for x in xs], dtype=int), len(places) + 1


def effects(a, b):
    p, q = a / a.sum(), b / b.sum()
    p2, q2 = np.maximum(p, FLOOR), np.maximum(q, FLOOR)
    p2, q2 = p2 / p2.sum(), q2 / q2.sum()
    used = (a + b) > 0
    chi2, chi2_p, _, _ = stats.chi2_contingency([a[used], b[used]], correction=False)
    return {
        "psi": float(np.sum((q2 - p2) * np.log(q2 / p2))),
        "kl": float(stats.entropy(q2, p2)),
        "js": float(distance.jensenshannon(p, q, base=2)),
        "hellinger": float(np.linalg.norm(np.sqrt(p) - np.sqrt(q)) / math.sqrt(2)),
        "tv": float(distance.cityblock(p, q) / 2),
        "linf": float(distance.chebyshev(p, q)),
        "chi2": float(chi2),
        "chi2P": float(chi2_p),
        "cramersV": float(stats.contingency.association([[int(x) for x in a[used]], [int(x) for x in b[used]]], method="cramer")) if used.sum() > 1 else 0.0,
    }


def numbers(name, baseline, current):
    kind, places, find, count = number_bins(baseline)
    x = np.array([v for v in baseline if v is not None])
    y = np.array([v for v in current if v is not None])
    a = np.bincount(find(x), minlength=count).astype(float)
    b = np.bincount(find(y), minlength=count).astype(float)
    d = stats.ks_2samp(x, y).statistic
    w = stats.wasserstein_distance(x, y)
    return {
        "name": name, "baseline": list(baseline), "current": list(current), "kind": kind, "numbers": places,
        "baselineCounts": [int(v) for v in a], "currentCounts": [int(v) for v in b], **effects(a, b),
        "means": [float(x.mean()), float(y.mean())], "sd": float(x.std()),
        "ks": float(d), "ksP": float(special.kolmogorov(math.sqrt(len(x) * len(y) / (len(x) + len(y))) * d)),
        "wasserstein": float(w), "wassersteinSd": float(w / x.std()) if x.std() > 0 else None,
    }


def texts(name, baseline, current):
    known = sorted({v for v in baseline if v is not None}, key=lambda c: (-sum(v == c for v in baseline), c))
    places = {c: i for i, c in enumerate(known)}

    def count(values):
        counts = np.zeros(len(known) + 2)
        for v in values:
            counts[len(known) + 1 if v is None else places.get(v, len(known))] += 1
        return counts

    a, b = count(baseline), count(current)
    return {"name": name, "baselineTexts": list(baseline), "currentTexts": list(current), "kind": "categories", "categories": known,
            "baselineCounts": [int(v) for v in a], "currentCounts": [int(v) for v in b], **effects(a, b)}


def some(values, share):
    return [None if rng.random() < share else float(v) for v in values]


def pick(n, weights):
    return [None if v == "-" else v for v in rng.choice(list(weights), n, p=list(weights.values()))]


columns = [
    numbers("a normal that moves half a deviation", some(rng.normal(0, 1, 400), 0), some(rng.normal(0.5, 1, 300), 0)),
    numbers("the same normal", some(rng.normal(5, 2, 300), 0.1), some(rng.normal(5, 2, 250), 0.2)),
    numbers("a skewed amount with ties", some(np.round(rng.gamma(1, 20, 500)), 0), some(np.round(rng.gamma(1, 30, 350)), 0.05)),
    numbers("zeros and a tail", some(np.where(rng.random(400) < 0.6, 0, rng.exponential(3, 400)), 0), some(np.where(rng.random(300) < 0.3, 0, rng.exponential(3, 300)), 0)),
    numbers("values far outside", some(rng.uniform(-1, 1, 200), 0), some(rng.uniform(10, 11, 150), 0)),
    numbers("twelve months and a thirteenth", some(rng.integers(1, 13, 300), 0), some(rng.integers(3, 14, 200), 0)),
    numbers("yes and no", some(rng.random(300) < 0.2, 0), some(rng.random(300) < 0.4, 0)),
    numbers("a constant that changes", some(np.full(50, 7.0), 0), some(np.full(40, 8.0), 0)),
    texts("cities", pick(400, {"Oslo": 0.5, "Rome": 0.3, "Lima": 0.2}), pick(300, {"Oslo": 0.2, "Rome": 0.3, "Lima": 0.3, "Kyiv": 0.2})),
    texts("cities with missing ones", pick(300, {"Oslo": 0.5, "Rome": 0.4, "-": 0.1}), pick(300, {"Oslo": 0.4, "Rome": 0.3, "-": 0.3})),
    texts("no change", pick(500, {"a": 0.7, "b": 0.3}), pick(500, {"a": 0.7, "b": 0.3})),
]

chi2 = [[x, d, float(stats.chi2.sf(x, d))] for d in (1, 2, 3, 9, 10, 20, 201, 5000) for x in (1e-6, 0.1, 1, 3.84, d * 0.5, float(d), d * 1.2, d + 30.0, d * 3.0, 700.0)]
kolmogorov = [[x, float(special.kolmogorov(x))] for x in (0.05, 0.2, 0.5, 0.8276, 1.0, 1.17, 1.19, 1.3581, 1.6276, 2.0, 3.0, 5.0, 10.0)]

text = json.dumps({"columns": columns, "chi2": chi2, "kolmogorov": kolmogorov}, separators=(",", ":"))
pathlib.Path(__file__).with_name("drift.json").write_text(text.replace('{"name"', '\n{"name"').replace('"chi2":[[', '\n"chi2":[[').replace('"kolmogorov"', '\n"kolmogorov"') + "\n")
