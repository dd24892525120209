"""Which number in a test cell's outputs counts as its mark: it fails closed.

Stock nbgrader gives full marks to a cell with no output and to a result that is no number, and
none to one whose kernel wrote a warning to stderr. Here a mark needs both halves that
autograder.marking.mark leaves behind, the structured result and the plain float, and they must
agree.
"""

import math
import re
from dataclasses import dataclass

from nbformat.v4 import new_output

from autograder.marking.cell import RESULT_MIME

# Errors in a test cell that the student's code can bring about: it used up the cell's time.
STUDENT_STOPS = ("CellTimeoutError", "KeyboardInterrupt", "DeadKernelError")
PLAIN_FLOAT = re.compile(r"\d+(\.\d+)?(e-?\d+)?")


@dataclass(frozen=True)
class Settled:
    """mark: the points, or None where a person must look. reason: why, if not simply earned."""

    mark: float | None
    reason: str = ""


def settle(cell, execution):
    """The mark of an executed test cell.

    execution: what ExecuteSubmission left in resources["nbgrader"], `kernel_died` and
    `setup_failed` among it.
    """
    if execution.get("setup_failed"):
        return Settled(None, "the course's own setup cell failed; a person must look into it")
    grade_id, points = cell.metadata.nbgrader["grade_id"], float(cell.metadata.nbgrader["points"])
    result = result_of(cell)
    errors = [o for o in cell.outputs if o.output_type == "error"]
    stopped = [o.ename for o in errors if o.ename in STUDENT_STOPS]
    if stopped:
        return Settled(0.0, f"this test cell did not finish ({stopped[0]})")
    if errors:
        # Whatever the student's code raises, `mark` takes for an outcome.
        return Settled(
            None, f"the grader failed in this cell ({errors[0].ename}); a person must mark it"
        )
    if result is None:
        why = (
            "the notebook's kernel had died before it"
            if execution.get("kernel_died")
            else "it gave no result"
        )
        return Settled(0.0, f"this test cell gave no mark: {why}")
    number = _number(cell)
    agreed = number is not None and math.isclose(number, result.get("mark", math.nan))
    if not agreed or result.get("grade_id") != grade_id or not 0 <= number <= points:
        return Settled(None, "this test cell's result is contradictory; a person must mark it")
    return Settled(number)


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


def _number(cell):
    shown = [o.data.get("text/plain") for o in cell.outputs if o.output_type == "execute_result"]
    if not shown or not isinstance(shown[-1], str) or not PLAIN_FLOAT.fullmatch(shown[-1].strip()):
        return None
    return float(shown[-1])
