"""Calls of the student's conv_forward_naive."""

from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, WrongReturn
from autograder.checks.layer_calls import named

NAME = "conv_forward_naive"


@dataclass(frozen=True)
class Case:
    """One input. words: how messages name it; None: by its shapes."""

    x: np.ndarray
    w: np.ndarray
    b: np.ndarray
    stride: int = 1
    pad: int = 0
    words: str | None = None

    @property
    def called(self):
        param = {"stride": self.stride, "pad": self.pad}
        words = self.words or f"x of shape {self.x.shape}, w of shape {self.w.shape}"
        return f"{NAME}(x, w, b, {param}) with {words}"


def integers(seed, x_shape, w_shape, stride=1, pad=0, bias=False):
    """A Case of small whole numbers other than 0, in float64: every order of summing is exact.

    seed: the same seed gives the same Case. bias: without it b is 0.
    """
    rng = np.random.default_rng(seed)
    x, w = (rng.integers(1, 10, s) * rng.choice((-1.0, 1.0), s) for s in (x_shape, w_shape))
    b = 100.0 * rng.permutation(np.arange(1, w_shape[0] + 1)) if bias else np.zeros(w_shape[0])
    return Case(x, w, b, stride, pad)


@dataclass(frozen=True)
class Made:
    """What a call returned. changed: the names of the arguments that it changed."""

    out: np.ndarray
    changed: tuple
    pair: bool


def run(trial, case):
    """Call conv_forward_naive for a Case; returns what it Made.

    Raises CandidateError; WrongReturn where out is no array of finite numbers. A function that
    returns out alone is heard nevertheless (pair is False).
    """
    pair = trial.measure("conv returns a pair", lambda: _returns_pair(trial))
    return _call(trial, case, pair)


def _call(trial, case, pair):
    arguments = (case.x, case.w, case.b, {"stride": case.stride, "pad": case.pad})
    with named(case.called):
        if pair:
            (out, _), changed = trial.candidate.call(NAME, *arguments, keep=(1,), returns=2)
        else:
            out, changed = trial.candidate.call(NAME, *arguments)
            out = out[0] if isinstance(out, (tuple, list)) and out else out
    if isinstance(out, (int, float)) and not isinstance(out, bool):
        out = np.asarray(out)
    if not isinstance(out, np.ndarray):
        kind = "None" if out is None else f"a {type(out).__name__}"
        raise WrongReturn(case.called, f"returned {kind} as its output, not an array")
    if out.dtype.kind not in "fiub" or not np.all(np.isfinite(out)):
        raise WrongReturn(case.called, "returned NaN or infinite values")
    return Made(out, tuple("xwb"[i] for i in changed if i < 3), pair)


def _returns_pair(trial):
    case = integers(1, (1, 1, 3, 3), (1, 1, 2, 2))
    try:
        return _call(trial, case, pair=True).pair
    except WrongReturn as first:
        try:
            return _call(trial, case, pair=False).pair
        except CandidateError:
            raise first from None


def same(out, expected):
    """Equality of shape, and of entries within a millionth of the largest.

    Sums of whole numbers are exact in any order, in float32 too, but not by a Fourier transform.
    """
    if out.shape != expected.shape:
        return False
    size = max(1.0, np.abs(expected).max(initial=0))
    return bool(np.all(np.abs(out - expected) <= 1e-6 * size))


def difference(out, expected):
    """(what came back, what was expected), as phrases: the shape, all of a single small image, or
    the first wrong entry.
    """
    if out.shape != expected.shape:
        return (
            f"returned an output of shape {out.shape}",
            f"its shape should be {expected.shape}, (N, F, 1 + (H + 2 pad - HH) // stride, "
            "1 + (W + 2 pad - WW) // stride)",
        )
    if out.shape == (1, 1, 2, 2):
        return f"returned out[0, 0] = {_rows(out)}", f"it should be {_rows(expected)}"
    wrong = ~np.isclose(out, expected, rtol=1e-6, atol=1e-6)
    place = tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else (0,) * out.ndim
    return (
        f"returned out[{', '.join(map(str, place))}] = {out[place]:.10g}",
        f"it should be {expected[place]:.10g}",
    )


def _rows(out):
    rows = (", ".join(f"{value:.10g}" for value in row) for row in out.reshape(out.shape[2:]))
    return f"[{', '.join(f'[{row}]' for row in rows)}]"
