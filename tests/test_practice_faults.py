"""Part 5 of `dropout_in_practice`: the faults, their numbers, the mended programs."""

import math

import numpy as np
import pytest
from practice_judged import edited, failing, judged

from autograder.checks.misconceptions import catalogue
from autograder.checks.practice import fault_mending
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import nets


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


def test_the_p_of_the_question_is_not_every_p():
    cells = edited("mended_2", ("/ p", "/ 0.4"))
    outcome = judged(["mended_2"], cells)["mended_2_is_right"]
    assert (outcome.mark, outcome.misconception) == (0, "practice-mended-2-one-p")


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
