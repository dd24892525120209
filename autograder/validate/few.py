"""The few cases that show, in whole notebooks, that each check is needed and none too strict.

Which wrong solutions fail a single check is found out first, in this process and without training.
"""

import numpy as np

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme
from autograder.validate.grade_cases import reference_cells
from autograder.validate.sweep import NEED_TRAINING, namespace_of

# What only training shows is not asked here: so many cases are taken in the hope that one will do.
WITH_TRAINING = 2


def few_of(cases, assignment):
    """One wrong case for each check, failed by it alone, and one accepted case for each part.

    Leaves NumPy's global random stream as it was.
    """
    answers = reference_cells(assignment)
    state = np.random.get_state()
    try:
        wrong = [
            case
            for cell in load_scheme(assignment).cells.values()
            for check in cell.checks
            for case in _caught_alone(check, cell.grade_id, cases, answers)
        ]
    finally:
        np.random.set_state(state)
    accepted = {case.part: case for case in reversed(cases) if case.verdict == "accepted"}
    return [*accepted.values(), *{case.name: case for case in wrong}.values()]


def _caught_alone(check, grade_id, cases, answers):
    caught = [case for case in cases if case.caught_by == check]
    if grade_id in NEED_TRAINING:
        return caught[:WITH_TRAINING]
    alone = (case for case in caught if _failing(case, answers) == {check})
    return [case for case, _ in zip(alone, range(1), strict=False)]


def _failing(case, answers):
    """The checks that a case fails, of those cells that judge what it changes."""
    candidate, memory = LocalCandidate(namespace_of(answers | case.cells)), {}
    return {
        outcome.check
        for grade_id, cell in load_scheme(case.assignment).cells.items()
        if cell.judges in case.changed and grade_id not in NEED_TRAINING
        for outcome in judge_cell(
            case.assignment, grade_id, candidate, oracle, memory=memory
        ).outcomes
        if outcome.status != "passed"
    }
