"""Right versions of the notebook's functions, to judge beside what other cells got wrong.

The student's code calls them with anything, from another process: what they take is looked at
first, so that no call costs much. Those that draw take the checks' own random numbers.
"""

import functools
import operator

import numpy as np

from autograder.candidate.values import plain
from autograder.checks.practice.beside import either
from autograder.checks.practice.returned import numeric

EXACT = (
    "linear_ensemble",
    "softmax_ensemble",
    "relu_ensemble",
    "head_variance",
    "dropout_penalty",
    "output_covariances",
)
MOST_UNITS = 12
# Of an array that an exact function takes, and one that a layer takes.
FEW_ENTRIES, MOST_ENTRIES = 10_000, 1_000_000


def beside_right_layer(trial, check):
    """Run check(trial) with the student's own dropout_layer; if that fails, with a right one."""
    return either(trial, check, {"dropout_layer": right_layer(trial.rng)})


def right_layer(rng):
    """A right dropout_layer, where `dropout` is the probability of DROPPING.

    It raises ValueError or TypeError for what is no array or no probability.
    """

    def dropout_layer(X, dropout):
        X = _array(X, MOST_ENTRIES)
        dropout = float(dropout)
        if not 0 <= dropout <= 1:
            raise ValueError("dropout is no probability")
        if dropout == 1:
            return np.zeros(X.shape)
        return np.where(rng.random(X.shape) >= dropout, X / (1 - dropout), 0.0)

    return dropout_layer


def right_net(rng):
    """A right mlp_forward, without a cache: for who only predicts."""
    dropout_layer = right_layer(rng)

    def mlp_forward(params, X, dropout_1, dropout_2, training):
        h = _array(X, MOST_ENTRIES).astype(float)
        for number, dropout in ((1, dropout_1), (2, dropout_2)):
            h = np.maximum(0, h @ params[f"W{number}"] + params[f"b{number}"])
            h = dropout_layer(h, dropout) if training else h
        return h @ params["W3"] + params["b3"], None

    return mlp_forward


def right_noise(rng):
    """A right bishop_noise."""

    def bishop_noise(X, sigma):
        X = _array(X, MOST_ENTRIES)
        return X + float(sigma) * rng.standard_normal(X.shape)

    return bishop_noise


def note_endless(trial):
    """all_masks does not end: what calls it would not either, and is not asked again after that."""
    trial.memory["all_masks is endless"] = True


def beside_right_helpers(trial, name, check):
    """Run check(trial) for the function `name` with the student's helpers, then with right ones.

    all_masks gives floats and, in a third try, booleans, with which a student may index.
    """
    if trial.memory.get("all_masks is endless"):
        with trial.candidate.replaced(right_helpers(trial.oracle, name, float)):
            return check(trial)

    def with_floats(trial):
        return either(trial, check, right_helpers(trial.oracle, name, float))

    return either(trial, with_floats, right_helpers(trial.oracle, name, bool))


def right_helpers(oracle, judged, masks_dtype):
    """{name: function} for all exact functions but the one that is judged."""
    reference = oracle.reference_of("dropout_in_practice")

    def all_masks(n, p):
        n = operator.index(n)
        if not 0 <= n <= MOST_UNITS:
            raise ValueError(f"n is {n}, more than {MOST_UNITS}")
        masks, probabilities = reference.all_masks(n, float(p))
        return masks.astype(masks_dtype), probabilities

    functions = {"all_masks": all_masks}
    functions |= {name: _careful(getattr(reference, name)) for name in EXACT}
    functions.pop(judged, None)
    return functions


def _careful(function):
    """The function for small arrays of numbers; raises TypeError or ValueError for others."""

    @functools.wraps(function)
    def call(*args, **kwargs):
        args = [_number_or_array(value) for value in args]
        kwargs = {name: _number_or_array(value) for name, value in kwargs.items()}
        h = kwargs.get("h", args[0] if args else None)
        if function.__name__.endswith("_ensemble") and np.size(h) > MOST_UNITS:
            raise ValueError(f"more than {MOST_UNITS} units")
        return plain(function(*args, **kwargs))

    return call


def _number_or_array(value):
    array = _array(value, FEW_ENTRIES)
    return array if array.ndim else array.item()


def _array(value, most):
    array = numeric(value)
    if array is None or array.size > most:
        raise TypeError(f"no array of at most {most} numbers")
    return array
