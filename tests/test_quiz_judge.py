"""Judging formulas by their meaning: right forms, mistakes, readings, limits."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from quiz_formulas import FORMULAS
from test_quiz_reading import HOSTILE

from autograder.quiz.judge import diagnoses, judge, key, summary
from autograder.quiz.judge.assessment import Judgement
from autograder.quiz.judge.evaluate import MAX_STEPS, Budget, Meaningless, Scope, evaluate
from autograder.quiz.judge.probe import ERROR_BOUND
from autograder.quiz.proof.cases import load_cases, verdict_on
from autograder.quiz.questions import BASE, ITEMS, variant_from_code
from autograder.quiz.reading import read

# One other variant of each item: another value of p, 2×3 filters, a stride, numbers for s and P.
OTHER = variant_from_code("14-21-14-5")
CASES = [
    pytest.param(case, variant, id=f"{case.item}-{case.name}-{variant.code}")
    for variant in (BASE, OTHER)
    for item in ITEMS
    for case in load_cases(item, variant.of(item))
    if variant is BASE or item != "general" or case.diagnosis is None
]


@pytest.mark.parametrize(("case", "variant"), CASES)
def test_catalogued_answers_get_their_verdict(case, variant):
    assert verdict_on(case, variant) == ""


@pytest.mark.parametrize("item", ITEMS)
def test_the_key_is_right_and_is_right_only_for_its_own_paper(item):
    assert judge(item, key(item, BASE), BASE, 1).status == "right"
    found = judge(item, key(item, BASE), OTHER, 1)
    assert found.share == 0
    assert [d.name for d in found.diagnoses] == ["quiz-other-variant"]


def test_the_error_bound_is_below_what_is_promised():
    assert ERROR_BOUND < 1e-12


def test_marks_are_shares_of_the_points_in_quarters():
    assert judge("forward", "D*Y/p", BASE).mark == 3
    assert judge("forward", "D*Y", BASE).mark == 1.5
    assert Judgement("general", 5, "partly", Fraction(3, 8)).mark == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/pDY", "right"),  # shown as 1/(p D Y)
        ("1/p(D*Y)", "right"),
        ("dY/p", "right"),  # shown as a derivative
        ("DY/p*2/2", "right"),
        ("D*Y/2p*2", "right"),  # shown as D Y/(2p) times 2
        ("2DY/2p", "right"),
        ("Y/pD", "right"),
        ("D*Y/p^2p", "right"),  # p^2 p, or below
    ],
)
def test_nobody_loses_marks_to_a_reading_they_never_saw(text, expected):
    assert judge("forward", text, BASE).status == expected


def test_the_reading_that_was_seen_is_the_one_that_counts():
    unseen = judge("forward", "1/pDY", BASE)
    assert unseen.by_other_reading
    assert any("better for you" in note for note in unseen.notes)
    assert unseen.plain == "1/(p*D*Y)"
    seen = judge("forward", "1/pDY", BASE, saw_reading=True)
    assert seen.share == 0
    assert not seen.by_other_reading


@pytest.mark.parametrize("base", [0, 1, None])
def test_indices_from_zero_or_one_are_right_where_they_were_declared(base):
    one = key("convolution", BASE)
    zero = "O[i,j] = sum_{k=0}^{1} sum_{l=0}^{1} X[i+k,j+l]*W[k,l]"
    for text, said in ((one, 1), (zero, 0)):
        found = judge("convolution", text, BASE, base)
        if base in (said, None):
            assert found.share == 1
        else:
            assert [d.name for d in found.diagnoses] == ["quiz-index-base"]
            assert found.share == Fraction(9, 10)


def test_single_outputs_are_judged_one_by_one():
    lines = key("convolution", BASE).split("\n")
    found = judge("convolution", "\n".join([*lines[:3], "O22 = X22W22 + X23W21 + Y"]), BASE, 1)
    assert found.share == Fraction(3, 4)
    assert any("O22" in note for note in found.notes)
    assert "O11" not in " ".join(found.notes)


def test_two_mistakes_at_once_are_both_named():
    text = "Σ_{c,k,l} X_{n,c,si+k,sj+l} W_{fckl}"
    found = judge("general", text, BASE, 0)
    assert [d.name for d in found.diagnoses] == ["general-padding-missing", "general-bias-missing"]


def test_a_mistake_in_one_direction_only_is_recognised():
    text = "Σ_{c,k,l} X_{n,c,i+k-P,sj+l-P} W_{fckl} + b_f"
    found = judge("general", text, BASE, 0)
    assert [d.name for d in found.diagnoses] == ["general-stride-missing"]


def test_messages_say_how_the_answer_was_read():
    text = summary(judge("forward", "D Y/2p", BASE))
    assert "Read as: D*Y/(2*p)" in text
    assert "Two readings: taken as D*Y/(2*p), not as D*Y/2*p" in text
    assert "0 of 3 points" in text


def test_messages_do_not_hold_the_key():
    for text in ("Y", "D", "D*Y*Y/p/p/p", "D*Y*3", "p"):
        told = summary(judge("forward", text, BASE))
        for right in ("D*Y/p", "Y*D/p", r"\frac"):
            assert right not in told


def test_a_formula_for_the_test_time_beside_the_one_for_training_does_no_harm():
    assert judge("forward", "train: H = D*Y/p\ntest: H = Y", BASE).status == "right"
    assert judge("forward", "H = Y", BASE).share == 0


def test_the_last_of_several_answers_counts():
    assert judge("forward", "H = D*Y\nH = D*Y/p", BASE).status == "right"
    assert judge("forward", "H = D*Y/p\nH = D*Y", BASE).status == "partly"


def test_a_name_of_ones_own_may_be_defined():
    assert judge("forward", "H = Y*M; M = D/p", BASE).status == "right"
    assert judge("forward", "M = D/q; q = p; H = Y*M", BASE).status == "right"
    assert judge("forward", "H = Y*M; M = M*D", BASE).share == 0
    assert judge("forward", "H = Y*M", BASE).diagnoses[0].name == "quiz-unknown-name"


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("item", ["backward", "general"])
def test_hostile_text_is_judged_and_never_right(item, name):
    found = judge(item, HOSTILE[name], BASE)
    assert found.share == 0
    assert found.error or found.diagnoses


EXPENSIVE = {
    "a long sum": ("forward", "Σ_{i=1}^{999999999999} D"),
    "nested sums": ("general", "Σ_{i=1}^{99} " * 8 + "b_f"),
    "fractions": ("convolution", "O_{ij} = Σ_{a=1}^{5000} X11/(W11+a)"),
    "a tower": ("forward", "(" * 8 + "p" + ")^12" * 8),
    "wide bodies": ("general", "Σ_{c,k,l} (" + "+".join(["X[n,c,i,j]/W[f,c,k,l]"] * 40) + ")"),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_what_is_too_much_work_is_given_up_and_said(name):
    item, text = EXPENSIVE[name]
    assert [d.name for d in judge(item, text, BASE).diagnoses] == ["quiz-too-large"]


class _Numbers(Scope):
    def scalar(self, symbol):
        return 3


def test_every_step_is_counted():
    budget = Budget()
    evaluate(read("1 + 2*p"), _Numbers(), budget, {})
    assert MAX_STEPS - budget.left == 5
    with pytest.raises(Meaningless, match="too-large"):
        evaluate(read("Σ_{i=1}^{30000} (i + p)"), _Numbers(), Budget(), {})


@settings(max_examples=150, deadline=None)
@given(FORMULAS)
def test_any_formula_has_an_exact_value_or_none(tree):
    try:
        value = evaluate(tree, _Numbers(), Budget(2_000), {})
    except Meaningless as error:
        value = diagnoses()[error.diagnosis].share
    assert isinstance(value, int | Fraction)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ITEMS), st.sampled_from([BASE, OTHER]), st.data())
def test_a_right_answer_with_a_factor_is_no_longer_right(item, variant, data):
    factor = data.draw(st.integers(2, 9))
    lines = key(item, variant).split("\n")
    left, right = lines[-1].split(" = ")
    changed = "\n".join([*lines[:-1], f"{left} = {factor}*({right})"])
    assert judge(item, changed, variant, 1).share < 1
    undone = "\n".join([*lines[:-1], f"{left} = {factor}*({right})/{factor}"])
    assert judge(item, undone, variant, 1).share == 1


def test_every_diagnosis_is_complete():
    for name, diagnosis in diagnoses().items():
        assert diagnosis.title, name
        assert diagnosis.title[0].islower() or diagnosis.title.startswith("\\"), name
        assert diagnosis.advice.endswith("."), name
        assert 0 <= diagnosis.share < 1, name
        assert 0 <= diagnosis.part <= 5, name


O_LINES = (
    "X11*W11 + X12*W12 + X21*W21 + X22*W22",
    "X12*W11 + X13*W12 + X22*W21 + X23*W22",
    "X21*W11 + X22*W12 + X31*W21 + X32*W22",
    "X22*W11 + X23*W12 + X32*W21 + X33*W22",
)
OFFSETS_FROM_0 = "sum_{c=1}^{C} sum_{k=0}^{HH-1} sum_{l=0}^{WW-1} "


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ("forward", "\frac{D Y}{p}"),  # without an r before the quotes
        ("forward", "H = D\times Y/p"),
        ("forward", r"\\frac{D Y}{p}"),
        ("forward", "Answer: H = D*Y/p, not divided at test time"),
        ("forward", "The mean is kept: H = D*Y/p"),
        ("convolution", "\n".join(f"O{n} = {line}" for n, line in enumerate(O_LINES, 1))),
        ("convolution", "\n".join(f"O_{n} = {line}" for n, line in enumerate(O_LINES))),
        ("general", "b_f + " + OFFSETS_FROM_0 + "X_pad_{n,c,i*s+k,j*s+l} W_{f,c,k,l}"),
        ("general", "b_f + " + OFFSETS_FROM_0 + "X_{n,c,i*s+k-P,j*s+l-P} W_{f,c,k,l}"),
    ],
)
def test_what_careless_people_write_is_right(item, text):
    """Backslashes that Python took, numbered outputs, channels from 1 and offsets from 0."""
    assert judge(item, text, BASE).status == "right"


@pytest.mark.parametrize("word", ["log", "tanh", "sqrt of", "half of", "mean of the", "not"])
def test_words_that_change_a_formula_are_not_passed_over(word):
    """Other words before a formula do no harm."""
    assert judge("forward", f"{word} D*Y/p", BASE).status == "unread"


def test_outputs_numbered_in_another_order_are_not_taken_in_this_one():
    """O4 first is no row-major list."""
    text = "\n".join(f"O{4 - n} = {line}" for n, line in enumerate(O_LINES))
    assert judge("convolution", text, BASE).share < 1


def test_a_mistake_beside_mixed_indices_keeps_its_share():
    """Padding forgotten, channels from 1 and offsets from 0."""
    found = judge("general", "b_f + " + OFFSETS_FROM_0 + "X_{n,c,i*s+k,j*s+l} W_{f,c,k,l}", BASE)
    assert 0 < found.share < 1
