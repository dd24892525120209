"""Calls of the student's dropout layer, and what can be measured of it from outside.

The mask is always recovered from out / x, never read from the cache, whose layout is the
student's own business.
"""

import contextlib
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, NotWritten, WrongReturn

PROBE_SHAPE = (200, 200)
PROBE_PS = (0.25, 0.4, 0.7)


def distinct_draws(kept):
    """The entries of a 2-D mask that can be draws of their own: a mask shared by all rows, or
    by all columns, counts once. 1-D boolean array.
    """
    if kept.all() or not kept.any():
        return kept.ravel()
    if np.all(kept == kept[:1]):
        return kept[0]
    if np.all(kept == kept[:, :1]):
        return kept[:, 0]
    return kept.ravel()


@dataclass(frozen=True)
class Forward:
    """One forward call: what went in, what came out."""

    called: str
    x: np.ndarray
    out: np.ndarray
    cache: object
    changed_x: bool

    @property
    def kept(self):
        """Boolean array: where the output is not zero (x has no zeros)."""
        return self.out != 0

    @property
    def mask(self):
        """The effective mask out / x."""
        return self.out / self.x


def forward(candidate, x, mode, p, seed=None, any_shape=False, param=None):
    """Call dropout_forward(x, {'mode': mode, 'p': p[, 'seed': seed]}).

    param: a held dictionary of that content, to send the very same one several times.

    Raises CandidateError; WrongReturn where the output is no array of x's shape (unless
    any_shape) or not finite.
    """
    content = {"mode": mode, "p": p}
    if seed is not None:
        content["seed"] = seed
    called = f"dropout_forward(x, {content}) with x of shape {x.shape}"
    with named(called):
        (out, cache), changed = candidate.call(
            "dropout_forward", x, param or content, keep=(1,), returns=2
        )
    if not isinstance(out, np.ndarray):
        if x.ndim == 0 or not np.isscalar(out) or out is None:
            raise WrongReturn(called, f"returned {_kind(out)} as its output, not an array")
        out = np.asarray(out)
    if out.dtype.kind not in "fiub" or not np.all(np.isfinite(out)):
        raise WrongReturn(called, "returned NaN or infinite values")
    if out.shape != x.shape and not any_shape:
        raise WrongReturn(called, f"returned an output of shape {out.shape}", "wrong-shape")
    return Forward(called, x, out, cache, 0 in changed)


@contextlib.contextmanager
def named(called):
    """Say `called` in CandidateErrors raised in the block: the call as the student would write it.

    A stub that is not written stays under its own name.
    """
    try:
        yield
    except NotWritten:
        raise
    except CandidateError as error:
        error.called = called
        raise


def backward(candidate, dout, cache):
    """Call dropout_backward(dout, cache); returns (dx, whether it changed dout)."""
    called = f"dropout_backward(dout, cache) with dout of shape {dout.shape}"
    with named(called):
        dx, changed = candidate.call("dropout_backward", dout, cache)
    if not isinstance(dx, np.ndarray):
        raise WrongReturn(called, f"returned {_kind(dx)}, not an array")
    if dx.shape != dout.shape:
        raise WrongReturn(called, f"returned an array of shape {dx.shape}", "wrong-shape")
    if dx.dtype.kind not in "fiub" or not np.all(np.isfinite(dx)):
        raise WrongReturn(called, "returned NaN or infinite values")
    return dx, 0 in changed


def away_from_zero(rng, shape, dtype=np.float64):
    """Values in [0.5, 1.5] with random signs, so that out / x is always defined."""
    x = rng.uniform(-1, 1, shape)
    return (x + np.copysign(0.5, x)).astype(dtype)


def probe(trial, p, shape=PROBE_SHAPE, call=0):
    """A training-mode call on x away from zero, unseeded, shared by the checks of this cell."""

    def take():
        return forward(trial.candidate, away_from_zero(trial.rng, shape), "train", p)

    return trial.measure(("probe", p, shape, call), take)


def close(a, b):
    """Elementwise equality up to relative 1e-4.

    Wide enough for a mask held in float32 or a small epsilon added to p; no misconception is
    that near to the truth.
    """
    with np.errstate(invalid="ignore"):
        return np.abs(a - b) <= 1e-4 * np.maximum(np.abs(a), np.abs(b)) + 1e-300


def _kind(value):
    return "None" if value is None else f"a {type(value).__name__}"
