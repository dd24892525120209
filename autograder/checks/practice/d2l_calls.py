"""Calls of the student's dropout_layer, mlp_forward and mlp_backward.

Arguments named dropout are probabilities of DROPPING.
"""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named
from autograder.checks.practice.every_mask import NAMES
from autograder.checks.practice.returned import array_of_shape, numbers

WRONG_SHAPE = "practice-layer-wrong-shape"


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
    called = layer_called(X, dropout)
    with named(called):
        value, changed = candidate.call("dropout_layer", X, dropout)
        try:
            out = numbers(called, value)
        except WrongReturn:
            _refuse_tuple(called, value)
            raise
        if out.size != X.size:
            _refuse_tuple(called, value)
            problem = f"returned an array of shape {out.shape}"
            raise WrongReturn(called, problem, WRONG_SHAPE)
    return Dropped(called, X, out.reshape(X.shape), out.shape, 0 in changed)


def layer_called(X, dropout):
    """The call in the student's terms."""
    return f"dropout_layer(X, dropout = {dropout!r} (drop)) with X of shape {X.shape}"


def _refuse_tuple(called, value):
    """Several things for one: say so, rather than what array they would make."""
    if isinstance(value, tuple):
        raise WrongReturn(called, f"returned {describe(value)}, not one array", WRONG_SHAPE)


def forward(candidate, params, X, dropouts, training):
    """Call mlp_forward(params, X, *dropouts, training).

    Raises CandidateError; WrongReturn for anything but (scores, cache), N times C finite scores.
    """
    first, second = dropouts
    sizes = " and ".join(str(params[name].shape[1]) for name in ("W1", "W2"))
    called = (
        f"mlp_forward(params, X, {first!r} (drop), {second!r} (drop), training = {training}) "
        f"with X of shape {X.shape} and hidden layers of {sizes} units"
    )
    shape = len(X), params["W3"].shape[1]
    with named(called):
        (value, cache), _ = candidate.call(
            "mlp_forward", params, X, first, second, training, keep=(1,), returns=2
        )
        found = numbers(called, value, "scores")
        scores = array_of_shape(called, found, shape, "scores", "practice-mlp-wrong-shape")
    return Scores(called, scores, cache)


def backward(candidate, dscores, made):
    """Call mlp_backward for the Scores `made`.

    Returns (called, {name: float64 array} of the gradients that are there, whether dscores was
    changed). Raises CandidateError; WrongReturn for anything but a dictionary of finite numbers.
    """
    called = f"mlp_backward(dscores, cache) after {made.called}"
    with named(called):
        value, changed = candidate.call("mlp_backward", dscores, made.cache)
        if not isinstance(value, dict):
            raise WrongReturn(called, f"returned {describe(value)}, not a dictionary")
        found = {n: numbers(called, value[n], n) for n in NAMES if n in value}
    return called, found, 0 in changed
