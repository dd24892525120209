"""From measurements of a wrong dropout_layer to the likely misconception.

Throughout, `probes` is {dropout: Dropped}: calls at several probabilities of DROPPING.
"""

import math

import numpy as np

from autograder.checks.layer_calls import close, distinct_draws
from autograder.checks.practice.masks import NEAR, explain_rate
from autograder.checks.statistics import bernoulli_divergence

TAKEN_FOR_KEEPING = "practice-layer-dropout-taken-for-keeping"
FROM_THE_VALUES = "practice-layer-mask-from-the-values"
RATES = {
    "nothing dropped": "practice-layer-nothing-dropped",
    "everything dropped": "practice-layer-everything-dropped",
    "swapped": TAKEN_FOR_KEEPING,
    "normal": "practice-layer-normal-for-uniform",
    "fixed": "practice-layer-fixed-rate",
    "other": "practice-layer-wrong-rate",
}


def usual(probes):
    """The mistake at dropouts between 0 and 1, or None where none shows."""
    for dropout, made in probes.items():
        if not made.kept.any() or not np.all(close(made.factors, 1 / (1 - dropout))):
            return scale(probes)
        draws = distinct_draws(made.kept)
        if draws.size * bernoulli_divergence(float(draws.mean()), 1 - dropout) > 2 * NEAR:
            return rate(probes)
    return None


def rate(probes):
    """Why the fractions kept are wrong."""
    differences = [
        abs(made.kept[made.X > 0].mean() - made.kept[made.X < 0].mean()) for made in probes.values()
    ]
    if max(differences) > 0.1:
        return FROM_THE_VALUES
    return RATES[explain_rate({1 - d: distinct_draws(made.kept) for d, made in probes.items()})]


def by_chance(first, second):
    """Where to compare two masks of one X: in the entries of one sign, if those of the other are
    all kept or all dropped because of it. A boolean array of X's shape.
    """
    positive = first.X > 0
    for group in (positive, ~positive):
        fixed = np.concatenate([made.kept[~group] for made in (first, second)])
        draws = np.concatenate([made.kept[group] for made in (first, second)])
        if len(np.unique(fixed)) == 1 and len(np.unique(draws)) == 2:
            return group
    return np.full(positive.shape, True)


def scale(probes):
    """Why the kept entries are not x / (1 - dropout)."""
    found = {}
    for dropout, made in probes.items():
        if not made.kept.any():
            return rate(probes)
        if not np.all(close(made.factors, made.factors[0])):
            return "practice-layer-wrong-scale"
        found[dropout] = float(made.factors[0])

    def is_always(expected):
        return all(math.isclose(f, expected(d), rel_tol=1e-4) for d, f in found.items())

    if is_always(lambda d: 1.0):
        nothing = rate(probes) == RATES["nothing dropped"]
        return RATES["nothing dropped"] if nothing else "practice-layer-not-rescaled"
    if is_always(lambda d: 1 / d):
        swapped = rate(probes) == TAKEN_FOR_KEEPING
        return TAKEN_FOR_KEEPING if swapped else "practice-layer-divided-by-dropout"
    if is_always(lambda d: 1 - d) or is_always(lambda d: d):
        return "practice-layer-rescaled-the-wrong-way"
    return "practice-layer-wrong-scale"


def sharing(kept):
    """What is shared: along which axis is the mask the same throughout?"""
    if np.all(kept == kept[:1]):
        return "practice-layer-one-mask-for-all-examples"
    along = (np.moveaxis(kept, axis, 0) for axis in range(1, kept.ndim))
    if any(np.all(moved == moved[:1]) for moved in along):
        return "practice-layer-one-draw-for-many-entries"
    return "practice-layer-dependent"
