"""Training the student's net from here: our Solver, our data, their loss and gradients.

What the student's own run recorded was written by the student's process, so it can be made up.
Here each loss and each gradient is asked for; accuracies are counted on this side.
"""

import numpy as np

from autograder.candidate import WrongReturn
from autograder.checks.layer_calls import named
from autograder.checks.net_calls import NAME

SEED = 231
HIDDEN, INPUTS, CLASSES, WEIGHT_SCALE = [200, 200], 64, 10, 5e-2
MOST_PARAMETERS = 1_000_000
LEARNING_RATE, EPOCHS, BATCH = 1e-3, 60, 100


def train(trial, keep):
    """The history of the notebook's experiment on digits (seed 001's, with less to compute).

    Returns {"train": accuracies, "val": accuracies}. Raises CandidateError. Leaves NumPy's
    global stream as it was.
    """
    data = trial.oracle.digits()
    before = np.random.get_state()
    np.random.seed(SEED)
    try:
        solver = trial.oracle.given("solver").Solver(
            _Model(trial.candidate, keep),
            {k: data[k] for k in ("X_train", "y_train", "X_val", "y_val")},
            update_rule="adam",
            optim_config={"learning_rate": LEARNING_RATE},
            num_epochs=EPOCHS,
            batch_size=BATCH,
            verbose=False,
        )
        with np.errstate(all="ignore"):
            solver.train()
    finally:
        np.random.set_state(before)
    return {"train": solver.train_acc_history, "val": solver.val_acc_history}


class _Model:
    """What a Solver trains: parameters on this side, copied over before they are used."""

    def __init__(self, candidate, keep):
        self._candidate = candidate
        self._called = f"{NAME}([200, 200], 64, 10, {keep})"
        with named(self._called):
            self._net = candidate.create(
                NAME, HIDDEN, INPUTS, CLASSES, keep, weight_scale=WEIGHT_SCALE
            )
            params = candidate.attribute(self._net, "params")
        if not isinstance(params, dict) or not all(
            isinstance(v, np.ndarray) and v.dtype.kind == "f" and v.size <= MOST_PARAMETERS
            for v in params.values()
        ):
            raise WrongReturn(self._called, "has params that are no arrays")
        self.params = params
        self._there = dict(params)

    def loss(self, X, y=None):
        changed = {n: w for n, w in self.params.items() if self._there.get(n) is not w}
        if changed:
            self._candidate.set_items(self._net, "params", changed)
            self._there = dict(self.params)
        with named(f"{self._called}.loss(...)"):
            if y is None:
                return self._scores(X)
            (loss, grads), _ = self._candidate.call_method(self._net, "loss", X, y, returns=2)
        shapes = {name: value.shape for name, value in self.params.items()}
        if not isinstance(grads, dict) or any(
            not isinstance(grads.get(n), np.ndarray) or grads[n].shape != shape
            for n, shape in shapes.items()
        ):
            raise WrongReturn(f"{self._called}.loss(X, y)", "did not return all gradients")
        return loss, grads

    def _scores(self, X):
        scores, _ = self._candidate.call_method(self._net, "loss", X)
        if not isinstance(scores, np.ndarray) or scores.shape != (len(X), CLASSES):
            raise WrongReturn(f"{self._called}.loss(X)", "did not return scores of shape (N, C)")
        return scores
