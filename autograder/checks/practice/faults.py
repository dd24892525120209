"""Checks of part 5: three faulty programs, named, foretold and mended.

p is the probability of KEEPING a unit throughout. The faults are those of the seeds: randn for
rand, a gradient without the 1/p of the forward pass, W2 in the place of W3.
"""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero, close
from autograder.checks.practice import masks
from autograder.checks.practice.fault_answers import letter_of, number_of
from autograder.checks.practice.fault_mending import (
    mended_2_mistake,
    mended_3_mistake,
    mended_3_params,
    mended_array,
    right_scores,
)

RATE_MISTAKES = {
    "nothing dropped": "practice-mended-1-drops-nothing",
    "everything dropped": "practice-mended-1-drops-nothing",
    "swapped": "practice-mended-1-swapped",
    "normal": "practice-mended-1-still-normal",
    "fixed": "practice-mended-1-other-rate",
    "other": "practice-mended-1-other-rate",
}
# p (keep) and shape: well away from one half, with one, two and three axes.
PROBES = ((0.25, (60, 60)), (0.4, (10, 12, 30)), (0.7, (3600,)))
SHAPES = ((2, 3, 4, 5), (1,), (1, 4))


def check_fault_1_is_named(trial):
    """The random numbers come from the wrong distribution."""
    _require_letter(trial, "fault_1", "b", "look at what the random numbers are compared with")


def check_fault_1_number_is_right(trial):
    """P(N(0, 1) < .25) = .5987; a simulation's answer or a percentage will do."""
    number = number_of(trial, "fault_1")
    share = number / 100 if 1 < number <= 100 else number
    wrong = {
        0.4013: "practice-fault-1-dropped",
        0.25: "practice-fault-1-uniform",
        0.75: "practice-fault-1-uniform",
        0.0987: "practice-fault-1-from-zero",
        0.8413: "practice-fault-1-other-p",
        0.6915: "practice-fault-1-other-p",
    }
    _require_number("fault_1", number, share, 0.5987, 0.006, wrong, _FAULT_1_NUMBER)


def check_fault_2_is_named(trial):
    """Forward divides kept units by p, and backward does not."""
    _require_letter(trial, "fault_2", "d", "compare what happens to a kept unit in both directions")


def check_fault_2_number_is_right(trial):
    """1 where 1/p is due: p = .4."""
    number = number_of(trial, "fault_2")
    wrong = {
        2.5: "practice-fault-2-inverse",
        0.6: "practice-fault-2-by-drop",
        1.0: "practice-fault-2-undivided",
        0.16: "practice-fault-2-squared",
    }
    _require_number("fault_2", number, number, 0.4, 0.001, wrong, _FAULT_2_NUMBER)


def check_fault_3_is_named(trial):
    """W2 is used in the place of W3."""
    _require_letter(trial, "fault_3", "d", "follow which parameter each line uses")


def check_fault_3_number_is_right(trial):
    """Scores that do not depend on W3 have no gradient there."""
    number = number_of(trial, "fault_3")
    if abs(number) > 1e-6:
        raise Failed("fault_3()", f"gave {number:g}", _FAULT_3_NUMBER, "practice-fault-3-gradient")


def check_mended_1_is_right(trial):
    """Inverted dropout for any shape: values, rate, independence, and anew in each call."""
    probes = [_probe(trial, p, shape) for p, shape in PROBES]
    for p, called, out, x in probes:
        kept = out != 0
        masks.require_fraction(
            trial, called, _distinct(kept), p, f"p = {p:g} (keep)", lambda: _rate(probes)
        )
        if not close(out[kept], x[kept] / p).all():
            factor = float(np.median(out[kept] / x[kept]))
            raise Failed(
                called,
                f"returned kept units of {factor:.4g} x",
                f"kept units should be x / p = {1 / p:.4g} x",
                _scale(probes),
            )
        if kept.ndim > 1:
            masks.require_independent(trial, called, kept, "practice-mended-1-shared")
    p, called, first, x = probes[0]
    again = mended_array(trial, called, "mended_1", x.shape, x, p)
    masks.require_fresh(trial, called, first != 0, again != 0, "practice-mended-1-frozen")
    for shape in SHAPES:
        x = away_from_zero(trial.rng, shape)
        out = _of_any_shape(trial, x, 0.4)
        if not (close(out, x / 0.4) | (out == 0)).all():
            raise Failed(
                _mended_1(0.4, shape),
                "returned other entries than 0 and x / p",
                "x may have any number of axes",
                "practice-mended-1-shapes",
            )


