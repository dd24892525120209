"""Standings made up for tests: one of each kind of cell."""

from datetime import UTC, datetime

from autograder.marking.judge import CellResult, Outcome
from autograder.reports.formats.run import Run
from autograder.reports.standing import GRADER, PERSON, CellStanding, Standing

SECRET = "Traceback of a check: hidden-secret-7"
ENVIRONMENT = {
    "CLASSROOM": "deep-learning",
    "ASSIGNMENT": "dropout",
    "ASSIGNMENT_TYPE": "individual",
    "OWNER": "octocat",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z-a1b2c3d",
    "COMMIT_URL": "https://github.com/school/repository/commit/a1b2c3d",
    "RELEASE_URL": "https://github.com/school/repository/releases/tag/submit%2F2026",
}
RUN = Run("dropout", at=datetime(2026, 6, 1, 15, tzinfo=UTC), seconds=2.5, environment=ENVIRONMENT)


def outcome(check="fraction_kept_is_p", status="failed", mark=0.0, points=5.0, **further):
    """An Outcome that has something to say, unless it passed."""
    said = {"called": "f(x)", "returned": "gave 1", "expected": "2 should come back"}
    return Outcome(check, status, mark, points, **(said if status != "passed" else {}) | further)


def marked_cell(*outcomes, title="The mask", **further):
    """A test cell with these outcomes; its mark is their sum, or None for a grader fault."""
    result = CellResult("dropout", "test_mask", title, 1, outcomes)
    awaits = GRADER if result.has_grader_fault else ""
    mark = None if awaits else result.mark
    return CellStanding("test_mask", title, 1, result.points, mark, awaits, result, **further)


def written(comment=""):
    """An answer that is to be marked by hand."""
    return CellStanding("written_1", "Why", 3, 6.0, None, PERSON, comment=comment)


PASSED = outcome("mask_ignores_the_values", "passed", 1.0, 1.0)
LOST = outcome(misconception="keep-drop-swapped")
HALF = outcome("kept_count_varies", mark=0.5, points=1.0)
RAISED = outcome("extreme_p", "error", points=1.0, returned="raised ValueError: no", expected="")
HANGS = outcome("float32_stays_float32", "timeout", points=1.0)
BROKEN = Outcome("extreme_p", "grader_fault", 0.0, 1.0, fault=SECRET)


def standing(*cells, **further):
    """A Standing of these cells, or of one with each kind of outcome and a written answer."""
    cells = cells or (marked_cell(PASSED, LOST, HALF, RAISED, HANGS), written())
    parts = {1: "Dropout forward", 3: "Inline question 1"}
    return Standing("", "dropout", "Dropout", cells, parts, **further)
