"""The catalogue of `dropout_in_practice`, and its worked solution under any seed."""

import pytest
from practice_judged import (
    CASES,
    CHECKS,
    PARTS,
    TEST_CELLS,
    WORKED,
    cases_of,
    failing,
    judged,
    judged_case,
    judged_names,
    judging,
)

from autograder.checks.misconceptions import catalogue
from autograder.validate.sweep import namespace_of

ACCEPTED = [case for case in CASES if case.verdict == "accepted"]
WRONG = [case for case in CASES if case.verdict == "wrong"]
# Of a right solution's being wronged by the statistics of a part.
LARGEST_BOUNDS = {
    "vanilla": 2e-10,
    "ensemble": 0,
    "d2l": 5e-11,
    "exercises": 0,
    "noise": 1e-10,
    "faults": 1e-10,
}


# Whose checks share what they measure, or draw the cases they ask about.
ALONE = ("d2l", "ensemble", "exercises")


def by_name(case):
    return case.name


@pytest.mark.parametrize("part", PARTS)
def test_the_worked_solution_is_never_wronged(part):
    """Under a hundred seeds; and the error bounds stay small."""
    names = namespace_of(WORKED)
    for seed in range(100):
        found = judged_names(PARTS[part], names, seed)
        assert not failing(found), (seed, [found[name] for name in failing(found)])
        assert sum(outcome.error_bound for outcome in found.values()) <= LARGEST_BOUNDS[part]


@pytest.mark.parametrize("case", ACCEPTED, ids=by_name)
def test_right_work_in_another_style_has_full_marks(case):
    """Over the wire, and here with another seed."""
    for found in (judged_case(case.name), *_here(case)):
        assert not failing(found), [found[name] for name in failing(found)]


def _here(case):
    """Part 1's slowest solutions run over the wire alone."""
    return [] if case.part == "vanilla" else [judged(PARTS[case.part], case.cells, seed=1)]


@pytest.mark.parametrize("case", WRONG, ids=by_name)
def test_a_wrong_solution_is_caught_and_named_in_its_own_cell_only(case):
    """By its check, with its misconception; no other function of its part loses anything."""
    found, own = judged_case(case.name), CHECKS[case.caught_by]
    assert case.caught_by in failing(found)
    assert found[case.caught_by].misconception == case.misconception
    assert failing(found) <= judging((own,)), failing(found)
    assert {catalogue()[found[name].misconception].part for name in failing(found)} == {
        TEST_CELLS[own].part
    }


@pytest.mark.parametrize("case", [c for c in WRONG if c.part in ALONE], ids=by_name)
def test_a_check_asked_alone_decides_the_same(case):
    """No check rests on another's having been run; an exact one neither on what was drawn."""
    for seed in (1, 2) if case.part in ("ensemble", "exercises") else (0,):
        found = judged((CHECKS[case.caught_by],), case.cells, seed, only=case.caught_by)
        assert found[case.caught_by].misconception == case.misconception


@pytest.mark.parametrize("part", PARTS)
def test_every_check_has_a_fault_that_only_it_catches(part):
    """No check is there in vain."""
    caught = [failing(judged_case(case.name)) for case in cases_of(part, "wrong")]
    assert {min(checks) for checks in caught if len(checks) == 1} == judging(PARTS[part])


def test_every_misconception_of_part_3_has_a_wrong_solution():
    """The advice that students read is that of a mistake which was tried."""
    named = {n for n in catalogue() if n.startswith(("practice-layer-", "practice-mlp-"))}
    assert named == {case.misconception for case in cases_of("d2l", "wrong")}
