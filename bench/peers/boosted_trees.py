"""Gradient-boosted trees on the plays that bench/likability.ts wrote into FOLDER (the only argument).

Chooses settings and the number of trees on the last fifth of the training plays, as ours does, learns from all of them, and
writes the probability of a finish of each test play. LightGBM where it is installed, else scikit-learn. Tells a line of JSON.
"""
import json
import os
import sys
from pathlib import Path

# One thread, as ours: on a busy machine several wait for each other most of the time.
os.environ["OMP_NUM_THREADS"] = "1"

import numpy as np

try:
    import lightgbm
except ImportError:
    lightgbm = None
    from sklearn.ensemble import HistGradientBoostingClassifier

FOLDER = Path(sys.argv[1])
LAYOUT = json.loads((FOLDER / "layout.json").read_text())
VIEWS = ("rolling", "frozen")
VALIDATION_SHARE = 0.2
MOST_TREES = 600
PATIENCE = 30
LEARNING_RATE = 0.05


def rows(name):
    return np.fromfile(FOLDER / name, dtype=np.float32).reshape(-1, LAYOUT["features"])


def log_loss(p, y):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))


def recency(play, half_life):
    """After this share of the plays an outcome weighs half; None: all weigh the same."""
    if half_life is None:
        return np.ones(len(play))
    return 0.5 ** ((play.max() - play) / (half_life * (play.max() - play.min() + 1)))


class LightGBM:
    name = f"LightGBM {lightgbm.__version__}" if lightgbm else ""
    grid = [
        {"num_leaves": leaves, "min_data_in_leaf": smallest, "feature_fraction": share}
        for leaves, smallest in ((7, 50), (15, 50), (31, 100))
        for share in (0.3, 0.8)
    ]

    @staticmethod
    def parameters(setting):
        fixed = {"objective": "binary", "learning_rate": LEARNING_RATE, "bagging_fraction": 0.8, "bagging_freq": 1}
        quiet = {"verbose": -1, "num_threads": 1, "seed": LAYOUT["seed"], "deterministic": True}
        return {**fixed, **quiet, "lambda_l2": 10, **setting}

    def choose(self, setting, x, y, w, vx, vy):
        train = lightgbm.Dataset(x, y, weight=w, params={"verbose": -1})
        model = lightgbm.train(
            self.parameters(setting),
            train,
            MOST_TREES,
            valid_sets=[lightgbm.Dataset(vx, vy, reference=train)],
            callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
        )
        return model.predict(vx), model.best_iteration

    def fit(self, setting, trees, x, y, w):
        model = lightgbm.train(self.parameters(setting), lightgbm.Dataset(x, y, weight=w), trees)
        return model.predict


class ScikitLearn:
    name = "scikit-learn HistGradientBoosting"
    grid = [
        {"max_leaf_nodes": leaves, "min_samples_leaf": smallest, "max_features": share}
        for leaves, smallest in ((7, 50), (15, 50), (31, 100))
        for share in (0.3, 0.8)
    ]

    @staticmethod
    def model(setting, trees):
        fixed = {"learning_rate": LEARNING_RATE, "l2_regularization": 10, "early_stopping": False}
        return HistGradientBoostingClassifier(max_iter=trees, random_state=LAYOUT["seed"], **fixed, **setting)

    def choose(self, setting, x, y, w, vx, vy):
        model = self.model(setting, MOST_TREES).fit(x, y, sample_weight=w)
        stages = [p[:, 1] for p in model.staged_predict_proba(vx)]
        best = int(np.argmin([log_loss(p, vy) for p in stages]))
        return stages[best], best + 1

    def fit(self, setting, trees, x, y, w):
        model = self.model(setting, trees).fit(x, y, sample_weight=w)
        return lambda rows: model.predict_proba(rows)[:, 1]


peer = LightGBM() if lightgbm else ScikitLearn()
x = np.concatenate([rows(f"train.{view}") for view in VIEWS])
y = np.tile(np.fromfile(FOLDER / "train.label", dtype=np.uint8), 2)
play = np.tile(np.fromfile(FOLDER / "train.play", dtype=np.int32), 2)
once = np.sort(play[: len(play) // 2])
late = play >= once[int(len(once) * (1 - VALIDATION_SHARE))]
# scikit-learn refuses columns without a value.
known = ~np.isnan(x[~late]).all(axis=0)
x = x[:, known]

best = None
for half_life in (None, 0.25):
    w = recency(play[~late], half_life)
    for setting in peer.grid:
        p, trees = peer.choose(setting, x[~late], y[~late], w, x[late], y[late])
        loss = log_loss(p, y[late])
        if best is None or loss < best["loss"]:
            best = {"loss": loss, "trees": trees, "half_life": half_life, "setting": setting}

predict = peer.fit(best["setting"], best["trees"], x, y, recency(play, best["half_life"]))
for view in VIEWS:
    predict(rows(f"test.{view}")[:, known]).astype(np.float64).tofile(FOLDER / f"predicted.{view}")
print(json.dumps({"peer": peer.name, "trees": best["trees"], "half_life": best["half_life"], **best["setting"]}))
