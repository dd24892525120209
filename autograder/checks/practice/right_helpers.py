"""Right versions of the notebook's exact functions, to judge beside what other cells got wrong.

The student's code calls them with anything, from another process: what they take is looked at
first, so that no call costs much.
"""

import functools
import operator

import numpy as np

from autograder.candidate.values import plain
from autograder.checks.practice.beside import either

EXACT = (
    "linear_ensemble",
    "softmax_ensemble",
    "relu_ensemble",
    "head_variance",
    "dropout_penalty",
    "output_covariances",
)
MOST_UNITS = 12
MOST_ENTRIES = 10_000


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
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or array.size > MOST_ENTRIES:
        raise TypeError("no small array of numbers")
    return array if array.ndim else array.item()
