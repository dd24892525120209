"""Part 4 of `dropout_in_practice`: the exercises with an exact answer, oracle and checks."""

import numpy as np
import pytest
from exact_answers import alike, assert_mistakes_are_told_apart
from practice_judged import (
    CHECKS,
    WORKED,
    case_of,
    cases_of,
    edited,
    judged,
    judged_case,
    lost,
    mark,
)
from wired import wired

from autograder.candidate import LocalCandidate
from autograder.checks.misconceptions import catalogue
from autograder.checks.practice import exercises
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import exercises as oracles

QUESTIONS = (
    exercises.SWAP,
    exercises.HISTORY,
    exercises.ACTIVATION,
    exercises.HEAD,
    exercises.PENALTY,
    exercises.ADDITIVE,
    exercises.COVARIANCES,
)
FUNCTIONS = tuple(question.name for question in QUESTIONS)
ORACLES = dict(
    zip(
        FUNCTIONS,
        (
            oracles.difference_and_error,
            oracles.best_and_last,
            oracles.activation_variance,
            oracles.head_variance,
            oracles.penalty,
            oracles.beyond_additive,
            oracles.covariances,
        ),
        strict=True,
    )
)


def arguments(rng):
    """{function: random arguments}, beyond what the checks draw."""
    n, C, N = rng.integers(1, 4, 3)
    dropout = float(rng.choice((0.0, *rng.uniform(0, 0.95, 4))))
    val = rng.choice((0.5, 0.6, 0.7, 0.8), 7).tolist()
    return {
        "swap_effect": tuple(rng.random(size).tolist() for size in rng.integers(2, 9, 2)),
        "best_and_last": ({"epoch": np.cumsum(rng.integers(1, 5, 7)).tolist(), "val": val},),
        "relu_dropout_variance": (float(rng.uniform(0.01, 20)), dropout),
        "head_variance": (*rng.normal(size=(2, n)), dropout),
        "dropout_penalty": (rng.normal(size=(N, n)), rng.normal(size=n), dropout),
        "beyond_additive": (
            dict(zip(("neither", "decay", "dropout", "both"), rng.random(4), strict=True)),
        ),
        "output_covariances": (rng.normal(size=n), rng.normal(size=(n, C)), dropout),
    }


@pytest.mark.parametrize("seed", range(25))
def test_oracle_and_worked_solution_agree(seed):
    """Sums over all masks and an integral on the one side, formulas on the other."""
    for name, args in arguments(np.random.default_rng(seed)).items():
        found = getattr(reference, name)(*args)
        found = found if isinstance(found, tuple) else (found,)
        assert alike(found, ORACLES[name](*args)), name


def test_the_penalty_is_what_any_targets_give():
    """The definition, with y other than 0."""
    rng = np.random.default_rng(0)
    X, w, y, dropout = rng.normal(size=(3, 2)), rng.normal(size=2), rng.normal(size=3), 0.3
    masks, chances = reference.all_masks(6, 1 - dropout)
    outputs = (masks.reshape(-1, 3, 2) * X / (1 - dropout)) @ w
    mean = chances @ ((y - outputs) ** 2).sum(axis=1)
    assert np.isclose(mean - ((y - X @ w) ** 2).sum(), oracles.penalty(X, w, dropout)[0])


@pytest.mark.parametrize("question", [*QUESTIONS, exercises.WITH_TRAINING], ids=lambda q: q.name)
def test_no_two_mistakes_look_alike(question):
    """So that a message cannot name the wrong one, and no known mistake gets through."""
    assert_mistakes_are_told_apart(question, seeds=30)


def test_every_named_misconception_is_of_part_4():
    """Those of the models and those of the cases."""
    named = {case.misconception for case in cases_of("exercises", "wrong")}
    named |= {m.name for q in QUESTIONS for part in q.parts.values() for m in part.mistakes}
    assert {catalogue()[name].part for name in named} == {4}


FORMS = {
    "a Python number": float,
    "float32": np.float32,
    "a 0-d array": np.array,
    "an array of one": lambda value: np.array([value]),
    "a list of one": lambda value: [value],
    "an array of one row and column": lambda value: np.array([[value]]),
    "longdouble": np.longdouble,
}


