"""Checks of conv_forward_naive: out[n, f] = sum over channels of x[n, c] * w[f, c], plus b[f].

Facts checked: cross-correlation (the filter is not flipped), zero padding along H and W alone, a
window that moves by the stride and is left out where it does not fit (CS231n; seed 003).
Nothing is decided by chance, so a right solution is never wronged (error bound 0).
"""

from dataclasses import replace

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.convolution_calls import difference, integers, run
from autograder.checks.convolution_standing import (
    agrees,
    fitted,
    on_their_terms,
    standing,
    truth,
)
from autograder.checks.findings import Failed

# How far other ways of summing (by Fourier transforms, Winograd's) may exceed a plain sum's bound.
OTHER_ALGORITHMS = 1000
# Images and filters that are not square; a filter of one entry; one as large as the padded image;
# a stride larger than the filter.
ODD_CASES = (
    integers(21, (2, 2, 4, 7), (2, 2, 2, 2), 1, 0, bias=True),
    integers(22, (1, 1, 5, 5), (1, 1, 2, 3), 1, 0),
    integers(23, (2, 2, 7, 4), (3, 2, 3, 2), 2, 1, bias=True),
    integers(24, (1, 2, 3, 5), (2, 2, 1, 1), 3, 0, bias=True),
    integers(25, (2, 1, 3, 4), (2, 1, 3, 4), 2, 0, bias=True),
    integers(26, (1, 1, 1, 6), (1, 1, 1, 3), 2, 1),
)


def check_conv_of_three_by_three(trial):
    """The four outputs of a 3x3 input and a 2x2 filter."""
    words = "an output's digits are the entries of x in its window, in the order of the weights"
    _require(trial, "window", words)


def check_conv_sums_all_channels(trial):
    """An output is the sum over all channels, each with its own part of the filter."""
    _require(trial, "channels", "the sum over all channels of the window times the filter")


def check_conv_uses_every_filter_and_bias(trial):
    """Output channel f comes from filter f, and b[f] is added once to each of its entries."""
    _require(trial, "filters", "filter f makes out[:, f], and b[f] is added to it once")


def check_conv_moves_by_the_stride(trial):
    """The window moves by the stride along both axes and is left out where it does not fit."""
    _require(trial, "stride", "the window moves by the stride, both down and along")
    # Half: all is right as long as the last window ends at the edge.
    words = "a window that does not fit into the image is left out"
    _require(trial, "remainder", words, "conv-remainder", credit=0.5)


def check_conv_pads_with_zeros(trial):
    """pad rows and columns of zeros on all four sides of the image, and on no other axis."""
    _require(trial, "padding", "each image stands in pad zeros on all four sides")


def check_conv_handles_odd_shapes(trial):
    """Several examples, images and filters that are not square, of one entry, as large as the
    image: everything at once, compared with the oracle.
    """
    _require(trial, "examples", "each of the N images has its own outputs")
    stands = standing(trial, "examples")
    for case in ODD_CASES:
        if "transposed" in stands.mistakes.values():
            break  # rows taken for columns: cannot go right, and has cost its points
        case = fitted(case, stands.lost)
        try:
            out = run(trial, case).out
        except CandidateError as error:
            raise _refused(error, "H and W may differ, and HH and WW", "conv-square-only") from None
        if not agrees(trial, case, out, stands.mistakes):
            expected = on_their_terms(trial, case, stands.mistakes)
            raise Failed(case.called, *difference(out, expected), "conv-square-only")


def check_conv_keeps_precision(trial):
    """Fractions stay: to the rounding of a sum in float64, or in float32 for float32 arrays."""
    stands = standing(trial, "examples")
    rng = np.random.default_rng(31)
    shaped = integers(32, (2, 3, 5, 5), (2, 3, 2, 2), 2, 1, bias=True)
    drawn = {name: rng.normal(size=getattr(shaped, name).shape) for name in "xwb"}
    for dtype in (np.float64, np.float32):
        case = replace(shaped, **{name: array.astype(dtype) for name, array in drawn.items()})
        case = fitted(case, stands.lost)
        out = run(trial, case).out
        expected = truth(trial, case), on_their_terms(trial, case, stands.mistakes)
        bound = _rounding(trial, case, dtype)
        if not any(_within(out, each, bound) for each in expected):
            called = f"{case.called}, dtype {np.dtype(dtype)}"
            single = _within(out, expected[1], _rounding(trial, case, np.float32))
            raise Failed(called, *_imprecise(out, expected[1], bound, single))


def check_conv_keeps_its_interface(trial):
    """(out, cache) is returned, and x, w and b are left as they were."""
    lost = standing(trial, "examples").lost
    case = fitted(integers(41, (2, 2, 4, 4), (2, 2, 2, 2), 1, 1, bias=True), lost)
    made = run(trial, case)
    if not made.out.any():
        raise Failed(case.called, "returned nothing but zeros", "it should convolve x with w")
    if made.changed:
        raise Failed(
            case.called,
            f"changed the array {made.changed[0]} that it was given",
            "it should leave x, w and b as they were",
            "conv-input-overwritten",
        )
    if not made.pair:
        raise Failed(
            case.called,
            "did not return a pair",
            "it should return (out, cache); your output is judged all the same",
            "conv-no-cache",
        )


def _require(trial, aspect, words, otherwise=None, credit=0.0):
    """Raise what is wrong with an aspect. otherwise: the misconception where none explains it."""
    stands = standing(trial, aspect)
    if stands.case is None:
        return
    if stands.error is not None:
        if otherwise is None:
            raise stands.error
        raise _refused(stands.error, words, otherwise, credit)
    expected = on_their_terms(trial, stands.case, stands.before)
    returned, should = difference(stands.out, expected)
    if stands.out.shape == expected.shape:
        should += f": {words}"
    if stands.before:
        should += " (the mistakes that are named elsewhere left in)"
    name = stands.misconception or otherwise
    raise Failed(stands.case.called, returned, should, name, credit)


def _refused(error, words, misconception, credit=0.0):
    """What to raise for a call that failed where others of its kind do not."""
    if isinstance(error, (NotWritten, CallTimeout)):
        return error
    return Failed(error.called, error.problem, words, misconception, credit)


def _rounding(trial, case, dtype):
    """A bound on the error of a sum of C * HH * WW products and a bias, in any order.

    Each of these n + 1 terms is rounded at most n + 1 times, by a relative u: the sum is off by
    at most (n + 1) u / (1 - (n + 1) u) times the sum of absolute values. The oracle, in float64,
    is off by as much at most. Other algorithms go by the largest sum, not by each.
    """
    absolute = replace(case, x=np.abs(case.x), w=np.abs(case.w), b=np.abs(case.b))
    u = np.finfo(dtype).eps / 2
    terms = (case.w[0].size + 1) * u
    return 2 * OTHER_ALGORITHMS * terms / (1 - terms) * truth(trial, absolute).max()


def _within(out, expected, bound):
    return out.shape == expected.shape and bool(np.all(np.abs(out - expected) <= bound))


def _imprecise(out, expected, bound, single):
    """(what came back, what was expected, misconception) of an output that is not precise."""
    if out.shape != expected.shape:
        return (*difference(out, expected), None)
    place = np.unravel_index(np.argmax(np.abs(out - expected)), out.shape)
    where = ", ".join(str(int(i)) for i in place)
    name = "conv-whole-numbers" if np.all(out == np.rint(out)) else None
    return (
        f"returned out[{where}] = {out[place]:.17g}",
        f"it should be {expected[place]:.17g}, give or take {bound:.0e}",
        name or ("conv-single-precision" if single else None),
    )
