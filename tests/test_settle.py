"""What a test cell is worth, and what stays in the notebook of it."""

import json

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_output

from autograder.candidate import CandidateError
from autograder.execute.settle import settle, tidy_outputs
from autograder.execute.test_cells import TestCellEnd
from autograder.marking.cell import RESULT_MIME, GraderFault


def cell(*outputs):
    metadata = {"nbgrader": {"grade_id": "t", "points": 10, "grade": True, "solution": False}}
    return new_code_cell("mark(...)", metadata=metadata, outputs=list(outputs))


def ended(**parts):
    return {"test_cells": {"t": TestCellEnd(**parts)}}


def test_a_mark_is_the_number_that_the_cell_ended_in():
    """With the structured result that says the same, or without any."""
    assert settle(cell(), ended(value=7.5, result={"grade_id": "t", "mark": 7.5})).mark == 7.5
    assert settle(cell(), ended(value=0.0)).mark == 0


def test_outputs_in_the_notebook_count_for_nothing():
    """Stock nbgrader takes the first number that anyone has written there."""
    forged = cell(
        new_output("display_data", {RESULT_MIME: {"grade_id": "t", "mark": 10.0}}),
        new_output("execute_result", {"text/plain": "10.0"}),
    )
    assert settle(forged, {}).mark is None
    assert settle(forged, ended(value=1.0)).mark == 1


@pytest.mark.parametrize(
    "value",
    [None, "10.0", True, np.float64(10), np.array(10.0), float("nan"), -1.0, 10.5, 1e300],
    ids=repr,
)
def test_what_is_no_number_from_zero_to_the_points_is_for_a_person(value):
    """Stock nbgrader gives full marks to a cell that returned nothing, or no number."""
    settled = settle(cell(), ended(value=value))
    assert settled.mark is None
    assert "person" in settled.reason


def asserting(source="assert square(2) == 4, 'squares are positive'"):
    made = cell()
    made.source = source
    return made


def test_assertions_are_worth_all_or_nothing():
    """As in nbgrader's own courses; without any, a cell that gave nothing is for a person."""
    assert settle(asserting(), ended(value=None)).mark == 10
    failed = settle(asserting(), ended(error=AssertionError("squares are positive")))
    assert failed.mark == 0
    assert failed.reason == "an assertion does not hold: squares are positive"
    assert settle(asserting("check(square)"), ended(value=None)).mark is None
    assert settle(asserting("check(square)"), ended(error=AssertionError("x"))).mark is None
    # A result was shown, and no mark came of it.
    assert settle(asserting(), ended(value=None, result={"grade_id": "t"})).mark is None
    assert settle(asserting(), ended(error=NameError("square"))).mark is None


def test_a_whole_number_is_a_mark():
    """nbgrader's documentation gives partial credit so."""
    assert settle(cell(), ended(value=3)) == settle(cell(), ended(value=3.0))


def test_a_result_that_says_otherwise_is_for_a_person():
    """Another mark, or another cell's."""
    for result in ({"grade_id": "t", "mark": 3.0}, {"grade_id": "u", "mark": 7.0}, {}):
        assert settle(cell(), ended(value=7.0, result=result)).mark is None


def test_a_grader_fault_is_never_a_zero():
    """Whatever it raised."""
    for error in (GraderFault("t: x broke down"), ImportError("solutions"), RecursionError()):
        settled = settle(cell(), ended(error=error))
        assert settled.mark is None
        assert "grader failed" in settled.reason


def test_the_student_s_error_is_a_zero_with_its_reason():
    """Where a test cell calls the student's function itself."""
    settled = settle(cell(), ended(error=CandidateError("f(...)", "raised ValueError")))
    assert settled.mark == 0
    assert settled.reason == "f(...) raised ValueError"


def test_a_cell_that_did_not_run_is_for_a_person():
    """It is the grader that runs them."""
    assert settle(cell(), {"test_cells": {}}).mark is None


def test_a_broken_course_marks_nobody():
    """A setup cell that fails is not the student's."""
    assert settle(cell(), ended(value=7.0) | {"setup_failed": True}).mark is None


def test_tidied_outputs_hold_messages_mark_and_reason():
    """Neither tracebacks nor what was printed."""
    shown = new_output("display_data", {"text/plain": "message"})
    noisy = cell(
        new_output("stream", name="stderr", text="warning"),
        shown,
        new_output("error", ename="GraderFault", evalue="where", traceback=["secret"]),
    )
    tidy_outputs(noisy, settle(noisy, ended(error=GraderFault("secret"))))
    text = json.dumps(noisy.outputs)
    assert "message" in text
    assert "person" in text
    assert "secret" not in text
    tidy_outputs(noisy, settle(noisy, ended(value=7.0)))
    assert noisy.outputs[-1].data["text/plain"] == "7.0"
