"""What a net really did in one training call, recovered from its gradients.

With a single example dW = outer(h, db) for every layer, so the input h of each layer, masks
included, can be read off the gradients whatever the random stream or the cache.
"""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.checks.findings import Failed
from autograder.checks.net_calls import build

HIDDEN = (80, 80, 60)
INPUTS, CLASSES = 20, 7
KEEPS = (0.7, 0.3)
CALLS = 8


@dataclass(frozen=True)
class Call:
    """One training call on a single example.

    inputs[l]: what layer l received (inputs[0] should be x), None where it cannot be seen.
    relus[l], masks[l]: a hidden layer's ReLU output computed from inputs[l], and the effective
    mask inputs[l + 1] / relus[l], NaN where the unit is not active.
    """

    x: np.ndarray
    y: int
    loss: float
    grads: dict
    inputs: list
    relus: list
    masks: list


def training_calls(trial, keep):
    """(net, calls): CALLS training calls on one example each, shared by the checks of a cell."""

    def take():
        try:
            net = build(trial, HIDDEN, INPUTS, CLASSES, keep)
            calls = [_one_call(trial, net) for _ in range(CALLS)]
        except CandidateError as error:
            if error.status == "error" and _runs_with_equal_widths(trial, keep):
                error.misconception = "backward-order"
            raise
        calls = [call for call in calls if all(h is not None for h in call.inputs)]
        if not calls:
            raise Failed(
                f"{net.called}.loss(X, y) with one example",
                "gave gradients that are zero for a whole layer, every time",
                "each layer's bias should have a gradient",
                "backward-order",
            )
        return net, calls

    return trial.measure(("training calls", keep), take)


def dropping_layers(calls):
    """For each hidden layer, whether any active unit was seen dropped."""
    return [
        any(np.any(call.masks[layer] == 0) for call in calls)
        for layer in range(len(calls[0].masks))
    ]


def require_dropout(trial, but_not_wrong=False):
    """Raise Failed unless some hidden layer drops something, and where a stub is not written.

    A plain net earns nothing for what is right without dropout. but_not_wrong: let a net pass
    whose dropout is there but goes wrong in training calls.
    """
    try:
        net, calls = training_calls(trial, KEEPS[0])
    except NotWritten:
        raise
    except (Failed, CandidateError):
        if but_not_wrong:
            return
        raise
    if not any(dropping_layers(calls)):
        raise Failed(
            f"{net.called}.loss(X, y)",
            "dropped nothing in any hidden layer",
            "each hidden ReLU should be followed by dropout",
            "dropout-not-wired",
        )


def differ(a, b):
    """Whether arrays differ by more than rounding (float32 too), relative to b's largest entry."""
    size = max(float(np.max(np.abs(b), initial=0)), 1e-8)
    return not float(np.max(np.abs(np.asarray(a) - b), initial=0)) <= 1e-3 * size


def layer_input(dW, db):
    """h from dW = outer(h, db), by least squares; None where db is all zero."""
    size = float(db @ db)
    return dW @ db / size if size > 1e-24 else None


def _runs_with_equal_widths(trial, keep):
    """Whether a net that crashes runs when all hidden layers are alike: caches were mixed up."""
    try:
        _one_call(trial, build(trial, (30, 30, 30), INPUTS, CLASSES, keep))
    except (Failed, CandidateError):
        return False
    return True


def _one_call(trial, net):
    x = trial.rng.normal(size=(1, INPUTS))
    y = np.array([int(trial.rng.integers(CLASSES))])
    loss, grads = net.loss(x, y)
    inputs = [layer_input(*pair) for pair in zip(grads["weights"], grads["biases"], strict=True)]
    relus, masks = [], []
    for layer in range(len(net.weights) - 1):
        if inputs[layer] is None or inputs[layer + 1] is None:
            relus.append(None)
            masks.append(None)
            continue
        z = inputs[layer] @ net.weights[layer] + net.biases[layer]
        relu = np.maximum(z, 0)
        active = relu > 1e-2
        # Near the kink neither rule is wrong; well below it the unit must stay silent.
        mask = np.full(relu.shape, np.nan)
        mask[active] = inputs[layer + 1][active] / relu[active]
        mask[np.abs(mask) < 1e-3] = 0.0
        relus.append(relu)
        masks.append(mask)
    return Call(x[0], int(y[0]), loss, grads, inputs, relus, masks)
