"""Autograded notebooks as GetGrades leaves them, with chosen outcomes: what a page is made of."""

from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from autograder.marking.cell import RESULT_MIME
from autograder.marking.judge import CellResult, Outcome

SECRET = "HIDDEN_TEST_7f3a"
RUBRIC = "RUBRIC_91c2"


def nbgrader(grade_id, **values):
    """A cell's metadata."""
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": base | {"grade_id": grade_id} | values}


def text(source, name):
    """A cell of the course's own text."""
    return new_markdown_cell(source, id=name)


def work(name, source="pass", **values):
    """A cell that the student wrote code in."""
    return new_code_cell(source, id=name, metadata=nbgrader(name, solution=True, **values))


def answer(name, source="Because.", points=6.0, score=0.0, **values):
    """An answer that is marked by hand."""
    values = {"points": points, "score": score, "grade": True, "solution": True} | values
    return new_markdown_cell(source, id=name, metadata=nbgrader(name, **values))


def passed(check, points):
    return Outcome(check, "passed", points, points)


def failed(check, points, misconception=None, mark=0.0, **said):
    said = {"called": f"{check}(x)", "returned": "gave 3", "expected": "4 is right"} | said
    return Outcome(check, "failed", mark, points, misconception=misconception, **said)


def marked_tests(name, *outcomes, part=1, title="", score=None, outputs=(), **values):
    """A test cell. outcomes: of its checks; none, and it showed no result."""
    shown = list(outputs)
    result = CellResult("dropout", name, title or name, part, outcomes)
    points = values.pop("points", result.points)
    if outcomes:
        data = {RESULT_MIME: result.as_dict(), "text/plain": "words"}
        shown.append(new_output("display_data", data=data))
    source = f"# Marked here\n### BEGIN HIDDEN TESTS\n{SECRET}\n### END HIDDEN TESTS"
    score = result.mark if score is None else score
    values = {"points": points, "score": score, "grade": True, "locked": True} | values
    return new_code_cell(source, id=name, outputs=shown, metadata=nbgrader(name, **values))


def question(name, words):
    """A locked question with its rubric."""
    source = f"{words}\n### BEGIN MARK SCHEME\n{RUBRIC}\n### END MARK SCHEME"
    return new_markdown_cell(source, id=name, metadata=nbgrader(name, locked=True))


def notebook(*cells):
    kernel = {"language_info": {"name": "python", "pygments_lexer": "ipython3"}}
    return new_notebook(cells=list(cells), metadata=kernel)


NAMES = {
    "assignment": "dropout",
    "notebook": "dropout",
    "student": "bo",
    "score": 0.0,
    "max_score": 100.0,
    "late_penalty": 0.0,
}


def three_misconceptions():
    """The work of somebody with three different ones, one of them seen by two test cells."""
    return notebook(
        text("# Dropout\n\nWelcome.", "intro"),
        text("## Part 1: forward (25 points)\n\nKeep with $p$.", "forward"),
        work("dropout_forward"),
        marked_tests(
            "test_forward_mask",
            failed("fraction_kept_is_p", 5.0, "keep-drop-swapped", returned="kept .75"),
            failed("kept_count_varies", 1.0, "exact-count", mark=0.5),
            passed("extreme_p", 1.0),
            title="Dropout forward: the mask",
        ),
        text("## Part 2: backward\n\nUse the mask.", "backward"),
        marked_tests(
            "test_backward",
            failed("dx_is_dout_times_mask", 6.0, "keep-drop-swapped", returned="kept .75 again"),
            failed("caches_are_kept_apart", 3.0, "no-rescaling"),
            part=2,
            title="Dropout backward",
        ),
        answer("written_1", awaits=True),
    )
