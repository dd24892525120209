"""Calls of the functions that return noisy arrays, and the form their results may have."""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, WrongReturn
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import named
from autograder.checks.statistics import agree_by_pairs

SHAPE = "practice-noise-shape"
IN_PLACE = "practice-noise-in-place"
# A noise whose standard deviation is below 3 exceeds this once in 1e23 draws (Chebyshev).
LARGEST = 1e12


@dataclass(frozen=True)
class Made:
    """called: the call in the student's terms. out: float64. changed: indices of arguments."""

    called: str
    out: np.ndarray
    changed: tuple


def made(candidate, called, shape, name, *arguments):
    """Call name(*arguments), whose result must be an array of this shape.

    Raises CandidateError; WrongReturn for what is not of that form.
    """
    with named(called):
        out, changed = candidate.call(name, *arguments)
    return Made(called, as_array(out, shape, called), changed)


def as_array(value, shape, called, most=LARGEST):
    """A student's array, nested list or number as a float64 array of this shape.

    Axes of length 1 may be missing or too many. most: entries must be smaller, and not NaN; None:
    they may be anything. Raises WrongReturn.
    """
    try:
        array = np.asarray(value)
    except (ValueError, TypeError, OverflowError):  # rows of several lengths
        array = np.asarray(None)
    if array.dtype.kind not in "fiub":
        kind = "None" if value is None else f"a {type(value).__name__}"
        raise WrongReturn(called, f"returned {kind}, not an array of numbers")
    if squeezed(array.shape) != squeezed(shape):
        problem = f"returned an array of shape {array.shape}, not {shape}"
        raise WrongReturn(called, problem, SHAPE)
    array = array.astype(np.float64).reshape(shape)
    if most is not None and not np.all(np.abs(array) < most):
        raise WrongReturn(called, "returned NaN, infinite or immense values")
    return array


def squeezed(shape):
    """A shape without its axes of length 1."""
    return tuple(n for n in shape if n != 1)


def require_any_shape(trial, name, *arguments):
    """Arrays of one and of three axes are taken too, and left as they are: half the points."""
    for shape in ((6,), (3, 4, 2)):
        called = f"{name}(X, {', '.join(map(repr, arguments))}) with X of shape {shape}"
        x = trial.rng.uniform(0.5, 1.5, shape)
        try:
            call = made(trial.candidate, called, shape, name, x, *arguments)
        except CallTimeout:
            raise
        except CandidateError as error:  # matrices are taken
            raise Failed(called, error.problem, "X may have any shape", SHAPE, 0.5) from None
        if 0 in call.changed:
            raise Failed(
                called,
                "changed the array X that it was given",
                "it should return a new array and leave X as it was",
                IN_PLACE,
                0.5,
            )


def related(trial, first, second):
    """Whether two boolean arrays of independent draws, paired by position, are not independent."""
    return agree_by_pairs(trial.ledger, first.ravel(), second.ravel(), trial.rng)[0]


def shared_axis(trial, draws, axes=(0, 1)):
    """The first of these axes along which a boolean array's entries are related, or None."""
    for axis in axes:
        moved = np.moveaxis(draws, axis, 0)
        half = len(moved) // 2
        neighbours = moved[0 : 2 * half : 2], moved[1 : 2 * half : 2]
        halves = moved[:half], moved[half : 2 * half]
        if related(trial, *neighbours) or related(trial, *halves):
            return axis
    return None
