"""Checks of dropout_backward: dx = dout * mask, with the mask of its own cache.

The chain rule through out = x * mask (seeds 000, 001, 003).
"""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.checks.backward_pairing import judge_backward
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero, backward, close

TRAINING = "after a training-mode forward with p = {p}, dropout_backward(dout, cache)"


def check_dx_is_dout_times_mask(trial):
    """In training dx = dout * mask, where mask = out / x of the paired forward."""
    judge_backward(trial, _dx_is_dout_times_mask)


def check_caches_are_kept_apart(trial):
    """Two forwards, then their backwards in turn and again: each uses its own cache."""
    judge_backward(trial, _caches_are_kept_apart)


def check_dx_at_zero_inputs(trial):
    """Where x is zero the gradient still passes, if the unit was kept."""
    judge_backward(trial, _dx_at_zero_inputs)


def check_test_mode_passes_dout(trial):
    """In test mode dx = dout."""
    judge_backward(trial, _test_mode_passes_dout)


def check_dx_for_every_shape(trial):
    """dx has dout's shape for 1-D to 4-D arrays."""
    judge_backward(trial, _dx_for_every_shape)


def check_dout_is_left_alone(trial):
    """The caller's dout is the same after the call, in both modes."""
    judge_backward(trial, _dout_is_left_alone)


def _dx_is_dout_times_mask(trial, pairing):
    for p in (0.25, 0.7):
        x, dout = away_from_zero(trial.rng, (30, 20)), away_from_zero(trial.rng, (30, 20))
        made = pairing.run(x, "train", p)
        dx, _ = backward(trial.candidate, dout, made.cache)
        if not made.accepts(dx, dout):
            raise Failed(TRAINING.format(p=p), *_explain(dx, dout, made.mask, x))


def _explain(dx, dout, mask, x):
    """(what came back, what was expected, misconception) for a wrong training-mode dx."""
    expected = "dx should be dout * mask, with the mask (and the 1/p) of the forward call"
    kept = mask != 0
    guesses = (
        (dout, "returned dout itself", "backward-without-mask"),
        (dout * mask.max(), "returned dout / p at every unit", "backward-without-mask"),
        (
            dout * kept,
            "returned dout at the kept units, not divided by p",
            "backward-without-scale",
        ),
        (dout * mask * mask, "divided dout at the kept units by p twice", "backward-scaled-twice"),
    )
    uses_values = (dout * x, dout * mask * x, dout * mask * mask * x, mask * x, x, mask)
    for guess, words, name in guesses:
        if np.all(close(dx, guess)):
            return words, expected, name
    if any(np.all(close(dx, guess)) for guess in uses_values):
        return "returned a product with the values of x", expected, "backward-uses-values"
    wrong = float((~close(dx, dout * mask)).mean())
    passed = float(np.mean(dx[~kept] != 0)) if not kept.all() else 0.0
    if np.array_equal(dx != 0, ~kept):
        return "passed the gradient to just the dropped units", expected, "backward-wrong"
    if passed and not np.all(dx != 0):
        words = f"passed a gradient to {passed:.3f} of the units that the forward pass dropped"
        return words, expected, "mask-redrawn"
    return (
        f"returned a wrong gradient for a fraction {wrong:.3f} of the units",
        expected,
        "backward-wrong",
    )


def _caches_are_kept_apart(trial, pairing):
    dout = away_from_zero(trial.rng, (30, 20))
    caches, at_once = [], []
    for p in (0.4, 0.7):
        made = pairing.run(away_from_zero(trial.rng, (30, 20)), "train", p)
        caches.append(made.cache)
        at_once.append(backward(trial.candidate, dout, made.cache)[0])
    # Whether a gradient is right is check_dx_is_dout_times_mask's case; here it must only stay
    # what it was when no other call had come between.
    for cache, before in zip(caches, at_once, strict=True):
        try:
            later, _ = backward(trial.candidate, dout, cache)
        except CandidateError as error:
            raise Failed(
                "dropout_backward(dout, cache), called twice with the same cache,",
                f"{error.problem} the second time",
                "a cache should serve any number of times",
                "cache-used-up",
            ) from None
        if not np.array_equal(later, before, equal_nan=True):
            again, _ = backward(trial.candidate, dout, cache)
            if np.array_equal(again, later, equal_nan=True):
                name = "last-mask-only"
            else:
                same_units = np.array_equal(later != 0, before != 0)
                name = "cache-used-up" if same_units else "mask-redrawn"
            raise Failed(
                "dropout_backward(dout, cache), called again after another forward and backward,",
                "returned another gradient than before",
                "the same cache should always give the same gradient",
                name,
            )


def _dx_at_zero_inputs(trial, pairing):
    shape, p = (60, 60), 0.5
    x = away_from_zero(trial.rng, shape)
    zeros = trial.rng.random(shape) < 0.5
    x[zeros] = 0.0
    dout = away_from_zero(trial.rng, shape)
    made = pairing.run(x, "train", p)
    dx, _ = backward(trial.candidate, dout, made.cache)
    passed = np.isfinite(dx) & (dx != 0)
    if not passed[zeros].any() and (passed[~zeros].any() or np.isnan(dx).all()):
        raise Failed(
            TRAINING.format(p=p)
            + f" where {int(zeros.sum())} entries of x are 0 (as after a ReLU)",
            "returned 0 at every one of them",
            "a kept unit passes its gradient on whatever its value was",
            "mask-read-from-output",
        )


def _test_mode_passes_dout(trial, pairing):
    for p in (0.25, 0.7):
        x, dout = away_from_zero(trial.rng, (30, 20)), away_from_zero(trial.rng, (30, 20))
        made = pairing.run(x, "test", p)
        try:
            dx, _ = backward(trial.candidate, dout, made.cache)
        except NotWritten:
            raise
        except CandidateError as error:
            returned = error.problem
        else:
            if made.accepts(dx, dout):
                continue
            returned = "returned zeros" if not dx.any() else "did not return dout"
        raise Failed(
            f"after a test-mode forward with p = {p}, dropout_backward(dout, cache)",
            returned,
            "at test time the layer is the identity, so dx should be dout",
            "test-mode-backward",
        )


def _dx_for_every_shape(trial, pairing):
    for shape in ((6, 5), (7,), (3, 4, 5), (2, 3, 4, 5), (1,)):
        x, dout = away_from_zero(trial.rng, shape), away_from_zero(trial.rng, shape)
        made = pairing.run(x, "train", 0.5)
        try:
            backward(trial.candidate, dout, made.cache)
        except CandidateError as error:
            if shape == (6, 5):
                raise
            raise Failed(
                error.called, error.problem, "dout may have any number of axes", "two-d-only"
            ) from None


def _dout_is_left_alone(trial, pairing):
    for mode in ("train", "test"):
        x, dout = away_from_zero(trial.rng, (20, 20)), away_from_zero(trial.rng, (20, 20))
        made = pairing.run(x, mode, 0.5)
        try:
            _, changed = backward(trial.candidate, dout, made.cache)
        except CandidateError:
            if mode == "train":
                raise
            continue  # check_test_mode_passes_dout's case
        if changed:
            raise Failed(
                f"dropout_backward(dout, cache) in {mode} mode",
                "changed the array dout that it was given",
                "it should return a new array and leave dout as it was",
                "dout-overwritten",
            )
