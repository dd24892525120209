"""Calls of the student's dropout_layer, mlp_forward and mlp_backward.

Arguments named dropout are probabilities of DROPPING. Numbers may come back in any form that
numpy makes an array of: lists, float32, whole numbers.
"""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named

GRADIENTS = ("W1", "b1", "W2", "b2", "W3", "b3")
WRONG_SHAPE = "practice-layer-wrong-shape"
# The right layer stands in over the wire too: what a student sends it is bounded.
MOST_ENTRIES = 1_000_000


@dataclass(frozen=True)
class Dropped:
    """One call of dropout_layer. out: float64, in X's shape. shape: the shape that came back."""

    called: str
    X: np.ndarray
    out: np.ndarray
    shape: tuple
    changed_X: bool

    @property
    def kept(self):
        """Boolean array: where the output is not zero (X has no zeros)."""
        return self.out != 0

    @property
    def factors(self):
        """What the kept entries were multiplied by, 1-D."""
        return self.out[self.kept] / self.X[self.kept]


@dataclass(frozen=True)
class Scores:
    """One call of mlp_forward. scores: (N, C), float64. cache: a handle."""

    called: str
    scores: np.ndarray
    cache: object


def drop(candidate, X, dropout):
    """Call dropout_layer(X, dropout).

    Raises CandidateError; WrongReturn for anything but as many finite numbers as X has.
    """
    called = f"dropout_layer(X, {dropout!r}) with X of shape {X.shape}"
    with named(called):
        value, changed = candidate.call("dropout_layer", X, dropout)
        out = numbers(called, value)
        if out.size != X.size:
            problem = f"returned an array of shape {out.shape}"
            raise WrongReturn(called, problem, WRONG_SHAPE)
    return Dropped(called, X, out.reshape(X.shape), out.shape, 0 in changed)


def forward(candidate, params, X, dropouts, training):
    """Call mlp_forward(params, X, *dropouts, training).

    Raises CandidateError; WrongReturn for anything but (scores, cache), N times C finite scores.
    """
    first, second = dropouts
    sizes = " and ".join(str(params[name].shape[1]) for name in ("W1", "W2"))
    called = (
        f"mlp_forward(params, X, {first!r}, {second!r}, {training}) with X of shape {X.shape} "
        f"and hidden layers of {sizes} units"
    )
    shape = len(X), params["W3"].shape[1]
    with named(called):
        (value, cache), _ = candidate.call(
            "mlp_forward", params, X, first, second, training, keep=(1,), returns=2
        )
        scores = numbers(called, value)
        if _without_ones(scores.shape) != _without_ones(shape):
            problem = f"returned scores of shape {scores.shape}, not {shape}"
            raise WrongReturn(called, problem, "practice-mlp-wrong-shape")
    return Scores(called, scores.reshape(shape), cache)


def backward(candidate, dscores, made):
    """Call mlp_backward for the Scores `made`.

    Returns (called, {name: float64 array} of the gradients that are there, whether dscores was
    changed). Raises CandidateError; WrongReturn for anything but a dictionary of finite numbers.
    """
    called = f"mlp_backward(dscores, cache) after {made.called}"
    with named(called):
        value, changed = candidate.call("mlp_backward", dscores, made.cache)
        if not isinstance(value, dict):
            raise WrongReturn(called, f"returned {in_words(value)}, not a dictionary")
        found = {n: numbers(called, value[n], f" as {n}") for n in GRADIENTS if n in value}
    return called, found, 0 in changed


def numbers(called, value, where=""):
    """A value as a float64 array. Raises WrongReturn for what is not made of finite numbers."""
    problem = f"returned {in_words(value)}{where}, not an array of numbers"
    try:
        array = np.asarray(value)  # lists may be ragged, whole numbers too large
    except (ValueError, TypeError, OverflowError):
        raise WrongReturn(called, problem) from None
    if array.dtype.kind not in "fiub":
        raise WrongReturn(called, problem)
    array = array.astype(np.float64)
    if not np.all(np.isfinite(array)):
        raise WrongReturn(called, f"returned NaN or infinite values{where}")
    return array


def in_words(value):
    """A short phrase for what came back."""
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return "a very large whole number"  # Python refuses to print the longest
    return describe(value)


def _without_ones(shape):
    return tuple(n for n in shape if n != 1)


def right_layer(rng):
    """A right dropout_layer, which draws from rng, to put in the place of the student's.

    It raises ValueError or TypeError for what is no array or no probability.
    """

    def dropout_layer(X, dropout):
        X = np.asarray(X)
        if X.dtype.kind not in "fiub" or X.size > MOST_ENTRIES:
            raise TypeError("X is no array of numbers, or a very large one")
        dropout = float(dropout)
        if not 0 <= dropout <= 1:
            raise ValueError("dropout is no probability")
        if dropout == 1:
            return np.zeros(X.shape)
        return np.where(rng.random(X.shape) >= dropout, X / (1 - dropout), 0.0)

    return dropout_layer
