"""What dropout_backward is judged against: the student's own forward, or a right one.

Backward must undo the forward it is paired with, so it is judged with the student's own. Only
where that forward is itself wrong (and has lost its marks for it) or not written, a right
forward takes its place, with the cache in each of the usual layouts: one mistake is punished
once.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks import forward as forward_checks
from autograder.checks import forward_interface
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import forward


@dataclass(frozen=True)
class Pass:
    """A forward pass that backward can be called with: the cache, and the mask it should use."""

    cache: object
    mask: np.ndarray


class OwnForward:
    """The student's own dropout_forward."""

    def __init__(self, trial):
        self._candidate = trial.candidate

    def run(self, x, mode, p):
        made = forward(self._candidate, x, mode, p)
        with np.errstate(divide="ignore", invalid="ignore"):
            return Pass(made.cache, made.mask)


class RightForward:
    """A right forward whose cache has one of the layouts that right solutions use."""

    LAYOUTS = tuple(itertools.product(("pair", "mask alone", "mask first"), ("scaled", "zero-one")))

    def __init__(self, trial, layout):
        self._rng = trial.rng
        self._arrangement, self._scaling = layout

    def run(self, x, mode, p):
        param = {"mode": mode, "p": p}
        if mode == "test":
            stored = None if self._arrangement == "pair" else np.ones(x.shape)
            mask = np.ones(x.shape)
        else:
            kept = (self._rng.random(x.shape) < p).astype(float)
            mask = kept / p
            stored = mask if self._scaling == "scaled" else kept
        caches = {"pair": (param, stored), "mask alone": stored, "mask first": (stored, param)}
        return Pass(caches[self._arrangement], mask)


def judge_backward(trial, holds):
    """Run holds(trial, pairing) with the student's forward, else with right ones (see above)."""
    try:
        return holds(trial, OwnForward(trial))
    except (Failed, CandidateError) as error:
        failure = error
    if trial.measure("forward is right", lambda: _forward_is_right(trial)):
        raise failure
    others = []
    for layout in RightForward.LAYOUTS:
        try:
            return holds(trial, RightForward(trial, layout))
        except (Failed, CandidateError) as error:
            others.append(error)
    if isinstance(failure, CandidateError) and failure.called.startswith("dropout_forward"):
        raise others[0]
    raise failure


def _forward_is_right(trial):
    """Whether the student's forward passes the checks that say what its mask is."""
    alone = trial.beside(trial.candidate)
    try:
        forward_checks.check_values_are_zero_or_one_over_p(alone)
        forward_checks.check_fraction_kept_is_p(alone)
        forward_checks.check_extreme_p(alone)
        forward_interface.check_output_has_the_shape_of_x(alone)
        forward_interface.check_test_mode_is_identity(alone)
    except (Failed, CandidateError):
        return False
    return True
