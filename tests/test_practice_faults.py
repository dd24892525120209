"""Part 5 of `dropout_in_practice`: the faults, their numbers, the mended programs."""

import functools
import math

import numpy as np
import pytest
from practice_judged import ASSIGNMENT, HOSTILE, edited, failing, judged
from wired import wired

from autograder.checks.misconceptions import catalogue
from autograder.checks.practice import fault_mending
from autograder.marking.scheme import load_scheme
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.cases import load_cases
from solutions.dropout_in_practice.oracles import nets

STUBS = ("fault_1", "mended_1", "fault_2", "mended_2", "fault_3", "mended_3")
CHECKS = {
    name: stub for stub in STUBS for name in load_scheme(ASSIGNMENT).cells[f"test_{stub}"].checks
}
CASES = [case for case in load_cases() if case.part == "faults"]
ACCEPTED = [case for case in CASES if case.verdict == "accepted"]
WRONG = [case for case in CASES if case.verdict == "wrong"]


@functools.cache
def judged_case(name):
    case = next(case for case in CASES if case.name == name)
    return judged(case.changed, case.cells)


def ids(cases):
    return [case.name for case in cases]


def answered(stub, *values):
    """The checks that fail where the stub returns these values."""
    return failing(judged([stub], **{stub: lambda: values}))


# ---- the truth ----


def test_the_answers_are_those_of_the_faulty_programs():
    assert reference.fault_1()[1] == pytest.approx(
        (1 + math.erf(0.25 / math.sqrt(2))) / 2, abs=1e-4
    )
    draws = np.random.default_rng(0).normal(size=200_000) < 0.25
    assert reference.fault_1()[1] == pytest.approx(draws.mean(), abs=0.004)
    dout, mask = np.ones(5), np.ones(5)
    assert reference.fault_2()[1] == (dout * mask / reference.mended_2(dout, mask, 0.4))[0]


def test_the_right_scores_are_the_oracle_s():
    for seed in range(20):
        rng = np.random.default_rng(seed)
        params, x, mask1, mask2 = fault_mending.mended_3_params(rng, (3, 5, 4, 2))
        slow = nets.scores(params, x, mask1, mask2)
        assert np.allclose(fault_mending.right_scores(params, x, mask1, mask2), slow, atol=1e-12)
        assert np.allclose(reference.mended_3(params, x, mask1, mask2), slow, atol=1e-12)


# ---- answers ----


@pytest.mark.parametrize(
    "letter",
    ["b", "B", " b ", "b)", "(b)", "b.", "'b'", "[b]", "answer b", "Option: B", "b - randn"],
)
def test_a_letter_in_any_form_is_understood(letter):
    assert not answered("fault_1", letter, 0.5987)


@pytest.mark.parametrize("letter", ["", "f", "bd", "b or d", "a, b", "normal", 2, None, ["b", "d"]])
def test_other_letters_cost_the_letter_alone(letter):
    assert answered("fault_1", letter, 0.5987) == {"fault_1_is_named"}


NUMBERS = (0.5987, 0.599, 0.6, 0.594, 59.87, np.float32(0.5987), np.array(0.6), [0.6])
TEXTS = ("0.5987", ".6", "59.9 %", "59.87%", "60", "0,5987", "3/5", "about 0.6", "≈ 0.599")


@pytest.mark.parametrize("number", NUMBERS + TEXTS)
def test_a_number_in_any_form_is_understood(number):
    assert not answered("fault_1", "b", number)


@pytest.mark.parametrize("number", [0.59, 0.607, 0.006, "6", -0.5987, "0.5987 0.5987", "p", None])
def test_other_numbers_cost_the_number_alone(number):
    assert answered("fault_1", "b", number) == {"fault_1_number_is_right"}


@pytest.mark.parametrize(
    ("stub", "number", "right"),
    [
        ("fault_2", "40 %", True),
        ("fault_2", "2/5", True),
        ("fault_2", 0.4005, True),
        ("fault_2", 40, False),
        ("fault_2", 0.41, False),
        ("fault_3", 0, True),
        ("fault_3", "0", True),
        ("fault_3", -3e-10, True),
        ("fault_3", "0 %", True),
        ("fault_3", 1e-5, False),
        ("fault_3", False, False),
    ],
)
def test_how_near_a_number_has_to_be(stub, number, right):
    assert answered(stub, "d", number) == (set() if right else {f"{stub}_number_is_right"})


def test_letter_and_number_are_found_in_either_order_and_in_dictionaries():
    for pair in ((0.5987, "b"), ["b", 0.5987], {"letter": "b", "number": 0.5987}, {1: 0.6, 2: "b"}):
        assert not failing(judged(["fault_1"], fault_1=lambda pair=pair: pair))


