"""Whether a noise of the student's own has the mean 0, for entries of every size and sign.

With 700 000 usual entries, of a variance of 5.2 at most on average, a bias above
2 sqrt(5.2 / 3 * log(8 / ALPHA) / 700 000) = .0172 shows (statistics.sum_is_biased): 2 % of
entries of mean size 1.
"""

import numpy as np

from autograder.checks.statistics import Ledger, sum_is_biased

NEGATIVES = "practice-own-noise-negatives"
MULTIPLIES, ADDS = "practice-own-noise-multiplies", "practice-own-noise-adds"
# The least size of most entries, .5 to 1.5; the others are small ones.
USUAL = 0.5


def bias_of(trial, noisy):
    """(what came back, what was expected, misconception) if the noise's mean is not 0, or None."""
    size, sign = np.abs(noisy.X), np.sign(noisy.X)
    contrast = np.where(size > 1, sign, -sign)
    to_zero, up = ("away from 0", "towards 0"), ("upwards", "downwards")
    usual, small = size >= USUAL, size < USUAL
    for group, sizes, weights, words, misconception in (
        (usual, "0.5 to 1.5", sign, to_zero, MULTIPLIES),
        (usual, "0.5 to 1.5", 1.0, up, ADDS),
        (usual, "0.5 to 1.5", contrast, ("away from size 1", "towards size 1"), MULTIPLIES),
        (small, "0.02 to 0.5", 1.0, up, ADDS),
        (small, "0.02 to 0.5", sign, to_zero, MULTIPLIES),
    ):
        terms = (weights * noisy.noise)[group]
        if terms.size and sum_is_biased(trial.ledger, terms, noisy.largest_variance[group]):
            mean = terms.mean()
            return (
                f"moved {terms.size} entries of size {sizes} by {abs(mean):.3g} on average "
                f"{words[int(mean < 0)]}",
                "the noise should average to nothing, so that the mean of the output is X",
                NEGATIVES if _is_right_for_positive(noisy, group) else misconception,
            )
    return None


def _is_right_for_positive(noisy, group):
    """Whether positive entries alone have no bias, and negative ones have: for the message alone,
    so it is no decision for the ledger.
    """
    biased = []
    for sign in (1, -1):
        chosen = group & (np.sign(noisy.X) == sign)
        terms, variances = noisy.noise[chosen], noisy.largest_variance[chosen]
        biased.append(bool(terms.size) and sum_is_biased(Ledger(), terms, variances))
    return biased == [False, True]