def check_mended_2_is_right(trial):
    """dout * mask / p, for a mask of booleans or of numbers."""
    for p, shape in ((0.4, (5, 6)), (0.25, (7,)), (0.7, (2, 3, 4))):
        dout = away_from_zero(trial.rng, shape)
        mask = trial.rng.random(shape) < 0.5
        mask.flat[:2] = True, False
        expected = dout * mask / p
        called = f"mended_2(dout, mask, p = {p:g} (keep)) with dout of shape {shape}"
        # A mask is of one of the two types, so one will do.
        found, error = None, None
        for form in (mask, mask.astype(float)):
            try:
                found = mended_array(trial, called, "mended_2", shape, dout, form, p)
            except (NotWritten, CallTimeout):
                raise
            except CandidateError as problem:
                error = error or problem
                continue
            if close(found, expected).all():
                break
        else:
            if found is None:
                raise error
            place = np.unravel_index(np.argmax(np.abs(found - expected)), shape)
            raise Failed(
                called,
                f"gave dx / dout = {found[place] / dout[place]:.4g} where mask is "
                f"{int(mask[place])}",
                "the gradient of forward_2, which gave kept units x / p and others 0",
                mended_2_mistake(found, dout, mask, p),
            )


def check_mended_3_is_right(trial):
    """The scores of the net for masks of any scale, for layers of equal and of other widths."""
    for sizes in ((4, 4, 4, 4), (3, 5, 4, 2)):
        params, x, mask1, mask2 = mended_3_params(trial.rng, sizes)
        called = f"mended_3(params, x, mask1, mask2) with layers of {sizes} units"
        shape = (len(x), sizes[-1])
        found = mended_array(trial, called, "mended_3", shape, params, x, mask1, mask2)
        expected = right_scores(params, x, mask1, mask2)
        if not np.allclose(found, expected, rtol=1e-4, atol=1e-4):
            row, column = np.unravel_index(np.argmax(np.abs(found - expected)), shape)
            raise Failed(
                called,
                f"returned scores[{row}, {column}] = {found[row, column]:.6g}",
                f"it should be {expected[row, column]:.6g}",
                mended_3_mistake(found, params, x, mask1, mask2),
            )


_FAULT_1_NUMBER = "which part of that distribution lies below p = 0.25 (keep)?"
_FAULT_2_NUMBER = "divide what backward_2 gives by what is right, at p = 0.4 (keep)"
_FAULT_3_NUMBER = "change an entry of W3 a little: by how much do these scores change?"


def _require_letter(trial, name, right, hint):
    letter = letter_of(trial, name)
    if letter != right:
        raise Failed(f"{name}()", f'gave "{letter}"', hint, f"practice-{_dashed(name)}-{letter}")


def _require_number(name, given, number, right, within, wrong, hint):
    if abs(number - right) <= within:
        return
    misconception = next((m for n, m in wrong.items() if abs(number - n) <= within), None)
    fallback = f"practice-{_dashed(name)}-number"
    raise Failed(f"{name}()", f"gave {given:g}", hint, misconception or fallback)


def _dashed(name):
    return name.replace("_", "-")


def _mended_1(p, shape):
    return f"mended_1(x, p = {p:g} (keep)) with x of shape {shape}"


def _probe(trial, p, shape):
    """(p, the call in words, out, x) for x without zeros."""
    x = away_from_zero(trial.rng, shape)
    called = _mended_1(p, shape)
    if len(shape) == 2:
        return p, called, mended_array(trial, called, "mended_1", shape, x, p), x
    return p, called, _of_any_shape(trial, x, p), x


def _of_any_shape(trial, x, p):
    called = _mended_1(p, x.shape)
    try:
        return mended_array(trial, called, "mended_1", x.shape, x, p)
    except (NotWritten, CallTimeout):
        raise
    except CandidateError as error:
        raise Failed(
            called, error.problem, "x may have any number of axes", "practice-mended-1-shapes"
        ) from None


def _distinct(kept):
    """The draws of a mask; of one that drops nothing or everything, all entries."""
    return kept.ravel() if kept.all() or not kept.any() else masks.distinct(kept)


def _rate(probes):
    return RATE_MISTAKES[masks.explain_rate({p: _distinct(out != 0) for p, _, out, _ in probes})]


def _scale(probes):
    """Name what kept units are multiplied by, at every p."""
    factors = (
        ("practice-mended-1-undivided", lambda p: 1.0),
        ("practice-mended-1-multiplied", lambda p: p),
        ("practice-mended-1-by-drop", lambda p: 1 / (1 - p)),
    )
    for name, factor in factors:
        if all(close(out[out != 0], x[out != 0] * factor(p)).all() for p, _, out, x in probes):
            return name
    return "practice-mended-1-scale"
