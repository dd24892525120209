"""Training the student's net from here: our batches, our Adam, their loss and gradients.

What the student's own run recorded was written by the student's process, so it can be made up.
Here each loss and each gradient is asked for; accuracies are counted on this side, at the end only.
"""

import numpy as np

from autograder.candidate import WrongReturn
from autograder.checks.layer_calls import named
from autograder.checks.net_calls import NAME

SEED = 231
HIDDEN, INPUTS, CLASSES, WEIGHT_SCALE = [200, 200], 64, 10, 5e-2
MOST_PARAMETERS = 1_000_000
LEARNING_RATE, EPOCHS, BATCH = 1e-3, 60, 100


def train(trial, keep, epochs=None):
    """How the notebook's experiment on digits ends after `epochs` (all EPOCHS), with their net.

    Returns {"train": [accuracy], "val": [accuracy]}. Raises CandidateError. Leaves NumPy's global
    stream as it was.
    """
    data = trial.remember("digits", trial.oracle.digits)
    adam = trial.oracle.given("optim").adam
    X, y = data["X_train"], data["y_train"]
    an_epoch = len(X) // BATCH
    before = np.random.get_state()
    np.random.seed(SEED)
    try:
        model = _Model(trial.candidate, keep)
        settings = {name: {"learning_rate": LEARNING_RATE} for name in model.params}
        with np.errstate(all="ignore"):
            for step in range(1, (epochs or EPOCHS) * an_epoch + 1):
                batch = np.random.choice(len(X), BATCH)  # as the notebook's Solver draws them
                gradients = model.gradients(X[batch], y[batch])
                for name, w in model.params.items():
                    model.params[name], _ = adam(w, gradients[name], settings[name])
                if step == 1 or step % an_epoch == 0:
                    # There the notebook's Solver measures accuracies. They are not needed, but a
                    # net that test-time calls upset must be upset here too.
                    model.scores(X[:1])
        return {s: [model.accuracy(data[f"X_{s}"], data[f"y_{s}"])] for s in ("train", "val")}
    finally:
        np.random.set_state(before)


class _Model:
    """The student's net, with its parameters on this side: they go along with each call."""

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

    def gradients(self, X, y):
        """The gradients of loss(X, y) by name, of the parameters' shapes."""
        with named(f"{self._called}.loss(...)"):
            (_, grads), _ = self._call_loss(X, y, returns=2)
        if not isinstance(grads, dict) or any(
            not isinstance(grads.get(name), np.ndarray) or grads[name].shape != w.shape
            for name, w in self.params.items()
        ):
            raise WrongReturn(f"{self._called}.loss(X, y)", "did not return all gradients")
        return grads

    def accuracy(self, X, y):
        """The fraction of X that the net classifies as y says."""
        return float(np.mean(self.scores(X).argmax(axis=1) == y))

    def scores(self, X):
        """loss(X), of shape (N, C)."""
        with named(f"{self._called}.loss(...)"):
            scores, _ = self._call_loss(X)
        if not isinstance(scores, np.ndarray) or scores.shape != (len(X), CLASSES):
            raise WrongReturn(f"{self._called}.loss(X)", "did not return scores of shape (N, C)")
        return scores

    def _call_loss(self, *args, returns=None):
        changed = {n: w for n, w in self.params.items() if self._there.get(n) is not w}
        self._there = dict(self.params)
        first = {"params": changed} if changed else None
        return self._candidate.call_method(self._net, "loss", *args, returns=returns, first=first)
