"""The weights that DropConnect dropped, read off its outputs.

With x of ones and weights that are powers of two an output is a whole number, times whatever factor
the kept weights have; its binary digits are the mask's entries.
"""

from dataclasses import dataclass

import numpy as np

from autograder.checks.practice.noise_calls import made

EXAMPLES, INPUTS, OUTPUTS = 100, 12, 20
# Neither makes the whole numbers of one factor look like those of another.
DROPOUTS = (0.3, 0.6)
# Of a whole number below 2 ** INPUTS, in float32 too.
ROUNDING = 0.01

# What the kept weights were multiplied by, for a probability of dropping.
FACTORS = {
    "right": lambda dropout: 1 / (1 - dropout),
    "none": lambda dropout: 1.0,
    "one over dropout": lambda dropout: 1 / dropout,
    "keep": lambda dropout: 1 - dropout,
}


@dataclass(frozen=True)
class Masks:
    """kept: (EXAMPLES, INPUTS, OUTPUTS), boolean. factor: a name of FACTORS."""

    called: str
    kept: np.ndarray
    factor: str


def call(trial, x, W, dropout, words):
    """Call dropconnect; returns noise_calls.Made. Raises CandidateError."""
    called = f"dropconnect(x, W, dropout = {dropout} (drop)) with {words}"
    return made(trial.candidate, called, (len(x), W.shape[1]), "dropconnect", x, W, dropout)


def masks(trial, dropout, again=False):
    """(Masks, Made) of a call. Masks is None where the outputs are no sums of kept weights.

    again: a second call, for what two calls have in common.
    """
    return trial.measure(("dropconnect", dropout, again), lambda: _masks(trial, dropout))


def _masks(trial, dropout):
    x = np.ones((EXAMPLES, INPUTS))
    W = np.repeat(2.0 ** np.arange(INPUTS)[:, None], OUTPUTS, axis=1)
    words = f"x of ones, of shape {x.shape}, and W of powers of two, of {W.shape}"
    answer = call(trial, x, W, dropout, words)
    for name, factor in FACTORS.items():
        sums = answer.out / factor(dropout)
        whole = np.rint(sums)
        near = np.abs(sums - whole).max() < ROUNDING
        if near and whole.min() >= 0 and whole.max() < 2**INPUTS:
            digits = whole.astype(np.int64)[:, None, :] >> np.arange(INPUTS)[:, None]
            return Masks(answer.called, (digits & 1).astype(bool), name), answer
    return None, answer


def every_output(x, W, factor):
    """Each output under each mask of its weights: (2 ** n, N, C) for x (N, n) and W (n, C)."""
    n = x.shape[1]
    digits = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    return factor * np.einsum("ni,ki,ic->knc", x, digits, W)
