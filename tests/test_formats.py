"""The formats of `grade`: what each says of marks, of what is lost, and of what has no mark."""

import json

import pytest
from made_standings import (
    BROKEN,
    ENVIRONMENT,
    LOST,
    PASSED,
    RUN,
    SECRET,
    marked_cell,
    outcome,
    standing,
    written,
)
from published_formats import check_classroom50, check_gradescope, check_json, check_junit

from autograder.reports.formats import NAMES, format_called
from autograder.reports.standing import GRADER, CellStanding


def rendered(name, found):
    return format_called(name).render(found, RUN)


def test_json_has_the_marks_and_what_was_lost():
    data = check_json(rendered("json", standing(notes=("mended",), isolation="bubblewrap")))
    assert (data["status"], data["mark"], data["out_of"], data["points"]) == (
        *("graded", 1.5, 9.0, 15.0),
    )
    assert data["awaiting"] == {"person": 6.0, "grader": 0.0}
    assert data["notes"] == ["mended"]
    cell, answer = data["cells"]
    assert [c["status"] for c in cell["checks"]] == [
        *("passed", "failed", "failed", "error", "timeout"),
    ]
    assert cell["checks"][1]["misconception"] == "keep-drop-swapped"
    assert answer["mark"] is None
    assert answer["awaits"] == "person"
    assert [(m["name"], m["lost"]) for m in data["misconceptions"]] == [("keep-drop-swapped", 5.0)]


def test_gradescope_counts_what_the_grader_marks():
    data = check_gradescope(rendered("gradescope", standing()))
    scored = [test for test in data["tests"] if "score" in test]
    assert data["score"] == sum(test["score"] for test in scored) == 1.5
    assert sum(test["max_score"] for test in scored) == 9
    assert [test["status"] for test in scored] == ["passed", *["failed"] * 4]
    assert "keep" in scored[1]["output"].lower()
    (answer,) = [test for test in data["tests"] if "score" not in test]
    assert "to be marked by hand" in answer["name"]
    assert data["stdout_visibility"] == "hidden"
    assert "6 more points are marked by hand" in data["output"]


def test_classroom50_counts_in_whole_numbers():
    data = check_classroom50(rendered("classroom50", standing()))
    # Whole points everywhere, so the half is rounded down.
    assert (data["score"], data["max-score"]) == (1, 9)
    assert [test["passed"] for test in data["tests"]] == [True, False, False, False, False]
    assert not any("Why" in test["test-name"] for test in data["tests"])
    assert data["datetime"] == data["graded_at"] == "2026-06-01T15:00:00Z"
    assert data["review"] == ENVIRONMENT["COMMIT_URL"]


def test_classroom50_counts_fractions_in_tenths_or_hundredths():
    cells = (
        CellStanding("a", "A", 0, 2.5, 2.5),
        CellStanding("b", "B", 0, 0.25, 0.249),
    )
    data = check_classroom50(rendered("classroom50", standing(*cells)))
    assert (data["score"], data["max-score"]) == (274, 275)
    assert [test["passed"] for test in data["tests"]] == [True, False]


