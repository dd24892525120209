"""Calls of the functions that return noisy arrays, and the form their results may have."""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import named
from autograder.checks.practice.returned import array_of_shape

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
    out = array_of_shape(called, out, shape, misconception=SHAPE, most=LARGEST)
    return Made(called, out, changed)


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
