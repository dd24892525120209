"""Checks of dropout_forward's mask: values, rate, independence.

Facts checked: out = x * D / p with D independent Bernoulli(p) (arXiv 1207.0580; seeds 000,
001, 003). p is the probability of keeping a unit.
"""

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.forward_diagnosis import rate_misconception, scale_misconception
from autograder.checks.layer_calls import (
    PROBE_PS,
    away_from_zero,
    close,
    distinct_draws,
    forward,
    probe,
)
from autograder.checks.statistics import (
    agree_by_pairs,
    count_fits,
    counts_never_vary,
    fraction_interval,
    means_differ,
)

# A uniform float32 number is exactly 0 or rounds to 1 once in 2 ** 24 draws, so a right layer that
# draws in float32 may drop a unit at p = 1. More than three of 4000: less than 1e-15.
FLOAT32_TIES = 3


def check_values_are_zero_or_one_over_p(trial):
    """In training every output is 0 or x / p."""
    for p in PROBE_PS:
        measured = probe(trial, p)
        values = measured.mask[measured.kept]
        if values.size and not np.all(close(values, 1 / p)):
            worst = values[np.argmax(np.abs(values - 1 / p))]
            raise Failed(
                measured.called,
                f"returned kept units of {worst:.6g} x",
                f"every kept unit should be x / p = {1 / p:.6g} x",
                scale_misconception(trial),
            )
        if values.size == 0:
            raise Failed(
                measured.called,
                "returned zeros only",
                f"a fraction {p} of the units should be kept, as x / p",
                rate_misconception(trial),
            )


def check_fraction_kept_is_p(trial):
    """A fraction p of the units is kept (Chernoff bound), at p well away from one half."""
    for p in PROBE_PS:
        measured = probe(trial, p)
        draws = distinct_draws(measured.kept)  # a shared mask is another check's case
        kept, n = int(draws.sum()), draws.size
        if not count_fits(trial.ledger, kept, n, p):
            low, high = fraction_interval(n, p)
            raise Failed(
                measured.called,
                f"dropped a fraction {1 - kept / n:.3f} of {n} units and kept {kept / n:.3f}",
                f"a fraction {p} should be kept (chance alone stays within "
                f"{low:.3f} to {high:.3f})",
                rate_misconception(trial),
            )


def check_units_drop_independently(trial):
    """Rows, columns, further axes and neighbours are dropped independently of one another."""
    for p, shape in ((0.25, (200, 200)), (0.4, (12, 8, 20, 20))):
        try:
            measured = probe(trial, p, shape)
        except CandidateError:
            if len(shape) == 2:
                raise
            continue  # a layer for matrices only: check_output_has_the_shape_of_x says so
        kept = measured.kept
        _require_both(trial, measured)
        for axis in range(kept.ndim):
            for distance, first, second in _pairings(kept, axis):
                dependent, correlation = agree_by_pairs(trial.ledger, first, second, trial.rng)
                if dependent:
                    raise Failed(
                        measured.called,
                        f"drops entries {distance} along axis {axis} together "
                        f"(correlation {correlation:.2f})",
                        "each entry should be dropped independently of all others",
                        _sharing(kept),
                    )


def check_calls_draw_fresh_masks(trial):
    """Two calls without a seed draw unrelated masks, for the same x and dropout_param too."""
    x = away_from_zero(trial.rng, (200, 200))
    param = trial.candidate.hold({"mode": "train", "p": 0.4})
    first, second = (forward(trial.candidate, x, "train", 0.4, param=param) for _ in range(2))
    _require_both(trial, first)
    dependent, correlation = agree_by_pairs(
        trial.ledger, first.kept.ravel(), second.kept.ravel(), trial.rng
    )
    if dependent:
        raise Failed(
            first.called,
            f"called twice without a seed, drops the same units (correlation {correlation:.2f})",
            "every call should draw a new mask",
            "frozen-mask",
        )


def check_mask_ignores_the_values(trial):
    """Positive and negative, large and small entries are dropped at the same rate."""
    for p in PROBE_PS:
        measured = probe(trial, p)
        _require_both(trial, measured)
        groups = {
            "positive and negative": measured.x > 0,
            "large and small": np.abs(measured.x) > 1,  # they lie evenly in [0.5, 1.5]
        }
        for words, group in groups.items():
            ours, others = measured.kept[group], measured.kept[~group]
            if means_differ(trial.ledger, ours, others):
                raise Failed(
                    measured.called,
                    f"keeps {ours.mean():.3f} and {others.mean():.3f} of the {words} entries",
                    "the mask should not depend on the values, so that E[out] = x",
                    "mask-depends-on-x",
                )


