"""Checks our estimators against Open Bandit Pipeline's on one log.

    npm run bench -- off-policy --runs 2 --coverage 2 --worlds 2 --log log.json
    pip install obp && python bench/peers/off_policy.py log.json

Prints both estimates of each estimator, and fails where they differ by more than 1e-6.
"""

import json
import sys

import numpy as np
from obp.ope import (
    DirectMethod,
    DoublyRobust,
    DoublyRobustWithShrinkageTuning,
    InverseProbabilityWeighting,
    SelfNormalizedInverseProbabilityWeighting,
)

with open(sys.argv[1]) as file:
    log = json.load(file)
n = len(log["action"])
shape = (n, log["actions"], 1)
feedback = {
    "reward": np.array(log["reward"]),
    "action": np.array(log["action"], dtype=int),
    "pscore": np.array(log["propensity"]),
    "position": np.zeros(n, dtype=int),
    "action_dist": np.array(log["target"]).reshape(shape),
    "estimated_rewards_by_reg_model": np.array(log["q"]).reshape(shape),
}
shrinkages = [10, 50, 100, 500, 1000, 5000, 10000, np.inf]
theirs = {
    "dm": DirectMethod(),
    "ipw": InverseProbabilityWeighting(),
    "snipw": SelfNormalizedInverseProbabilityWeighting(),
    "dr": DoublyRobust(),
    "dros": DoublyRobustWithShrinkageTuning(lambdas=shrinkages, tuning_method="mse"),
}
apart = 0.0
for name, ours in log["estimates"].items():
    value = float(theirs[name].estimate_policy_value(**feedback))
    apart = max(apart, abs(value - ours))
    print(f"{name:6} ours {ours:.9f}  theirs {value:.9f}")
sys.exit(0 if apart <= 1e-6 else f"They differ by {apart:.2e}.")