@pytest.mark.parametrize("words", FORMS)
def test_a_number_may_have_any_form(words):
    """Alone, or among several."""
    form = FORMS[words]
    for function in FUNCTIONS[:-1]:
        right = getattr(reference, function)

        def formed(*args, right=right):
            made = right(*args)
            return tuple(map(form, made)) if isinstance(made, tuple) else form(made)

        assert lost(judged((function,), **{function: formed})) == {}, function


def wrong(name):
    """The outcomes of a wrong case's own cell."""
    function = CHECKS[case_of(name).caught_by]
    return {check: o for check, o in judged_case(name).items() if CHECKS[check] == function}


@pytest.mark.parametrize(
    ("name", "marks"),
    [
        ("variance_divided_by_n", 0.75),
        ("last_of_the_best_epochs", 0.75),
        ("runs_zipped", 0.75),
        ("difference_the_other_way_round", 0.5),
        ("covariances_without_rescaling", 0.25),
        ("lowest_for_best", 0.5),
        ("best_training_epoch", 0.5),
        ("epoch_for_index", 0.5),
        ("training_accuracy_at_the_end", 0.5),
    ],
)
def test_what_a_mistake_costs(name, marks):
    """A small one half of its check; one that shows in two checks as much as in one."""
    assert mark(wrong(name))[0] == marks


def test_a_key_that_is_not_there_costs_where_it_is_read():
    """Reading history["train"] raises with the docstring's history; what is right without it
    keeps its points, and reading it for nothing costs half.
    """
    unused = WORKED["best_and_last"].replace("    best = ", '    history["train"]\n    best = ')
    found = judged(("best_and_last",), {"best_and_last": unused})
    assert {o.misconception for o in found.values()} == {"practice-exercise-train-for-validation"}
    assert mark(found) == (0.5, 1.0)
    assert "KeyError" in found["best_epoch_is_found"].returned


def test_dropout_of_zero_alone_costs_half():
    """Right otherwise."""
    cell = WORKED["head_variance"].replace("dropout / (1 - dropout)", "1 / (1 / dropout - 1)")
    (outcome,) = judged(("head_variance",), {"head_variance": cell}).values()
    assert (outcome.mark, outcome.misconception) == (0.25, "practice-exercise-no-dropout")
    assert "dropout = 0" in outcome.called


@pytest.mark.parametrize(
    ("edit", "misconception"),
    [
        (("(2 * np.pi)", "(2 * 3.14)"), "near"),
        (("return s", "return 1.01 * s"), "near"),
        (("return s", "return (1 + 0.001 * np.random.rand()) * s"), "sampled"),
    ],
)
def test_only_values_that_change_are_called_samples(edit, misconception):
    """What repeats and is near the right value may be rounded, or an estimate with a seed."""
    (outcome,) = judged(("relu_dropout_variance",), edited("relu_dropout_variance", edit)).values()
    assert (outcome.mark, outcome.misconception) == (0, f"practice-exercise-{misconception}")


def test_harm_and_other_orders_cost_half():
    """Right where both regularisers help and the names come as in the docstring."""
    for name in ("gains_clipped_at_zero", "accuracies_by_position"):
        assert mark(wrong(name)) == (0.25, 0.5)


@pytest.mark.parametrize("name", ["penalty_by_head_variances", "head_variance_by_the_penalty"])
def test_a_function_that_calls_a_wrong_one_keeps_its_points(name):
    """One mistake is punished once, here and over the wire."""
    case = case_of(name)
    (caller,) = case.changed
    helper = {"dropout_penalty": "head_variance", "head_variance": "dropout_penalty"}[caller]
    source = case.cells[caller]
    for body in ("return 0.0 * dropout", "raise NotImplementedError()", "return gone"):
        signature = WORKED[helper].partition(":\n")[0]
        cells = {caller: source, helper: f"{signature}:\n    {body}\n"}
        for candidate in (LocalCandidate, wired):
            found = judged((caller, helper), cells, kind=candidate)
            assert {CHECKS[check] for check in lost(found)} == {helper}


def test_no_message_shows_what_rounding_left():
    """A covariance of -3e-17 is called 0."""
    outcome = wrong("outputs_share_the_mask_under_dropconnect")["covariance_under_dropconnect"]
    assert "e-" not in outcome.expected