def check_kept_count_varies(trial):
    """The number of kept units varies: over calls, over rows and over columns."""
    p, shape, calls = 0.4, (50, 50), 9
    masks = [probe(trial, p, shape, call=i).kept for i in range(calls)]
    whole = [int(kept.sum()) for kept in masks]
    if not 0 < whole[0] < masks[0].size:
        _require_both(trial, probe(trial, p, shape))
    # In a frozen mask the count cannot vary either; that is check_calls_draw_fresh_masks's case.
    frozen = all(np.array_equal(masks[0], kept) for kept in masks[1:])
    counts = {"in every call": ([] if frozen else whole, masks[0].size)}
    for axis, words in ((1, "in every row"), (0, "in every column")):
        n = shape[axis]
        along = masks[0].sum(axis=axis).tolist()
        # Whole rows dropped together are check_units_drop_independently's case.
        counts[words] = ([] if along[0] in (0, n) or _lines_equal(masks[0], axis) else along, n)
    for words, (observed, n) in counts.items():
        if observed and counts_never_vary(trial.ledger, observed, n, p):
            raise Failed(
                probe(trial, p, shape).called,
                f"keeps exactly {observed[0]} of {n} units {words}",
                "the number kept should vary, because each unit is dropped on its own",
                "exact-count",
            )


def check_extreme_p(trial):
    """p = 1 keeps everything; p = .002 keeps about 80 of 40 000 units, as 500 x."""
    cause, right_scale = _usual_mistake(trial)
    x = away_from_zero(trial.rng, (80, 50))
    whole = _at_extreme(trial, x, 1.0, cause)
    dropped = int((~whole.kept).sum())
    if dropped > FLOAT32_TIES or not np.all(close(whole.out, x) | ~whole.kept):
        raise Failed(
            whole.called,
            f"dropped {dropped} of {x.size} units" if dropped else "returned something else than x",
            "with p = 1 the output should be x",
            cause,
        )
    p, x = 0.002, away_from_zero(trial.rng, (200, 200))
    sparse = _at_extreme(trial, x, p, cause)
    draws = distinct_draws(sparse.kept)
    kept, n = int(draws.sum()), draws.size
    if not count_fits(trial.ledger, kept, n, p):
        raise Failed(
            sparse.called, f"kept {kept} of {n} units", f"about {n * p:.0f} should be kept", cause
        )
    # A wrong divisor at every p is check_values_are_zero_or_one_over_p's case.
    if right_scale and not np.all(close(sparse.mask[sparse.kept], 1 / p)):
        raise Failed(
            sparse.called,
            f"returned kept units of {sparse.mask[sparse.kept].mean():.6g} x",
            f"every kept unit should be x / p = {1 / p:.6g} x",
            "edge-p",
        )


def _usual_mistake(trial):
    """(the misconception to name at an extreme p, whether the divisor is right at p = .25).

    What goes wrong at every p has nothing to do with the extremes.
    """
    usual = probe(trial, 0.25)
    draws = distinct_draws(usual.kept)
    right_scale = bool(usual.kept.any() and np.all(close(usual.mask[usual.kept], 4.0)))
    if not count_fits(trial.ledger, int(draws.sum()), draws.size, 0.25):
        return rate_misconception(trial), right_scale
    return "edge-p" if right_scale else scale_misconception(trial), right_scale


def _at_extreme(trial, x, p, cause):
    try:
        return forward(trial.candidate, x, "train", p)
    except CandidateError as error:
        raise Failed(error.called, error.problem, f"p = {p:g} is a valid p", cause) from None


def _require_both(trial, measured):
    """Independence means nothing where all or none are kept: say so instead of passing."""
    share = measured.kept.mean()
    if not 0 < share < 1:
        raise Failed(
            measured.called,
            "drops nothing" if share else "drops everything",
            "units should be dropped at random, each on its own",
            rate_misconception(trial),
        )


def _pairings(kept, axis):
    """Disjoint pairs of entries along an axis: neighbours, and entries half an axis apart."""
    moved = np.moveaxis(kept, axis, 0)
    half = len(moved) // 2
    yield "next to each other", moved[0 : 2 * half : 2].ravel(), moved[1 : 2 * half : 2].ravel()
    yield "half the axis apart", moved[:half].ravel(), moved[half : 2 * half].ravel()


def _lines_equal(kept, axis):
    lines = kept if axis == 1 else kept.T
    return bool(np.all(lines == lines[0]))


def _sharing(kept):
    """Name what is shared: along which axis is the mask the same throughout?"""
    if np.all(kept == kept[:1]):
        return "mask-shared-across-batch"
    along = (np.moveaxis(kept, axis, 0) for axis in range(1, kept.ndim))
    same = any(np.all(moved == moved[:1]) for moved in along)
    return "mask-shared-within-example" if same else "mask-repeats"
