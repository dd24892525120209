"""Calls of the student's train_step, and reading of the dictionaries that part 1 returns.

In all of part 1 an argument p is the probability of KEEPING a unit.
"""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named
from autograder.checks.practice.every_mask import NAMES, drawn_params
from autograder.checks.practice.returned import array_of_shape, number, numeric

KINDS = ("vanilla", "inverted")
# A number for each name, so that using another's shows; none of them is 1, nor their mean.
RATES = {"W1": 0.3, "b1": 0.9, "W2": 0.5, "b2": 1.2, "W3": 0.7, "b3": 0.25}


@dataclass(frozen=True)
class Case:
    """What train_step is called with, but for the kind. p: the probability of keeping."""

    params: dict
    X: np.ndarray
    y: np.ndarray
    p: float
    lr: dict

    def called(self, kind):
        """The call in the student's terms."""
        widths = " and ".join(str(self.params[name].shape[1]) for name in ("W1", "W2"))
        return (
            f"train_step(params, X, y, p = {self.p:g} (keep), lr, {kind!r}) with X of shape "
            f"{self.X.shape} and hidden layers of {widths} units"
        )


@dataclass(frozen=True)
class Step:
    """What a call returned. new: the parameters after the step, as float64."""

    case: Case
    loss: float
    new: dict

    @property
    def moved(self):
        """{name: old minus new}: the learning rate times the gradient, if all is right."""
        return {name: self.case.params[name] - self.new[name] for name in NAMES}


def tiny_cases(rng):
    """Nets of three and two hidden units whose softmax is not saturated, 32 pairs of masks an
    example: one example; two; and two with a hidden unit in each layer that the ReLU shuts.
    """
    cases = []
    for examples, p, shut in ((1, 0.6, False), (2, 0.75, False), (2, 0.6, True)):
        params = drawn_params(rng, (2, 3, 2, 3))
        for name, factor in (("W1", 0.4), ("W2", 0.4), ("W3", 0.5)):
            params[name] *= factor
        if shut:
            params["b1"][0] = -3.0
            params["W2"][:, 0] *= -1
            params["b2"][0] = -0.2
        X = rng.uniform(0.5, 1.5, (examples, 2))
        y = rng.permutation(3)[:examples]
        cases.append(Case(params, X, y, p, RATES))
    return cases


def step(trial, case, kind):
    """Call train_step. Raises CandidateError; WrongReturn for all but (number, parameters)."""
    called = case.called(kind)
    with named(called):
        (loss, new), _ = trial.candidate.call(
            "train_step", case.params, case.X, case.y, case.p, case.lr, kind, returns=2
        )
        if isinstance(loss, dict) and not isinstance(new, dict):
            raise WrongReturn(called, "returned its two values the other way round")
        return Step(case, number(called, loss, "its loss"), parameters(called, new, case.params))


def parameters(called, value, like, words="params"):
    """{name: float64 array} with the shapes of `like`. Raises WrongReturn."""
    entries = entries_of(called, value, words)
    return {
        name: array_of_shape(called, entries[name], like[name].shape, f"{words}[{name!r}]")
        for name in NAMES
    }


def rates(called, value):
    """{name: float}, a learning rate for each name; an array of equal numbers is one too.

    Raises WrongReturn.
    """
    entries = entries_of(called, value, "lr")
    return {name: number(called, _once(entries[name]), f"lr[{name!r}]") for name in NAMES}


def _once(value):
    array = numeric(value)
    if array is not None and array.size > 1 and np.all(array == array.flat[0]):
        return array.ravel()[:1]
    return value


def entries_of(called, value, words):
    """The dictionary, if it has all six names. Raises WrongReturn."""
    if not isinstance(value, dict):
        raise WrongReturn(called, f"returned {describe(value)} as {words}, not a dictionary")
    missing = [name for name in NAMES if name not in value]
    if missing:
        raise WrongReturn(called, f"returned {words} without {', '.join(missing)}")
    return value
