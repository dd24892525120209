"""Checks of all masks and of the means over them (part 2). p is the probability of keeping.

The means are compared with the oracle's sums over all masks. Each function is judged with the
student's own all_masks and, if that fails, with a right one in its place. Nothing is decided by
chance.
"""

import numpy as np

from autograder.checks.practice import ensemble_mistakes as mistakes
from autograder.checks.practice.all_masks import require_every_mask, require_probabilities
from autograder.checks.practice.exact import Case, Part, Question, require
from autograder.checks.practice.returned import show
from autograder.checks.practice.right_helpers import beside_right_helpers

EDGE = "practice-ensemble-edge"
# Away from one half, where keeping and dropping look alike.
SIZES = ((3, 2, 0.25), (2, 3, 0.7), (4, 2, 0.4))
EDGES = ((1, 2, 0.6), (3, 2, 1.0))


def check_every_mask_is_there_once(trial):
    """masks has the 2**n rows of zeros and ones, each once, in any order."""
    require_every_mask(trial)


def check_masks_have_their_probability(trial):
    """A mask with k of n units kept has the probability p**k (1 - p)**(n - k)."""
    require_probabilities(trial)


def check_linear_mean_is_exact(trial):
    """The mean of (mask * h) W + b over all masks: p h W + b."""
    _require(trial, LINEAR, "mean")


def check_arithmetic_mean_is_exact(trial):
    """The softmax's mean, each mask weighted with its probability."""
    _require(trial, SOFTMAX, "arithmetic")


def check_geometric_mean_is_exact(trial):
    """The softmax's weighted geometric mean, divided by its sum."""
    _require(trial, SOFTMAX, "geometric")


def check_relu_mean_is_exact(trial):
    """The mean of relu((mask * h) W1 + b1) W2 + b2 over all masks."""
    _require(trial, RELU, "exact")


def check_scaled_run_is_right(trial):
    """The same net with p h in place of mask * h."""
    _require(trial, RELU, "scaled")


def _require(trial, question, part):
    beside_right_helpers(trial, question.name, lambda trial: require(trial, question, part))


def _one_layer(rng):
    return [_one_layer_case(rng, *size) for size in SIZES] + [
        _one_layer_case(rng, *size, edge=EDGE) for size in EDGES
    ]


def _one_layer_case(rng, n, classes, p, edge=None):
    h = _positive(rng, n)
    W, b = _signed(rng, (n, classes)), _signed(rng, classes)
    return Case((h, W, b, p), f"h = {show(h)}, W = {show(W)}, b = {show(b)}, {_keep(p)}", edge)


def _two_layers(rng):
    return [_two_layer_case(rng, *size) for size in SIZES] + [
        _two_layer_case(rng, *size, edge=EDGE) for size in EDGES
    ]


def _two_layer_case(rng, n, classes, p, edge=None):
    """Three hidden units: the first is at work under every mask; the second, of some threshold,
    only where enough of h is kept, so that the ReLU matters; the third has either. The first score
    is negative, because scores have no ReLU.
    """
    h = _positive(rng, n)
    W1, b1 = _signed(rng, (n, 3)), np.abs(_signed(rng, 3))
    W1[:, :2] = np.abs(W1[:, :2])
    b1[1] = -np.round(h @ W1[:, 1] / 2, 1)
    W2, b2 = _signed(rng, (3, classes)), _signed(rng, classes)
    hidden = np.maximum(0, p * h @ W1 + b1)
    b2[0] = -np.round(hidden @ np.abs(W2[:, 0]) + 0.5, 1)
    words = f"h = {show(h)}, W1 = {show(W1)}, b1 = {show(b1)}, W2 = {show(W2)}, b2 = {show(b2)}"
    return Case((h, W1, b1, W2, b2, p), f"{words}, {_keep(p)}", edge)


def _keep(p):
    return f"p = {p:g} (keep)"


def _positive(rng, n):
    return np.round(rng.uniform(0.5, 2, n), 1)


def _signed(rng, shape):
    """Between .3 and 1.5 with either sign, to one decimal so that messages can show it."""
    return np.round(rng.uniform(0.3, 1.5, shape) * rng.choice((-1.0, 1.0), shape), 1)


LINEAR = Question(
    "ensemble",
    "linear_ensemble",
    "h, W, b, p",
    _one_layer,
    lambda oracle, *args: (oracle.practice("ensemble").linear(*args),),
    {"mean": Part({0: "the mean"}, mistakes.LINEAR)},
)
SOFTMAX = Question(
    "ensemble",
    "softmax_ensemble",
    "h, W, b, p",
    _one_layer,
    lambda oracle, *args: oracle.practice("ensemble").softmax_means(*args),
    {
        "arithmetic": Part({0: "the arithmetic mean"}, mistakes.ARITHMETIC),
        "geometric": Part({1: "the geometric mean"}, mistakes.GEOMETRIC),
    },
)
RELU = Question(
    "ensemble",
    "relu_ensemble",
    "h, W1, b1, W2, b2, p",
    _two_layers,
    lambda oracle, *args: oracle.practice("ensemble").relu_means(*args),
    {
        "exact": Part({0: "the exact mean"}, mistakes.RELU_EXACT),
        "scaled": Part({1: "the scaled run"}, mistakes.RELU_SCALED),
    },
)
