"""Part 2 of `dropout_in_practice`: masks and means over them, their oracle and their checks."""

import numpy as np
import pytest
from exact_answers import alike, assert_mistakes_are_told_apart
from practice_judged import (
    CHECKS,
    PARTS,
    WORKED,
    case_of,
    cases_of,
    judged,
    lost,
    mark,
)

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.checks.misconceptions import catalogue
from autograder.checks.practice import ensemble
from autograder.checks.practice.right_helpers import right_helpers
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import ensemble as oracles

FUNCTIONS = PARTS["ensemble"]
QUESTIONS = (ensemble.LINEAR, ensemble.SOFTMAX, ensemble.RELU)


def drawn(rng, *shapes):
    return [rng.normal(size=shape) for shape in shapes]


@pytest.mark.parametrize("seed", range(20))
def test_oracle_and_worked_solution_agree(seed):
    """On random layers, p = 1 and p = 0 among them."""
    rng = np.random.default_rng(seed)
    n, m, C = rng.integers(1, 6, 3)
    p = (0.0, 1.0, *rng.random(3))[seed % 5]
    h, W, b = drawn(rng, n, (n, C), C)
    W1, b1, W2, b2 = drawn(rng, (n, m), m, (m, C), C)
    assert alike([reference.linear_ensemble(h, W, b, p)], [oracles.linear(h, W, b, p)])
    assert alike(reference.softmax_ensemble(h, W, b, p), oracles.softmax_means(h, W, b, p))
    args = (h, W1, b1, W2, b2, p)
    assert alike(reference.relu_ensemble(*args), oracles.relu_means(*args))


@pytest.mark.parametrize("n", [1, 4, 12])
def test_all_masks_of_worked_solution_and_oracle(n):
    """The same rows with the same probabilities, which add up to 1."""
    masks, probabilities = reference.all_masks(n, 0.3)
    found = {
        tuple(map(int, mask)): probability
        for mask, probability in zip(masks, probabilities, strict=True)
    }
    assert set(found) == set(oracles.masks(n))
    assert len(masks) == 2**n
    np.testing.assert_allclose(sum(found.values()), 1)
    for mask, probability in found.items():
        np.testing.assert_allclose(probability, oracles.probability(mask, 0.3))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_no_two_mistakes_look_alike(question):
    """So that a message cannot name the wrong one, and no known mistake gets through."""
    assert_mistakes_are_told_apart(question, seeds=30)


def test_every_named_misconception_is_of_part_2():
    """Those of the models and those of the cases."""
    named = {case.misconception for case in cases_of("ensemble", "wrong")}
    named |= {m.name for q in QUESTIONS for part in q.parts.values() for m in part.mistakes}
    assert {catalogue()[name].part for name in named} == {2}


@pytest.mark.parametrize("body", ["raise NotImplementedError()", "return gone(n)", "while 1: pass"])
def test_without_all_masks_the_means_can_still_be_earned(body):
    """A stub, a crash or an endless loop in all_masks costs its own cell only."""
    cells = {"all_masks": f"def all_masks(n, p):\n    {body}"}
    found = judged(FUNCTIONS, cells, kind=lambda names: LocalCandidate(names, seconds=0.2))
    assert {CHECKS[check] for check in lost(found)} == {"all_masks"}
    assert mark(lost(found)) == (0, 1)


def test_probabilities_are_judged_by_the_rows_that_are_there():
    """Another order of rows is right with the probabilities in that order, wrong otherwise."""
    source = """
def all_masks(n, p):
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=n)))
    order = np.random.default_rng(n).permutation(2**n)
    kept = masks.sum(axis=1)
    q = p**kept * (1 - p) ** (n - kept)
    return masks[order], q{order}
"""
    right = judged(("all_masks",), {"all_masks": source.replace("{order}", "[order]")})
    wrong = judged(("all_masks",), {"all_masks": source.replace("{order}", "")})
    assert lost(right) == {}
    (only,) = lost(wrong).values()
    assert (only.check, only.misconception) == (
        "masks_have_their_probability",
        "practice-ensemble-probabilities-order",
    )


@pytest.mark.parametrize(
    "values", ["kept / kept.sum()", "q**2 / (q**2).sum()", "p**kept * (1 - p) ** (3 - kept)"]
)
def test_wrong_probabilities_are_not_called_right_ones_in_another_order(values):
    """Only where they are the same numbers when sorted."""
    right = "p**kept * (1 - p) ** (n - kept)"
    cell = WORKED["all_masks"].replace(
        f"return masks, {right}", f"q = {right}\n    return masks, {values}"
    )
    (only,) = lost(judged(("all_masks",), {"all_masks": cell})).values()
    assert only.check == "masks_have_their_probability"
    assert only.misconception is None


@pytest.mark.parametrize("masks", ["None", "'rows'", "masks.ravel()", "masks[:, :-1]"])
def test_probabilities_are_paid_for_without_masks(masks):
    """Where no rows can be read, the right probabilities count in any order."""
    cell = WORKED["all_masks"].replace("return masks,", f"return {masks},")
    found = judged(("all_masks",), {"all_masks": cell})
    assert set(lost(found)) == {"every_mask_is_there_once"}


def test_one_mistake_in_both_means_costs_one_of_them():
    """Unweighted in both: half of each; in one: all of it."""
    for name, marks in (("both_means_unweighted", 0.5), ("geometric_mean_unweighted", 0.5)):
        found = judged(("softmax_ensemble",), case_of(name).cells)
        assert mark(found) == (marks, 1.0)


def test_a_message_can_be_followed():
    """It has the whole input, what came back, what was expected, and which probability p is."""
    cell = WORKED["linear_ensemble"].replace("@ W + b", "@ W")
    (outcome,) = lost(judged(("linear_ensemble",), {"linear_ensemble": cell})).values()
    assert outcome.called.startswith("linear_ensemble(h, W, b, p) with h = [")
    assert outcome.called.endswith("p = 0.25 (keep)")
    assert outcome.returned.startswith("returned [")
    assert outcome.expected.startswith("the mean should be [")


def test_right_helpers_refuse_what_costs_much():
    """They are called from the student's process, with anything."""
    helpers = right_helpers(oracle, "relu_ensemble", float)
    assert "relu_ensemble" not in helpers
    wide = np.ones(30)
    for name, args in (
        ("all_masks", (40, 0.5)),
        ("all_masks", (2.0, 0.5)),
        ("linear_ensemble", (wide, np.ones((30, 2)), np.ones(2), 0.5)),
        ("softmax_ensemble", ("h", 1, 2, 3)),
        ("linear_ensemble", (np.ones(3), np.ones((3, 100_000)), 0, 0.5)),
    ):
        with pytest.raises((TypeError, ValueError)):
            helpers[name](*args)