def test_every_letter_has_advice_of_its_own():
    for stub, right in (("fault_1", "b"), ("fault_2", "d"), ("fault_3", "d")):
        number = getattr(reference, stub)()[1]
        found = [
            judged([stub], **{stub: lambda letter=letter, number=number: (letter, number)})
            for letter in "abcde"
            if letter != right
        ]
        named = {outcomes[f"{stub}_is_named"].misconception for outcomes in found}
        assert len(named) == 4
        assert named <= set(catalogue())


def test_every_wrong_number_has_advice():
    for stub, numbers in (
        ("fault_1", (0.4013, 0.25, 0.75, 0.0987, 0.8413, 0.5)),
        ("fault_2", (2.5, 0.6, 1.0, 0.16, 7.0)),
        ("fault_3", (1.0, -2.0)),
    ):
        for number in numbers:
            found = judged([stub], **{stub: lambda number=number: ("d", number)})
            assert found[f"{stub}_number_is_right"].misconception in catalogue()


# ---- mended programs ----


def test_a_mask_of_either_type_will_do():
    assert not failing(
        judged(["mended_2"], edited("mended_2", ("dout * mask / p", "(dout / p) * (mask == 1)")))
    )
    refuses_booleans = edited("mended_2", ("dout * mask / p", "-dout * -mask / p"))
    refuses_numbers = edited("mended_2", ("dout * mask / p", "np.where(~~mask, dout / p, 0)"))
    for cells in (refuses_booleans, refuses_numbers):
        assert not failing(judged(["mended_2"], cells))


def test_a_mended_net_for_equal_widths_only_is_refused():
    cells = edited("mended_3", ('h2 @ params["W3"]', 'h2 @ params["W3"][: x.shape[1]]'))
    outcome = judged(["mended_3"], cells)["mended_3_is_right"]
    assert outcome.mark == 0
    assert "(3, 5, 4, 2)" in outcome.called


def test_a_layer_that_keeps_or_drops_whole_examples_shares_its_mask():
    cells = edited(
        "mended_1",
        ("np.random.rand(*x.shape)", "np.random.rand(len(x), *(1 for _ in x.shape[1:]))"),
    )
    outcome = judged(["mended_1"], cells)["mended_1_is_right"]
    assert outcome.misconception == "practice-mended-1-shared"


# ---- verdicts ----


def test_the_worked_solution_has_full_marks_with_a_hundred_seeds():
    for seed in range(100):
        found = judged(STUBS, seed=seed)
        assert not failing(found), (seed, failing(found))
    assert 0 < sum(o.error_bound for o in found.values()) < 1e-10


@pytest.mark.parametrize("case", ACCEPTED, ids=ids(ACCEPTED))
def test_right_work_in_another_style_has_full_marks(case):
    found = judged(STUBS, case.cells, seed=3)
    assert not failing(found), {n: found[n] for n in failing(found)}


@pytest.mark.parametrize("case", WRONG, ids=ids(WRONG))
def test_a_wrong_solution_is_caught_with_its_name_and_by_nothing_else(case):
    found = judged_case(case.name)
    assert failing(found) == {case.caught_by}
    assert found[case.caught_by].misconception == case.misconception
    assert case.misconception in catalogue()


@pytest.mark.parametrize("case", CASES, ids=ids(CASES))
def test_the_verdict_over_the_wire_is_the_same(case):
    found = judged(case.changed, case.cells, kind=wired)
    assert failing(found) == failing(judged_case(case.name))


def test_every_check_has_a_wrong_case():
    assert {case.caught_by for case in WRONG} == set(CHECKS)


@pytest.mark.parametrize("check", CHECKS)
def test_no_return_value_is_a_grader_fault_or_earns_points(check):
    stub = CHECKS[check]
    for value in HOSTILE:
        found = judged([stub], only=check, **{stub: lambda *args, value=value: value})
        assert found[check].mark == 0 or _right_by_chance(check, value), value


def _right_by_chance(check, value):
    """The letter d beside no number is the right letter all the same."""
    return check in ("fault_2_is_named", "fault_3_is_named") and value[0] == "d"


@pytest.mark.parametrize("stub", STUBS)
def test_what_a_function_raises_costs_its_points_alone(stub):
    def raises(*args):
        raise KeyboardInterrupt("no")

    found = judged(STUBS, **{stub: raises})
    assert failing(found) == {check for check, owner in CHECKS.items() if owner == stub}
