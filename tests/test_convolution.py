"""The quiz's code: conv_forward_naive, its oracle, its checks, and what they say."""

import types

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import correlate
from wired import wired

from autograder.candidate import CandidateError, LocalCandidate
from autograder.checks import convolution as checks
from autograder.checks.convolution_calls import Case, same
from autograder.checks.convolution_mistakes import MISTAKES, convolution
from autograder.checks.convolution_standing import ASPECTS
from autograder.checks.findings import Failed
from autograder.checks.misconceptions import catalogue
from autograder.checks.trial import Trial
from solutions.quiz8 import oracles
from solutions.quiz8.cases import load_cases, reference_cells
from solutions.quiz8.reference import conv_forward_naive

CHECKS = {
    name.removeprefix("check_"): check
    for name, check in vars(checks).items()
    if name.startswith("check_")
}
STUB = "conv_forward_naive"


WORKED = reference_cells()[STUB]
CASES = [case for case in load_cases() if case.part == "code"]
ACCEPTED = [c for c in CASES if c.verdict == "accepted"]
WRONG = [c for c in CASES if c.verdict == "wrong"]


def namespace_of(source):
    names = {"__name__": "__main__", "np": np}
    exec(compile(source, STUB, "exec"), names)
    return names


def judged(source, only=None, candidate=LocalCandidate):
    """{check: None, or the Failed or CandidateError that it raised} for a notebook's cell."""
    oracle = types.SimpleNamespace(convolution=lambda: oracles)
    trial = Trial(candidate(namespace_of(source)), oracle, np.random.default_rng(0))
    found = {}
    for name in [only] if only else CHECKS:
        try:
            CHECKS[name](trial)
            found[name] = None
        except (Failed, CandidateError) as problem:
            found[name] = problem
    assert trial.ledger.total == 0
    return found


def failing(found):
    return {name for name, problem in found.items() if problem is not None}


def misconception(problem):
    return problem.finding.misconception if isinstance(problem, Failed) else problem.misconception


def with_edits(*edits):
    """The worked solution with (old, new) pairs, each of which occurs once."""
    source = WORKED
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return source


def loops(x, w, b, stride, pad):
    """Term by term, in Python numbers."""
    (N, C, H, W), (F, _, HH, WW) = x.shape, w.shape
    out = np.zeros((N, F, (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1))
    for n, f, i, j in np.ndindex(out.shape):
        out[n, f, i, j] = b[f]
        for c, k, m in np.ndindex(C, HH, WW):
            row, column = i * stride + k - pad, j * stride + m - pad
            if 0 <= row < H and 0 <= column < W:
                out[n, f, i, j] += x[n, c, row, column] * w[f, c, k, m]
    return out


@st.composite
def inputs(draw):
    """(x, w, b, stride, pad): any shapes for which a window fits."""
    few, side, pad = st.integers(1, 3), st.integers(1, 7), draw(st.integers(0, 3))
    N, C, F, H, W = (draw(size) for size in (few, few, few, side, side))
    HH, WW = draw(st.integers(1, H + 2 * pad)), draw(st.integers(1, W + 2 * pad))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    arrays = (rng.normal(size=s) for s in ((N, C, H, W), (F, C, HH, WW), F))
    return *arrays, draw(st.integers(1, 4)), pad


@settings(max_examples=300, deadline=None)
@given(inputs())
def test_oracle_worked_solution_and_scipy_agree(case):
    """For any shape, stride and padding; and the model of the mistakes, when none is made."""
    x, w, b, stride, pad = case
    truth = oracles.conv_forward(x, w, b, stride, pad)
    out, cache = conv_forward_naive(x, w, b, {"stride": stride, "pad": pad})
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    scipys = np.array(
        [[correlate(image, kernel, "valid")[0] for kernel in w] for image in padded]
    )  # fmt: skip
    scipys = scipys[:, :, ::stride, ::stride] + b[:, None, None]
    for other in (out, scipys, loops(x, w, b, stride, pad), convolution(Case(*case), {})):
        np.testing.assert_allclose(other, truth, rtol=1e-12, atol=1e-12)
    assert cache[0] is x


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda c: c.name)
def test_a_right_solution_passes_every_check(case):
    """Whatever its style."""
    assert failing(judged(case.cells[STUB])) == set(), case.why


