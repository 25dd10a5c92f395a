"""Writes quality.json: small sets of rows and their metrics as scikit-learn and numpy compute them.

Debian's python3-sklearn is enough: /usr/bin/python3 generate.py. The tests read only the JSON, so they need no Python.
"""

import json
import pathlib

import numpy as np
from sklearn import metrics as sk

rng = np.random.default_rng(20261124)


def regression(name, truth, scores):
    values = {
        "rmse": float(np.sqrt(np.mean((truth - scores) ** 2))),
        "mae": sk.mean_absolute_error(truth, scores),
        "r2": sk.r2_score(truth, scores) if len(set(truth)) > 1 else None,
        "mape": None if (truth == 0).any() else float(sk.mean_absolute_percentage_error(truth, scores)),
    }
    return case(name, "regression", truth, scores, 1, values)


def binary(name, truth, scores):
    predicted = (scores >= 0.5).astype(int)
    tp, fp = int(((predicted == 1) & (truth == 1)).sum()), int(((predicted == 1) & (truth == 0)).sum())
    fn = int(((predicted == 0) & (truth == 1)).sum())
    both = len(set(truth)) == 2
    clipped = np.clip(scores, 1e-15, 1 - 1e-15)

    bins = np.minimum(np.floor(scores * 10), 9).astype(int)
    ece = 0.0
    for b in range(10):
        inside = bins == b
        if inside.any():
            ece += inside.mean() * abs(scores[inside].mean() - truth[inside].mean())

    values = {
        "accuracy": sk.accuracy_score(truth, predicted),
        "precision": sk.precision_score(truth, predicted) if tp + fp else None,
        "recall": sk.recall_score(truth, predicted) if tp + fn else None,
        "f1": sk.f1_score(truth, predicted) if 2 * tp + fp + fn else None,
        "auc": sk.roc_auc_score(truth, scores) if both else None,
        "average_precision": sk.average_precision_score(truth, scores) if (truth == 1).any() else None,
        "log_loss": sk.log_loss(truth, clipped, labels=[0, 1]),
        "brier": float(np.mean((scores - truth) ** 2)),
        "ece": float(ece),
    }
    return case(name, "binary", truth, scores, 1, values)


def multiclass(name, truth, scores):
    predicted = scores.argmax(axis=1)
    width = scores.shape[1]
    never_predicted = any((truth == c).any() and not (predicted == c).any() for c in range(width))
    never_true = any((predicted == c).any() and not (truth == c).any() for c in range(width))
    values = {"accuracy": sk.accuracy_score(truth, predicted), "log_loss": sk.log_loss(truth, scores, labels=list(range(width)))}
    for average in ("macro", "weighted"):
        values[f"{average}_precision"] = None if never_predicted else sk.precision_score(truth, predicted, average=average, zero_division=0)
        values[f"{average}_recall"] = sk.recall_score(truth, predicted, average=average, zero_division=0)
        values[f"{average}_f1"] = sk.f1_score(truth, predicted, average=average, zero_division=0)
    if never_true:
        values["macro_recall"] = None
    return case(name, "multiclass", truth, scores, width, values)


def case(name, task, truth, scores, width, values):
    return {
        "name": name,
        "task": task,
        "width": width,
        "truth": [float(t) for t in truth],
        "scores": [float(s) for s in scores.ravel()],
        "metrics": {k: None if v is None else float(v) for k, v in values.items()},
    }


def softmax(x):
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


n = 200
y = rng.gamma(2, 30, n)
cases = [
    regression("ordinary numbers", y, y * 0.8 + rng.normal(0, 10, n)),
    regression("a large offset", y + 1e7, y + 1e7 + rng.normal(0, 10, n)),
    regression("a constant truth", np.full(20, 0.1), rng.normal(0, 1, 20)),
    regression("a truth of zero", np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.0, 2.5])),
    regression("worse than the mean", np.array([1.0, 2.0, 3.0]), np.array([30.0, -20.0, 10.0])),
]

t = (rng.random(n) < 0.3).astype(int)
s = np.clip(0.3 + 0.3 * (t - 0.3) + rng.normal(0, 0.2, n), 0, 1)
cases += [
    binary("ordinary probabilities", t, s),
    binary("many ties", t, np.round(s, 1)),
    binary("all scores equal", t, np.full(n, 0.5)),
    binary("certain and sometimes wrong", t, np.where(rng.random(n) < 0.9, t, 1 - t).astype(float)),
    binary("only class 1", np.ones(10, dtype=int), rng.random(10)),
    binary("only class 0, never predicted", np.zeros(10, dtype=int), rng.random(10) * 0.4),
    binary("never predicted", t, s * 0.4),
]

m = rng.choice(4, n, p=[0.5, 0.3, 0.15, 0.05])
logits = rng.normal(0, 1, (n, 4))
logits[np.arange(n), m] += 1.5
absent = np.where(m == 3, 0, m)
silent = logits.copy()
silent[:, 3] = -20
cases += [
    multiclass("four classes", m, softmax(logits)),
    multiclass("a class that is predicted but never true", absent, softmax(logits)),
    multiclass("a class that is true but never predicted", m, softmax(silent)),
    multiclass("a class that does not occur", absent, softmax(silent)),
]

pathlib.Path(__file__).with_name("quality.json").write_text(json.dumps(cases, indent=None, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
