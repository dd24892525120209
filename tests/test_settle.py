"""Which number counts as a test cell's mark."""

import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.execute.settle import settle, tidy_outputs
from autograder.marking.cell import RESULT_MIME


def test_cell(*outputs):
    metadata = {"nbgrader": {"grade_id": "t", "points": 10, "grade": True, "solution": False}}
    return new_code_cell("mark(...)", metadata=metadata, outputs=list(outputs))


test_cell.__test__ = False


def shown(mark, grade_id="t"):
    return new_output("display_data", {RESULT_MIME: {"grade_id": grade_id, "mark": mark}})


def number(text):
    return new_output("execute_result", {"text/plain": text})


def test_a_mark_is_the_agreed_number():
    """The structured result and the plain float together make a mark."""
    assert settle(test_cell(shown(7.5), number("7.5")), {}).mark == 7.5


def test_a_warning_on_stderr_costs_nothing():
    """Stock nbgrader gives 0 for any output on stderr."""
    noisy = test_cell(
        new_output("stream", name="stderr", text="Warning"), shown(7.0), number("7.0")
    )
    assert settle(noisy, {}).mark == 7.0


@pytest.mark.parametrize(
    "outputs",
    [
        (),
        (number("10.0"),),
        (new_output("stream", name="stdout", text="10.0"),),
        (new_output("error", ename="CellTimeoutError", evalue="", traceback=[]),),
    ],
    ids=["no output", "a number alone", "printed", "timed out"],
)
def test_a_cell_without_a_result_has_no_points(outputs):
    """Stock nbgrader gives full marks to a cell that returned nothing."""
    settled = settle(test_cell(*outputs), {})
    assert settled.mark == 0
    assert settled.reason


@pytest.mark.parametrize(
    "outputs",
    [
        (shown(7.0), number("10.0")),
        (shown(11.0), number("11.0")),
        (shown(float("nan")), number("nan")),
        (shown(7.0), number("np.float64(7.0)")),
        (shown(7.0), number("'full marks'")),
        (shown(-1.0), number("-1.0")),
        (shown(7.0, grade_id="another"), number("7.0")),
        (shown(7.0),),
    ],
    ids=["differ", "too much", "nan", "numpy", "string", "negative", "other cell", "half"],
)
def test_a_contradictory_result_waits_for_a_person(outputs):
    """Halves that do not agree, or numbers out of range, are never taken as a mark."""
    settled = settle(test_cell(*outputs), {})
    assert settled.mark is None
    assert "person" in settled.reason


@pytest.mark.parametrize("name", ["GraderFault", "ModuleNotFoundError", "LookupError"])
def test_a_grader_fault_is_never_a_zero(name):
    """A check that broke down, or a grader that is not installed, leaves the cell to a person."""
    fault = new_output("error", ename=name, evalue="", traceback=["secret"])
    assert settle(test_cell(shown(0.0), fault), {}).mark is None
    assert settle(test_cell(fault), {}).mark is None


def test_a_failed_setup_is_never_a_zero():
    """Where the course's own setup cell failed, nobody loses marks to it."""
    assert settle(test_cell(shown(0.0), number("0.0")), {"setup_failed": True}).mark is None


def test_a_dead_kernel_is_said():
    """A test cell that never ran because the kernel died says so."""
    assert "died" in settle(test_cell(), {"kernel_died": True}).reason


def test_tidied_outputs_hold_messages_and_mark_only():
    """Tracebacks of the grader, streams and earlier numbers are gone; the mark is a float."""
    cell = test_cell(
        number("10.0"),
        new_output("stream", name="stderr", text="noise"),
        shown(7.0),
        new_output("error", ename="CellTimeoutError", evalue="", traceback=["/secret/path"]),
    )
    settled = settle(cell, {})
    tidy_outputs(cell, settled)
    assert [o.output_type for o in cell.outputs] == ["display_data", "stream", "execute_result"]
    assert cell.outputs[-1].data["text/plain"] == "0.0"
    assert "secret" not in str(cell.outputs)
