"""Statistical requirements on masks, whichever function drew them and however it names its rate.

`keep` is always the true probability of keeping, as the checks count it; `asked` is the student's
own words for it, such as "p = 0.25 (keep)" or "dropout = 0.75". Decisions are those of
autograder.checks.statistics, and enter the trial's ledger.
"""

import math

import numpy as np

from autograder.checks.findings import Failed
from autograder.checks.statistics import (
    agree_by_pairs,
    bernoulli_divergence,
    count_fits,
    fraction_interval,
    means_differ,
)

# For the diagnosis, not for the mark: a looser bound than the decisions' own.
NEAR = 20


def explain_rate(measured):
    """Why the fractions kept are wrong. measured: {keep: boolean array of draws}, two or more.

    Returns "nothing dropped", "everything dropped", "swapped", "normal", "fixed" or "other".
    """
    rates = {
        "nothing dropped": lambda keep: 1.0,
        "everything dropped": lambda keep: 0.0,
        "swapped": lambda keep: 1 - keep,
        # randn() < keep; and randn() >= 1 - keep, where the argument is the rate of dropping.
        "normal": lambda keep: _normal_below(keep),
        "normal, dropping": lambda keep: 1 - _normal_below(1 - keep),
    }
    for name, rate in rates.items():
        if all(
            kept.size * bernoulli_divergence(float(kept.mean()), rate(keep)) < NEAR
            for keep, kept in measured.items()
        ):
            return name.partition(",")[0]
    fractions = [float(kept.mean()) for kept in measured.values()]
    return "fixed" if len(measured) > 1 and np.ptp(fractions) < 0.03 else "other"


def require_fraction(trial, called, kept, keep, asked, misconception):
    """A fraction `keep` of the draws is kept (Chernoff). kept: boolean array of independent draws.

    misconception: its name, or a function that finds it. Raises Failed.
    """
    count, n = int(kept.sum()), kept.size
    if not count_fits(trial.ledger, count, n, keep):
        low, high = fraction_interval(n, keep)
        raise Failed(
            called,
            f"kept a fraction {count / n:.3f} of {n} and dropped {1 - count / n:.3f}",
            f"with {asked} a fraction {keep:g} should be kept (chance alone stays within "
            f"{low:.3f} to {high:.3f})",
            misconception() if callable(misconception) else misconception,
        )


def require_both(called, kept, misconception):
    """Some are kept and some dropped: without that, independence means nothing. Raises Failed."""
    if kept.all() or not kept.any():
        raise Failed(
            called,
            "dropped nothing" if kept.all() else "dropped everything",
            "some should be dropped at random and others kept, each on its own",
            misconception() if callable(misconception) else misconception,
        )


def related(trial, first, second):
    """(whether two boolean arrays of draws, paired by position, are not independent; correlation).

    first, second: of one shape; the draws within each are independent if all is right.
    """
    return agree_by_pairs(trial.ledger, first.ravel(), second.ravel(), trial.rng)


def shared_axis(trial, draws):
    """(axis, correlation) of the first axis along which entries are related, or None.

    draws: boolean array, each axis at least two long. Neighbours along an axis are paired, and its
    first half with its second; each of these pairings uses an entry once.
    """
    for axis in range(draws.ndim):
        moved = np.moveaxis(draws, axis, 0)
        half = len(moved) // 2
        neighbours = moved[0 : 2 * half : 2], moved[1 : 2 * half : 2]
        halves = moved[:half], moved[half : 2 * half]
        for first, second in (neighbours, halves):
            dependent, correlation = related(trial, first, second)
            if dependent:
                return axis, correlation
    return None


def distinct(kept):
    """The entries that can be draws of their own: those shared along an axis count once. 1-D."""
    for axis in range(kept.ndim):
        first = np.take(kept, [0], axis)
        if np.all(kept == first):
            kept = first
    return kept.ravel()


def require_independent(trial, called, kept, misconception, axes=None):
    """Entries along each axis are dropped independently of one another. Raises Failed.

    kept: boolean array of two or more axes, each at least two long. axes: names of the axes for
    messages, such as ("example", "unit").
    """
    shared = shared_axis(trial, kept)
    if shared is not None:
        axis, correlation = shared
        where = f"along axis {axis}" if axes is None else f"from one {axes[axis]} to another"
        raise Failed(
            called,
            f"dropped the same {where} (correlation {correlation:.2f})",
            "each should be dropped independently of all others",
            misconception,
        )


def require_fresh(trial, called, first, second, misconception):
    """Two masks drawn one after the other have nothing to do with each other. Raises Failed.

    first, second: boolean arrays of one shape, the two calls' draws.
    """
    dependent, correlation = related(trial, first, second)
    if dependent:
        raise Failed(
            called,
            f"called twice, dropped the same (correlation {correlation:.2f})",
            "every call should draw anew",
            misconception,
        )


def require_blind(trial, called, kept, group, words, misconception):
    """Entries within `group` (boolean, of kept's shape) are kept as often as the others."""
    if means_differ(trial.ledger, kept[group], kept[~group]):
        raise Failed(
            called,
            f"kept {kept[group].mean():.3f} and {kept[~group].mean():.3f} of the {words} entries",
            "what is dropped should not depend on the values",
            misconception,
        )


def _normal_below(limit):
    return (1 + math.erf(limit / math.sqrt(2))) / 2
