"""What a test cell is worth: it fails closed.

Stock nbgrader reads a mark out of the notebook's outputs, where anyone may have written it, and
gives full marks to a cell with no output or a result that is no number. Here the number comes
from the grading process's own memory (autograder.execute.test_cells), with the structured result
that autograder.marking.mark showed, and the two must agree.

A test cell of assertions, as nbgrader's own courses have them, is worth all or nothing.
"""

import ast
import math
from dataclasses import dataclass

from nbformat.v4 import new_output

from autograder.candidate import CandidateError
from autograder.marking.cell import RESULT_MIME


@dataclass(frozen=True)
class Settled:
    """mark: the points, or None where a person must look. reason: why, if not simply earned."""

    mark: float | None
    reason: str = ""


def settle(cell, execution):
    """The mark of an executed test cell.

    execution: what ExecuteSubmission left in resources["nbgrader"].
    """
    if execution.get("setup_failed"):
        return Settled(None, "the course's own setup cell failed; a person must look into it")
    grade_id, points = cell.metadata.nbgrader["grade_id"], float(cell.metadata.nbgrader["points"])
    end = execution.get("test_cells", {}).get(grade_id)
    if end is None:
        return Settled(None, "this test cell was not run; a person must mark it")
    if isinstance(end.error, CandidateError):
        return Settled(0.0, str(end.error))
    if isinstance(end.error, AssertionError) and _asserts(cell.source):
        return Settled(0.0, f"an assertion does not hold: {_words(end.error)}")
    if end.error is not None:
        failed = type(end.error).__name__
        return Settled(None, f"the grader failed in this cell ({failed}); a person must mark it")
    mark = end.value
    if mark is None and end.result is None and _asserts(cell.source):
        return Settled(points)
    if type(mark) is int:
        mark = float(mark)
    if type(mark) is not float or not math.isfinite(mark) or not 0 <= mark <= points:
        return Settled(
            None,
            f"this test cell did not end in a number from 0 to {points:g}; a person must mark it",
        )
    if end.result is not None and (
        end.result.get("grade_id") != grade_id
        or not math.isclose(mark, end.result.get("mark", math.nan))
    ):
        return Settled(None, "this test cell's result is contradictory; a person must mark it")
    return Settled(mark)


def _asserts(source):
    """Whether a test cell has an assertion: one without any has nothing to pass."""
    try:
        return any(isinstance(node, ast.Assert) for node in ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return False


def _words(error):
    """The assertion's own message; the instructor wrote it to be read."""
    return str(error).strip() or "see what the task asks for"


def result_of(cell):
    """The structured result that a test cell showed, a dictionary, or None."""
    for output in reversed(cell.get("outputs", ())):
        if output.output_type == "display_data" and RESULT_MIME in output.data:
            return output.data[RESULT_MIME]
    return None


def tidy_outputs(cell, settled):
    """Leave in a test cell its messages, its mark, and the reason where there is no mark."""
    kept = [o for o in cell.outputs if o.output_type == "display_data"]
    if settled.reason:
        kept.append(new_output("stream", name="stdout", text=settled.reason + "\n"))
    if settled.mark is not None:
        kept.append(
            new_output(
                "execute_result",
                data={"text/plain": repr(settled.mark)},
                execution_count=cell.execution_count,
            )
        )
    cell.outputs = kept
