"""From measurements of a wrong dropout_forward to the likely misconception."""

import math

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.layer_calls import PROBE_PS, forward, probe
from autograder.checks.statistics import bernoulli_divergence


def rate_misconception(trial):
    """Name the mistake behind a wrong fraction of kept units, from the probes at three p."""
    kept = {}
    for p in PROBE_PS:
        measured = probe(trial, p)
        kept[p] = (float(measured.kept.mean()), measured.kept.size)
    explanations = {
        "no-dropout": lambda p: 1.0,
        "everything-dropped": lambda p: 0.0,
        "keep-drop-swapped": lambda p: 1 - p,
        "normal-for-uniform": lambda p: (1 + math.erf(p / math.sqrt(2))) / 2,
    }
    for name, rate in explanations.items():
        if all(_fits(fraction, n, rate(p)) for p, (fraction, n) in kept.items()):
            return name
    fractions = [fraction for fraction, _ in kept.values()]
    return "fixed-rate" if max(fractions) - min(fractions) < 0.03 else "wrong-rate"


def scale_misconception(trial):
    """Name the mistake behind kept values that are not x / p."""
    ratios = {}
    for p in PROBE_PS:
        measured = probe(trial, p)
        values = measured.mask[measured.kept]
        if values.size == 0:
            return rate_misconception(trial)
        if np.ptp(values) > 1e-6 * abs(values.mean()):
            return "wrong-scale"
        ratios[p] = float(values.mean())

    def ratio_is(expected):
        return all(math.isclose(r, expected(p), rel_tol=1e-4) for p, r in ratios.items())

    if ratio_is(lambda p: 1.0):
        if rate_misconception(trial) == "no-dropout":
            return "no-dropout"
        return "vanilla-dropout" if _scales_at_test(trial) else "no-rescaling"
    if ratio_is(lambda p: 1 / (1 - p)):
        swapped = rate_misconception(trial) == "keep-drop-swapped"
        return "keep-drop-swapped" if swapped else "rescaled-by-drop"
    if ratio_is(lambda p: p):
        return "rescaled-the-wrong-way"
    return "wrong-scale"


def _scales_at_test(trial):
    x = np.ones((4, 5))
    try:
        return np.allclose(forward(trial.candidate, x, "test", 0.25).out, 0.25)
    except CandidateError:
        return False


def _fits(fraction, n, rate):
    # A diagnosis, not a mark: a looser bound than the checks' own will do.
    return n * bernoulli_divergence(fraction, rate) < 20
