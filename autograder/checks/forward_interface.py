"""Checks of dropout_forward's manners: modes, seeds, shapes, dtypes, its arguments."""

import itertools

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero, close, forward

SHAPES = ((6, 5), (7,), (3, 4, 5), (2, 3, 4, 5), (1,), (1, 1))


def check_output_has_the_shape_of_x(trial):
    """1-D to 4-D arrays, and arrays of a single entry, keep their shape in both modes."""
    _require_output(trial)
    for mode in ("train", "test"):
        for shape in SHAPES:
            x = away_from_zero(trial.rng, shape)
            try:
                made = forward(trial.candidate, x, mode, 0.5, any_shape=True)
            except NotWritten:
                raise
            except CandidateError as error:
                if shape == SHAPES[0]:
                    raise
                raise Failed(
                    error.called, error.problem, "x may have any number of axes", "two-d-only"
                ) from None
            if made.out.shape != shape:
                raise Failed(
                    made.called,
                    f"returned an output of shape {made.out.shape}",
                    f"its shape should be {shape}",
                    "wrong-shape",
                )


def check_test_mode_is_identity(trial):
    """In test mode the output is x, nothing dropped and nothing rescaled."""
    for p in (0.25, 0.7):
        x = away_from_zero(trial.rng, (40, 30))
        made = forward(trial.candidate, x, "test", p)
        if not np.all(close(made.out, x)):
            raise Failed(
                made.called,
                _test_mode_words(made),
                "in test mode it should return x",
                _why(trial, made),
            )


def check_seed_fixes_the_mask(trial):
    """The same seed gives the same mask, seed 0 too; different seeds give different masks."""
    _require_output(trial)
    x = away_from_zero(trial.rng, (60, 50))
    first = {}
    for seed in (11, 0):
        made, again = (forward(trial.candidate, x, "train", 0.4, seed=seed) for _ in range(2))
        if not np.array_equal(made.kept, again.kept):
            raise Failed(
                made.called,
                "called twice, drops different units",
                "with a seed the mask should be the same each time",
                "seed-zero-ignored" if seed == 0 else "seed-ignored",
            )
        first[seed] = made
    if not first[11].kept.any():
        return  # nothing is ever kept: the checks of the mask say so
    if first[11].kept.all() and first[0].kept.all():
        raise Failed(
            first[11].called,
            "drops nothing",
            "a seed should choose which units are dropped",
            "no-dropout",
        )
    if np.array_equal(first[11].kept, first[0].kept):
        raise Failed(
            first[11].called,
            "drops the same units as with seed 0",
            "different seeds should give different masks",
            "seed-ignored",
        )


def check_float32_stays_float32(trial):
    """float32 in, float32 out, and float64 in, float64 out, in both modes."""
    _require_output(trial)
    for mode, dtype in itertools.product(("train", "test"), (np.float32, np.float64)):
        x = away_from_zero(trial.rng, (6, 5), dtype)
        made = forward(trial.candidate, x, mode, 0.5)
        if made.out.dtype != dtype:
            raise Failed(
                f"{made.called}, dtype {x.dtype}",
                f"returned dtype {made.out.dtype}",
                "the output should have x's dtype",
                "dtype-changed",
            )


def check_x_is_left_alone(trial):
    """The caller's x is the same after the call, in both modes."""
    _require_output(trial)
    for mode in ("train", "test"):
        made = forward(trial.candidate, away_from_zero(trial.rng, (20, 20)), mode, 0.5)
        if made.changed_x:
            raise Failed(
                made.called,
                "changed the array x that it was given",
                "it should return a new array and leave x as it was",
                "input-overwritten",
            )


def _test_mode_words(made):
    dropped = float((made.out == 0).mean())
    if dropped > 0:
        return f"set a fraction {dropped:.3f} of the units to zero"
    ratio = made.out / made.x
    if np.ptp(ratio) < 1e-6 * abs(ratio.mean()):
        return f"returned {ratio.mean():.6g} x"
    return "returned something else than x"


def _why(trial, made):
    """Name the mistake: still dropping, vanilla dropout, or scaled in both modes."""
    if (made.out == 0).any():
        return "dropout-at-test"
    try:
        trained = forward(trial.candidate, made.x, "train", 0.25)
    except CandidateError:
        return "scaled-at-test"
    values = trained.mask[trained.kept]
    unscaled = values.size and np.all(close(values, 1.0))
    return "vanilla-dropout" if unscaled else "scaled-at-test"


def _require_output(trial):
    """Raise Failed for a forward that returns zeros in either mode: they have any property."""
    trial.measure("some output", lambda: _some_output(trial))


def _some_output(trial):
    x = away_from_zero(trial.rng, (30, 20))
    try:
        made = [forward(trial.candidate, x, mode, 0.7) for mode in ("train", "test")]
    except CandidateError:
        return  # the check that asked meets it too, in its own words
    if not any(m.kept.any() for m in made):
        raise Failed(
            made[0].called,
            "returned nothing but zeros, in both modes",
            "a fraction 0.7 of the units should be kept",
        )