def test_the_worked_solution_passes_here_and_over_the_wire():
    """In the notebook's process and out of it."""
    for candidate in (LocalCandidate, wired):
        assert failing(judged(WORKED, candidate=candidate)) == set()


@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.name)
def test_a_wrong_solution_fails_its_check_alone(case):
    """One mistake costs the points of one check, whose message names it."""
    found = judged(case.cells[STUB])
    assert failing(found) == {case.caught_by}, (case.why, found)
    assert misconception(found[case.caught_by]) == case.misconception


@pytest.mark.parametrize("case", WRONG, ids=lambda c: c.name)
def test_a_check_asked_alone_decides_the_same(case):
    """No check rests on another having been run."""
    found = judged(case.cells[STUB], only=case.caught_by)
    assert misconception(found[case.caught_by]) == case.misconception


def test_every_check_has_a_fault_of_its_own():
    """No check is there in vain, and none is without points."""
    assert {c.caught_by for c in WRONG} == set(CHECKS)


def test_every_named_misconception_is_in_the_catalogue():
    """Those of the models, and those of the cases."""
    named = {m.misconception for stage in MISTAKES.values() for m in stage.values()}
    assert named | {c.misconception for c in WRONG} <= set(catalogue())


@pytest.mark.parametrize("aspect", ASPECTS)
def test_no_two_misconceptions_look_alike(aspect):
    """On the inputs of an aspect each mistake differs from the truth and from those of another
    name, so that a message cannot name the wrong one.
    """
    cases, seen = ASPECTS[aspect].cases, []
    truth = [convolution(case, {}) for case in cases]
    for stage in ASPECTS[aspect].stages:
        for name, mistake in MISTAKES[stage].items():
            outs = [convolution(case, {stage: name}) for case in cases]
            assert not all(map(same, outs, truth)), (stage, name)
            for other, other_outs in seen:
                if all(map(same, outs, other_outs)):
                    assert other.misconception == mistake.misconception, (stage, name)
            seen.append((mistake, outs))


def test_the_message_of_the_small_case_shows_all_four_outputs():
    """A flipped filter reads the digits backwards."""
    source = with_edits(("window * w[f]", "window * w[f, :, ::-1, ::-1]"))
    finding = judged(source)["conv_of_three_by_three"].finding
    assert "x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], w = [[1000, 100], [10, 1]]" in finding.called
    assert finding.returned == "returned out[0, 0] = [[5421, 6532], [8754, 9865]]"
    assert finding.expected.startswith("it should be [[1245, 2356], [4578, 5689]]: ")


def test_a_wrong_shape_is_said_with_the_formula():
    """Both shapes, and how the size comes about."""
    source = with_edits(('stride, pad = conv_param["stride"], ', "stride, pad = 1, "))
    finding = judged(source)["conv_moves_by_the_stride"].finding
    assert "{'stride': 2, 'pad': 0}" in finding.called
    assert finding.returned == "returned an output of shape (1, 1, 3, 3)"
    assert "its shape should be (1, 1, 2, 2), (N, F, 1 + (H + 2 pad - HH) // stride" in (
        finding.expected
    )


FLIP = ("window * w[f]", "window * w[f, :, ::-1, ::-1]")
NO_BIAS = (" + b[f]", "")
NO_STRIDE = ("i * stride, j * stride", "i, j")
PAD_AFTER = ("(pad, pad), (pad, pad)))", "(0, 2 * pad), (0, 2 * pad)))")
FIRST_CHANNEL_FLIPPED = ("window * w[f]", "window[0] * w[f, 0, ::-1]")
SHORT = (("H_out = 1 + (H", "H_out = (H"), ("W_out = 1 + (W", "W_out = (W"))
SINGLE = ("np.zeros((N, F, H_out, W_out))", "np.zeros((N, F, H_out, W_out), np.float32)")


