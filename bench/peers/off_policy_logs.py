"""Writes the logs of Open Bandit Pipeline's synthetic example, for our estimators to be tried on.

    pip install obp==0.5.2 && python bench/peers/off_policy_logs.py logs 20
    npm run bench -- off-policy --logs logs
"""

import json
import sys
from pathlib import Path

from obp.dataset import SyntheticBanditDataset, logistic_reward_function
from obp.policy import IPWLearner
from sklearn.linear_model import LogisticRegression

folder, runs = Path(sys.argv[1]), int(sys.argv[2])
folder.mkdir(exist_ok=True)
for run in range(runs):
    dataset = SyntheticBanditDataset(
        n_actions=30,
        dim_context=5,
        reward_function=logistic_reward_function,
        beta=-3,
        random_state=run,
    )
    train = dataset.obtain_batch_bandit_feedback(n_rounds=10_000)
    test = dataset.obtain_batch_bandit_feedback(n_rounds=10_000)
    classifier = LogisticRegression(max_iter=10_000, C=100)
    learner = IPWLearner(n_actions=30, base_classifier=classifier)
    learner.fit(**{name: train[name] for name in ("context", "action", "reward", "pscore")})
    target = learner.predict_proba(context=test["context"])
    truth = dataset.calc_ground_truth_policy_value(test["expected_reward"], target)
    log = {
        "actions": 30,
        "action": test["action"].tolist(),
        "reward": test["reward"].tolist(),
        "propensity": test["pscore"].tolist(),
        "target": target.ravel().tolist(),
        "context": test["context"].ravel().tolist(),
        "truth": float(truth),
    }
    (folder / f"{run:03}.json").write_text(json.dumps(log))
