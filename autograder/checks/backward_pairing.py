"""What dropout_backward is judged against: the student's own forward, or a right one.

Backward must undo the forward it is paired with, so it is judged with the student's own. Where
that forward is itself wrong it has lost its marks already, and backward may also be what would
be right beside it: one mistake is punished once. Where forward does not run at all, right ones
with the usual cache layouts take its place.
"""

import itertools
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks import forward as forward_checks
from autograder.checks import forward_interface
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero, backward, close, forward
from autograder.checks.statistics import bernoulli_divergence


@dataclass(frozen=True)
class Pass:
    """A forward pass that backward can be called with.

    cache: for backward. mask: what the paired forward multiplied x by. right_mask: 0 and 1/p at
    the units that it kept (1 in test mode); None where it did not drop at random at all, and any
    mask of 0 and 1/p is as good. lenient: whether right_mask counts.
    """

    cache: object
    mask: np.ndarray
    right_mask: np.ndarray | None
    p: float
    lenient: bool = False

    def accepts(self, dx, dout):
        """Whether dx is the gradient of this pass."""
        if np.all(close(dx, dout * self.mask)):
            return True
        if not self.lenient:
            return False
        if self.right_mask is not None:
            return bool(np.all(close(dx, dout * self.right_mask)))
        kept = dx != 0
        fits = kept.size * bernoulli_divergence(float(kept.mean()), self.p) < 20
        return fits and bool(np.all(close(dx, dout / self.p) | ~kept))


class OwnForward:
    """The student's own dropout_forward."""

    def __init__(self, trial, lenient=False):
        self._candidate = trial.candidate
        self._lenient = lenient

    def run(self, x, mode, p):
        made = forward(self._candidate, x, mode, p)
        if mode == "test":
            right = np.ones(x.shape)
        else:
            drops = 0 < made.kept[x != 0].mean() < 1 if np.any(x) else True
            right = made.kept / p if drops else None
        return Pass(made.cache, made.mask, right, p, self._lenient)


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
        return Pass(caches[self._arrangement], mask, mask, p)


def judge_backward(trial, holds):
    """Run holds(trial, pairing) with the student's forward, else with right ones (see above)."""
    trial.measure("a gradient", lambda: _require_gradient(trial))
    try:
        return holds(trial, OwnForward(trial))
    except (Failed, CandidateError) as error:
        failure = error
    if trial.measure("forward is right", lambda: _forward_is_right(trial)):
        raise failure
    try:
        return holds(trial, OwnForward(trial, lenient=True))
    except Failed:
        raise failure from None
    except CandidateError as error:
        if not error.called.startswith("dropout_forward"):
            raise failure from None
    others = []
    for layout in RightForward.LAYOUTS:
        try:
            return holds(trial, RightForward(trial, layout))
        except (Failed, CandidateError) as error:
            others.append(error)
    raise others[0]


def _require_gradient(trial):
    """Raise Failed for a backward that returns one number everywhere, whatever dout is.

    Beside a forward that keeps nothing a zero gradient is right, so right ones are tried too.
    """
    x, dout = (away_from_zero(trial.rng, (30, 20)) for _ in range(2))
    constant = False
    pairings = [OwnForward(trial), *(RightForward(trial, la) for la in RightForward.LAYOUTS)]
    for pairing in pairings:
        try:
            made = pairing.run(x, "train", 0.7)
            once, twice = (backward(trial.candidate, d, made.cache)[0] for d in (dout, 2 * dout))
        except (Failed, CandidateError):
            continue
        if not np.all(once == once.flat[0]) or not np.array_equal(once, twice):
            return
        constant = True
    if constant:
        raise Failed(
            "dropout_backward(dout, cache)",
            "returned the same number everywhere, whatever dout was",
            "dx should be dout * mask",
            "backward-wrong",
        )


def _forward_is_right(trial):
    """Whether the student's forward passes the checks that say what its mask is."""
    alone = trial.beside(trial.candidate)
    try:
        forward_checks.check_values_are_zero_or_one_over_p(alone)
        forward_checks.check_fraction_kept_is_p(alone)
        forward_checks.check_mask_ignores_the_values(alone)
        forward_checks.check_extreme_p(alone)
        forward_interface.check_output_has_the_shape_of_x(alone)
        forward_interface.check_test_mode_is_identity(alone)
    except (Failed, CandidateError):
        return False
    return True