@pytest.mark.parametrize(
    ("edits", "checks"),
    [
        ((FLIP, NO_BIAS), "conv_of_three_by_three conv_uses_every_filter_and_bias"),
        (
            (FLIP, NO_STRIDE, PAD_AFTER),
            "conv_of_three_by_three conv_moves_by_the_stride conv_pads_with_zeros",
        ),
        ((*SHORT, FLIP), "conv_of_three_by_three"),
        ((*SHORT, SINGLE), "conv_of_three_by_three conv_keeps_precision"),
        ((FIRST_CHANNEL_FLIPPED,), "conv_of_three_by_three conv_sums_all_channels"),
    ],
)
def test_several_mistakes_cost_a_check_each(edits, checks):
    """What an earlier check has found is expected by the later ones."""
    assert failing(judged(with_edits(*edits))) == set(checks.split())


def test_a_crash_with_padding_costs_the_padding_only():
    """What cannot be explained is left out of the other checks' inputs."""
    line = 'stride, pad = conv_param["stride"], conv_param["pad"]'
    source = with_edits((line, line + "\n    assert pad == 0"))
    found = judged(source)
    assert failing(found) == {"conv_pads_with_zeros"}
    assert "AssertionError" in str(found["conv_pads_with_zeros"])


def test_an_unknown_mistake_with_the_stride_costs_the_stride_only():
    """One that no model explains."""
    source = with_edits(("+ b[f]", "+ b[f] + (stride - 1) * 17 * i"))
    found = judged(source)
    assert failing(found) == {"conv_moves_by_the_stride"}
    assert misconception(found["conv_moves_by_the_stride"]) is None


def test_a_remainder_keeps_half_of_the_points():
    """Everything is right where the stride divides; an ignored stride keeps nothing."""
    credit = {
        c.name: judged(c.cells[STUB], c.caught_by)[c.caught_by].credit
        for c in WRONG
        if c.caught_by == "conv_moves_by_the_stride"
    }
    assert {name for name, share in credit.items() if share} == {
        "remainder_rounded_up",
        "remainder_refused",
    }
    assert set(credit.values()) == {0.0, 0.5}


def test_the_output_alone_is_judged_and_the_cache_missed():
    """`return out` costs what the pair is worth; the message says what to return."""
    found = judged(with_edits(("return out, cache", "return out")))
    assert failing(found) == {"conv_keeps_its_interface"}
    assert "it should return (out, cache)" in str(found["conv_keeps_its_interface"])


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("return None", "None"),
        ("return None, None", "returned None as its output, not an array"),
        ("return (x, w), out", "returned a tuple as its output, not an array"),
        ("return out.tolist(), cache", "returned a list as its output, not an array"),
        ("return out * np.nan, cache", "returned NaN or infinite values"),
        ("return out, cache, 3", "not return a pair"),
    ],
)
def test_odd_returns_are_said(end, words):
    """Whatever comes back is the student's, and is said in plain words."""
    found = judged(with_edits(("return out, cache", end)))
    assert words in str(found["conv_keeps_its_interface"])


@pytest.mark.parametrize(
    "body",
    ["raise NotImplementedError()", "return np.zeros((1, 1, 2, 2)), None", "return 1 / 0"],
)
def test_nothing_is_earned_by_nothing(body):
    """A stub, a constant and a crash fail every check."""
    found = judged(f"def {STUB}(x, w, b, conv_param):\n    {body}")
    assert failing(found) == set(CHECKS)


def test_zeros_of_the_right_shape_earn_nothing():
    """They leave the inputs alone and are a pair, but no convolution."""
    source = with_edits(("np.sum(window * w[f]) + b[f]", "0"))
    assert failing(judged(source)) == set(CHECKS)


def test_float32_results_are_right_for_float32_arrays_only():
    """A solution in x's dtype is right, one that always makes float32 is not."""
    kept = with_edits(("H_out, W_out))", "H_out, W_out), dtype=x.dtype)"))
    always = with_edits(("H_out, W_out))", "H_out, W_out), dtype=np.float32)"))
    assert failing(judged(kept)) == set()
    assert failing(judged(always)) == {"conv_keeps_precision"}
