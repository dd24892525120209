"""Weight decay in train_step: nobody asked for it, and its strength is not known beforehand."""

import numpy as np

from autograder.checks.practice.every_mask import NAMES
from autograder.checks.practice.vanilla_ways import CLOSE, flat

# What is taken from a parameter besides its step: a share of it, times its learning rate or not.
WEIGHTS = tuple(name for name in NAMES if name[0] == "W")
STRONGEST = 0.9


def decays(steps, table_of):
    """Whether every Step is the right one for some masks, and parameters shrunk besides, by one
    and the same number. table_of(case): the right outcomes, (M, L) as vanilla_ways.flat.
    """
    return any(
        _decays(steps, table_of, names, by_rate)
        for names in (WEIGHTS, NAMES)
        for by_rate in (True, False)
    )


def _decays(steps, table_of, names, by_rate):
    with np.errstate(all="ignore"):  # what a student returns may be immense
        strengths = [_strength(made, table_of(made.case), names, by_rate) for made in steps]
    if None in strengths:
        return False
    return min(strengths) > 0 and max(strengths) - min(strengths) < 0.01 * max(strengths)


def _strength(made, table, names, by_rate):
    """The number that fits best, None if none fits. The loss may hold the penalty."""
    case = made.case
    shrunk = [
        (case.params[n] * (case.lr[n] if by_rate else 1.0) * (n in names)).ravel() for n in NAMES
    ]
    direction = np.concatenate([[0.0], *shrunk])
    found = flat(made)
    rest = found - table
    rest -= np.outer(strength := rest @ direction / (direction @ direction), direction)
    penalty = strength * sum(float(np.sum(case.params[n] ** 2)) for n in names)
    allowed = np.stack([0 * penalty, penalty / 2, penalty], axis=1)
    rest[:, 0] = np.abs(rest[:, :1] - allowed).min(axis=1)
    distance = np.abs(rest).max(axis=1)
    best = int(np.argmin(distance))
    # Far below the decay itself, which a step with other masks may not pass for.
    close = distance[best] <= min(CLOSE * (1 + np.abs(found).max()), 0.05 * abs(strength[best]))
    return float(strength[best]) if close and strength[best] < STRONGEST else None
