"""Classroom 50's result.json, schema classroom50/result/v1 (foundation50/classroom50, schemas/).

Scores are integers there: where a cell's points are not, all are counted in tenths or hundredths.
What a person marks is not in the score. Where the grader failed there is no result at all: the
runner then reports an error and publishes nothing, so that no score is collected.
"""

import math

from autograder.marking.judge import PASSED
from autograder.reports.formats import words
from autograder.reports.formats.as_json import written
from autograder.reports.formats.run import stamp

SCHEMA = "classroom50/result/v1"
# Set by Classroom 50's runner for the autograder.
NEEDED = ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL")
SCALES = (1, 10, 100, 1000)


def missing(environment):
    """Names of variables that must be set and are not."""
    found = [name for name in NEEDED if not environment.get(name)]
    return found if _owner(environment) else [*found, "OWNER"]


def render(standing, run):
    """The Standing as result.json, or None where the grader failed in a cell."""
    if standing.has_grader_fault:
        return None
    about = run.environment
    rows = [row for cell in standing.cells if cell.mark is not None for row in _rows(cell)]
    scale = _scale([points for _, _, points, _ in rows])
    tests = [_test(row, scale) for row in rows]
    penalty = math.ceil(standing.late_penalty * scale - 1e-9)
    return written(
        {
            "schema": SCHEMA,
            "classroom": about["CLASSROOM"],
            "assignment": about["ASSIGNMENT"],
            "assignment_type": about.get("ASSIGNMENT_TYPE") or "individual",
            "owner": _owner(about),
            "submission": about["SUBMISSION_TAG"],
            "commit": about["COMMIT_URL"],
            "release": about["RELEASE_URL"],
            "review": about.get("REVIEW_URL") or about["COMMIT_URL"],
            # The runner puts the commit's own date here.
            "datetime": stamp(standing.timestamp or run.at),
            "graded_at": run.stamp,
            "score": max(0, sum(test["score"] for test in tests) - penalty),
            "max-score": sum(test["max-score"] for test in tests),
            "tests": tests,
        }
    )


def render_fault(run):
    """None: nothing may be written, so that nothing is collected."""
    return None


def _owner(environment):
    return environment.get("OWNER") or environment.get("USERNAME")


def _rows(cell):
    """(name, mark, points, message) of each check of a cell, or of the cell."""
    title = words.in_a_line(cell.title)
    if cell.result is None:
        return [(title, cell.mark, cell.points, words.cell_message(cell))]
    return [
        (
            f"{title}: {words.check_name(o)}",
            o.mark,
            o.points,
            "" if o.status == PASSED else words.message_of(o),
        )
        for o in cell.result.outcomes
    ]


def _scale(all_points):
    for scale in SCALES:
        if all(math.isclose(p * scale, round(p * scale), abs_tol=1e-9) for p in all_points):
            return scale
    return SCALES[-1]


def _test(row, scale):
    name, mark, points, message = row
    most = round(points * scale)
    # Rounded down, but for the noise of binary fractions: less than all is never shown as all.
    score = min(most, math.floor(mark * scale + 1e-9))
    test = {"test-name": name, "passed": score == most, "score": score, "max-score": most}
    return test | ({"message": message} if message else {})
