"""`validate` finds nothing wrong with the grader, and would if there were."""

import subprocess
import sys
from types import SimpleNamespace

import nbformat
import pytest

from autograder.execute.grade_one import grade_one
from autograder.marking.scheme import load_scheme
from autograder.validate.few import few_of
from autograder.validate.grade_cases import GradedCase, hand_in, load_cases, reference_cells
from autograder.validate.report import print_report
from autograder.validate.verdicts import judge_cases, problems_of

CHECKS = ("fraction_kept_is_p", "dx_is_dout_times_mask")


def graded(verdict, failing=(), misconception=None, marks=None, status="failed"):
    """A graded forward case in which the given checks failed."""
    case = SimpleNamespace(
        name="case",
        assignment="dropout",
        verdict=verdict,
        changed=("dropout_forward",),
        caught_by="fraction_kept_is_p" if verdict == "wrong" else None,
        misconception="keep-drop-swapped" if verdict == "wrong" else None,
    )
    outcomes = [
        {
            "check": check,
            "status": status if check in failing else "passed",
            "misconception": misconception if check in failing else None,
            "error_bound": 1e-12,
        }
        for check in CHECKS
    ]
    full = {"test_forward_mask": (17.0, 17.0), "test_backward": (15.0, 15.0)}
    return GradedCase(case, full | (marks or {}), {}, outcomes)


def caught(**changes):
    """A wrong forward that is caught as it should be, but for the changes."""
    usual = {
        "failing": ["fraction_kept_is_p"],
        "misconception": "keep-drop-swapped",
        "marks": {"test_forward_mask": (12.0, 17.0)},
    }
    return graded("wrong", **(usual | changes))


def test_right_and_caught_cases_raise_no_problem():
    """Neither full marks for an accepted case nor a wrong one caught by its check is one."""
    assert problems_of(graded("accepted")) == []
    assert problems_of(caught()) == []


@pytest.mark.parametrize(
    ("item", "words"),
    [
        (caught(failing=[], marks={}), "did not catch it"),
        (caught(misconception="wrong-rate"), "does not name keep-drop-swapped"),
        (caught(marks={"test_backward": (0.0, 15.0)}), "also lost marks in test_backward"),
        (graded("accepted", marks={"test_backward": (9.0, 15.0)}), "right, but lost marks"),
        (caught(status="grader_fault"), "the grader failed in fraction_kept_is_p"),
    ],
    ids=["survivor", "unnamed", "punished twice", "false rejection", "grader fault"],
)
def test_what_is_wrong_is_said(item, words):
    """Each way in which the grader can fail a case has its sentence."""
    assert any(words in problem for problem in problems_of(item))


def test_a_check_that_catches_nothing_alone_is_a_problem(capsys):
    """So is a sum of error bounds above what is allowed."""
    verdicts = judge_cases([caught()], CHECKS)
    assert verdicts.problems == [
        "check dx_is_dout_times_mask: no wrong solution is caught by it alone"
    ]
    verdicts.problems, verdicts.error_bound = [], 2e-9
    assert not print_report([caught()], verdicts, sys.stdout)
    assert "more than is allowed" in capsys.readouterr().out


def test_the_catalogue_is_as_large_as_promised():
    """At least 60 wrong and 25 accepted for the layer, 30 and 8 for the net."""
    cases = load_cases("dropout")
    count = lambda verdict, part: sum(c.verdict == verdict and c.part == part for c in cases)  # noqa: E731
    assert count("wrong", "layer") >= 60
    assert count("accepted", "layer") >= 25
    assert count("wrong", "net") >= 30
    assert count("accepted", "net") >= 8


def test_the_quiz_has_as_many_answers_as_promised():
    """At least 12 right forms and 12 mistakes for each of the five questions."""
    cases = [c for c in load_cases("quiz8") if c.part == "formulas"]
    for question in {c.changed for c in cases}:
        for verdict in ("accepted", "wrong"):
            assert sum(c.changed == question and c.verdict == verdict for c in cases) >= 12


def test_practice_has_as_many_cases_as_promised():
    """At least 40 wrong and 15 accepted, some of them for every part."""
    cases = load_cases("dropout_in_practice")
    for verdict, least in (("wrong", 40), ("accepted", 15)):
        found = [c for c in cases if c.verdict == verdict]
        assert len(found) >= least
        assert len({c.part for c in found}) == 6


ASSIGNMENTS = ("dropout", "quiz8", "dropout_in_practice")


def run(course, *arguments):
    """A command of ours in the course's folder; its exit status must be 0. Returns what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=3600,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_check_is_needed_and_none_too_strict(course, assignment):
    """In whole notebooks: a wrong solution for each check that it alone catches, accepted ones."""
    assert run(course, "validate", assignment, "--few").endswith("validate: clean\n")


@pytest.mark.parametrize("assignment", ["dropout", "dropout_in_practice"])
def test_every_case_gets_its_verdict(course, assignment):
    """All of them, judged without the notebook around them."""
    said = run(course, "sweep", assignment, "--seeds", "1")
    assert said.endswith("no accepted solution rejected, no wrong one let through\n")


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_the_few_hold_a_case_for_each_check(assignment):
    """And an accepted one for each part, with as little as that."""
    cases = load_cases(assignment)
    chosen = few_of(cases, assignment)
    checks = {c for cell in load_scheme(assignment).cells.values() for c in cell.checks}
    assert {c.caught_by for c in chosen if c.verdict == "wrong"} == checks
    accepted = {c.part for c in cases if c.verdict == "accepted"}
    assert {c.part for c in chosen if c.verdict == "accepted"} == accepted
    assert len(chosen) <= len(checks) + len(accepted) + 2


def test_what_is_left_out_changes_no_mark(course, tmp_path):
    """`validate` does not run the cells that only eyes need: marks are the same with them."""
    cells = reference_cells("dropout_in_practice")
    wrong = {c.name: c for c in load_cases("dropout_in_practice")}["d2l_layer_not_rescaled"]
    file = tmp_path / "dropout_in_practice.ipynb"
    nbformat.write(hand_in(course, "dropout_in_practice", cells | wrong.cells), file)
    for_eyes = load_scheme("dropout_in_practice").for_eyes
    assert for_eyes
    with_them, without = (
        grade_one(file, course, "dropout_in_practice", leave_out=left) for left in ((), for_eyes)
    )
    assert {n: c.mark for n, c in with_them.cells.items()} == {
        n: c.mark for n, c in without.cells.items()
    }
    for graded, ran in ((with_them, True), (without, False)):
        outputs = {
            cell.metadata.nbgrader.grade_id: cell.outputs
            for cell in graded.notebook.cells
            if cell.cell_type == "code"
        }
        assert all(bool(outputs[grade_id]) == ran for grade_id in for_eyes)


@pytest.mark.sweep
@pytest.mark.parametrize("assignment", ASSIGNMENTS)
def test_every_case_gets_the_marks_it_should(course, assignment):
    """Every accepted and wrong solution, through the whole notebook: no survivor, no rejection."""
    assert run(course, "validate", assignment).endswith("validate: clean\n")


@pytest.mark.sweep
@pytest.mark.parametrize("assignment", ["dropout", "dropout_in_practice"])
def test_no_seed_changes_a_verdict(course, assignment):
    """A thousand seeds a case."""
    run(course, "sweep", assignment)
