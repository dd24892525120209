"""Random points. Two formulas that agree at them are the same, almost surely.

Numbers are drawn from 1 .. 2^61. MAX_BITS bounds the degree of what is compared by about 33 in
numerator and denominator, so of the cross-multiplied difference by 66; by Schwartz and Zippel two
different formulas agree at a point with a probability below 66 / 2^61 < 1e-16. A grading makes
fewer than 5 000 comparisons: below 1e-12 altogether. The generator is the system's, so a point
cannot be foreseen by whoever writes an answer.
"""

import random

SPREAD = 2**61
COMPARISONS = 5_000
DEGREE = 66
ERROR_BOUND = COMPARISONS * DEGREE / SPREAD


class Entries:
    """Random numbers by key, the same one for the same key."""

    def __init__(self):
        self._random = random.SystemRandom()
        self._drawn = {}

    def __getitem__(self, key):
        if key not in self._drawn:
            self._drawn[key] = self._random.randint(1, SPREAD)
        return self._drawn[key]