def test_classroom50_names_what_its_runner_must_set():
    missing = format_called("classroom50").missing
    assert missing(ENVIRONMENT) == []
    assert missing(ENVIRONMENT | {"OWNER": "", "USERNAME": "octocat"}) == []
    assert missing({"CLASSROOM": "a", "ASSIGNMENT": ""}) == [
        *("ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "OWNER"),
    ]


def test_junit_tells_lost_marks_errors_and_awaited_answers_apart():
    root = check_junit(rendered("junit", standing(notes=("mended",))))
    first, answer = root
    kinds = [(c[0].tag, c[0].get("type")) if len(c) else None for c in first.iter("testcase")]
    assert kinds == [
        None,
        ("failure", "failed"),
        ("failure", "failed"),
        ("error", "error"),
        ("error", "timeout"),
    ]
    assert [c[0].tag for c in answer.iter("testcase")] == ["skipped"]
    properties = {p.get("name"): p.get("value") for p in first.find("properties")}
    assert (properties["mark"], properties["points"]) == ("1.5", "9")
    assert properties["note_1"] == "mended"
    assert "mark" not in {p.get("name") for p in answer.find("properties")}
    failure = first.find("testcase/failure")
    assert failure.get("message") == "5 of 5 points lost"
    assert "f(x) gave 1; 2 should come back." in failure.text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_prose_says_what_was_lost_and_what_is_marked_by_hand(name):
    text = rendered(name, standing(notes=("a note of intake",), late_penalty=0.5))
    assert "Dropout: 1 of 9 points" in text
    assert "0.5 points are taken off for lateness" in text
    assert "p taken for the probability of dropping" in text
    assert "to be marked by hand" in text
    assert "a note of intake" in text
    assert "2 should come back" in text


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_prose_of_full_marks_has_nothing_to_worry_about(name):
    text = rendered(name, standing(marked_cell(PASSED)))
    assert "1 of 1 points" in text
    assert not any(word in text.lower() for word in ("lost", "fault", "error", "look at"))


def faulty():
    return standing(marked_cell(PASSED, LOST), marked_cell(BROKEN, PASSED), written())


def test_a_grader_fault_has_no_mark_in_any_format():
    data = check_json(rendered("json", faulty()))
    assert data["status"] == "grader_fault"
    assert data["awaiting"]["grader"] == 2.0
    assert data["cells"][1]["mark"] is None

    data = check_gradescope(rendered("gradescope", faulty()))
    assert "score" not in data
    assert "The grader failed" in data["output"]
    assert "2 should come back" in data["output"]

    assert rendered("classroom50", faulty()) is None

    root = check_junit(rendered("junit", faulty()))
    (error,) = root.iter("error")
    assert error.get("type") == "grader_fault"
    assert "mark" not in {p.get("name") for p in root[1].find("properties")}

    for name in ("text", "markdown"):
        text = rendered(name, faulty())
        assert "grader fault" in text.lower()
        assert "1 of 6 points" in text
        assert "0 of 2" not in text


def test_a_test_cell_without_a_result_says_why_it_has_no_mark():
    reason = "this test cell was not run; a person must mark it"
    found = standing(CellStanding("test", "A test", 1, 2.0, None, GRADER, reason=reason))
    for name in NAMES:
        text = rendered(name, found)
        assert text is None if name == "classroom50" else reason in text
    (error,) = check_junit(rendered("junit", found)).iter("error")
    assert error.get("type") == "grader_fault"


@pytest.mark.parametrize("name", NAMES)
def test_a_failure_of_the_whole_grader_has_no_mark(name):
    text = format_called(name).render_fault(RUN)
    if name == "classroom50":
        assert text is None
        return
    assert "The grader failed" in text
    assert "not the student's fault" in text.replace("&#39;", "'")
    if name == "json":
        assert check_json(text)["mark"] is None
    if name == "gradescope":
        assert set(check_gradescope(text)) == {
            *("output", "output_format", "stdout_visibility", "execution_time"),
        }
    if name == "junit":
        assert [e.get("type") for e in check_junit(text).iter("error")] == ["grader_fault"]


def test_no_format_shows_the_traceback_of_a_fault():
    for name in NAMES:
        assert SECRET not in (rendered(name, faulty()) or "")


def test_an_assignment_without_a_scheme_has_one_line_a_cell():
    """No part, no title, no result: a cell's name and its mark."""
    cells = (
        CellStanding("test_a", "test_a", 0, 2.5, 2.5),
        CellStanding("test_b", "test_b", 0, 1.0, 0.0, reason="double(2) raised ValueError: no"),
    )
    for name in NAMES:
        text = rendered(name, standing(*cells))
        assert "test_b" in text or "test&#95;b" in text
        assert "ValueError" in text
    check_junit(rendered("junit", standing(*cells)))
    data = check_gradescope(rendered("gradescope", standing(*cells)))
    assert [t["score"] for t in data["tests"]] == [2.5, 0.0]


def test_the_same_standing_is_the_same_text():
    for name in NAMES:
        assert rendered(name, standing()) == rendered(name, standing())


def test_marks_are_written_without_noise():
    found = standing(
        marked_cell(outcome("a", "passed", 0.1, 0.1), outcome("b", "passed", 0.2, 0.2))
    )
    assert json.loads(rendered("json", found))["mark"] == 0.3
    assert json.loads(rendered("gradescope", found))["score"] == 0.3
    assert "0.3 of 0.3" in rendered("text", found)
    data = json.loads(rendered("classroom50", found))
    assert (data["score"], data["max-score"]) == (3, 3)
