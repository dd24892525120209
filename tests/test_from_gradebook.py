"""How a class stands, read from the gradebook and from the graded notebooks."""

import json
import shutil
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from nbgrader.api import Gradebook
from nbgrader.converters.base import NbGraderException
from sqlalchemy import event
from sqlalchemy.engine import Engine

from autograder.execute.course import load_course
from autograder.marking.cell import RESULT_MIME
from autograder.reports.from_gradebook import standings
from tests import small_course as small
from tests.processes import autograder
from tests.synthetic_class import NAME, Member, write_class


@pytest.fixture(scope="module")
def graded(tmp_path_factory, course):
    """The small course, its class graded."""
    folder = small.new_course(tmp_path_factory.mktemp("standings") / "course", course)
    small.hand_in_class(folder)
    assert autograder(folder, "class", small.NAME).returncode == 0
    return folder


@pytest.fixture
def again(graded, tmp_path):
    """The same, to be changed."""
    return small.copy_of(graded, tmp_path / "course")


@pytest.fixture
def written(tmp_path, course):
    """written(member, ...): how a made-up class with the `dropout` assignment stands."""

    def write(*members):
        return standings(load_course(write_class(tmp_path / "made", course, members), NAME))

    return write


def of_small(folder, *options):
    return standings(load_course(folder, small.NAME, options))


def by_student(found):
    return {standing.student: standing for standing in found.handed_in}


def test_marks_are_the_gradebooks(graded):
    found = of_small(graded)
    half = by_student(found)["half"]
    assert [(c.grade_id, c.title, c.part, c.points) for c in half.cells] == [
        ("test_double", "test_double", 0, 2.5),
        ("why", "why", 0, 3.0),
    ]
    assert [(c.mark, c.awaits) for c in half.cells] == [(1.0, ""), (None, "person")]
    assert (half.mark, half.points, half.awaiting) == (1.0, 5.5, 3.0)
    assert (found.title, found.points, found.absent, found.ungraded) == (small.NAME, 5.5, (), ())
    # What was not answered is a zero, as nbgrader has it, and awaits nobody.
    assert [c.mark for c in by_student(found)["untouched"].cells] == [0.0, 0.0]


def test_every_student_once_in_order(graded):
    found = of_small(graded)
    names = [s.student for s in found.handed_in]
    assert names == sorted(names)
    assert set(names) == set(found.names)
    assert "O'Neil, 한" in names


def test_timestamps_have_a_zone(graded):
    found = by_student(of_small(graded))
    assert found["right"].timestamp == datetime(2026, 1, 10, 10, tzinfo=UTC)
    assert found["half"].timestamp is None


def test_notes_and_isolation_are_told(graded):
    found = by_student(of_small(graded))
    assert "could not be read" in found["broken"].notes[0]
    assert found["right"].notes == ()
    assert found["right"].isolation


def test_without_results_the_notebooks_say_the_same(graded, again):
    shutil.rmtree(again / "results")
    with_results, without = by_student(of_small(graded)), by_student(of_small(again))
    for student, standing in with_results.items():
        assert replace(without[student], isolation="") == replace(standing, isolation="")
    assert of_small(again).seconds == {}
    assert set(of_small(graded).seconds) == set(with_results)


def test_results_of_another_grading_are_not_used(again):
    path = again / "autograded" / "broken" / small.NAME / f"{small.NAME}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    del notebook["cells"][0]  # the note
    path.write_text(json.dumps(notebook), "utf-8")
    found = of_small(again)
    assert by_student(found)["broken"].notes == ()
    assert "broken" not in found.seconds


def test_hand_given_marks_comments_and_penalties(again):
    small.mark_by_hand(again, "half", "why", 2.25)
    with Gradebook(f"sqlite:///{again / 'gradebook.db'}") as gradebook:
        notebook = gradebook.find_submission_notebook(small.NAME, small.NAME, "half")
        comment = next(c for c in notebook.comments if c.name == "why")
        comment.manual_comment = "Nearly."
        grade = next(g for g in notebook.grades if g.name == "why")
        grade.extra_credit = 0.5
        notebook.late_submission_penalty = 1.25
        gradebook.db.commit()
    half = by_student(of_small(again))["half"]
    assert [c.mark for c in half.cells] == [1.0, 2.75]
    assert [c.comment for c in half.cells] == ["", "Nearly."]
    assert (half.late_penalty, half.mark, half.awaiting) == (1.25, 2.5, 0)


def test_a_mark_that_must_be_looked_at_again_is_none(again):
    small.mark_by_hand(again, "half", "why", 2.0)
    with sqlite3.connect(again / "gradebook.db") as connection:
        connection.execute("update grade set needs_manual_grade = 1 where manual_score = 2.0")
    assert by_student(of_small(again))["half"].cells[1].mark is None


def test_late_is_after_the_due_date_and_the_extension(again):
    with Gradebook(f"sqlite:///{again / 'gradebook.db'}") as gradebook:
        gradebook.find_assignment(small.NAME).duedate = datetime(2026, 1, 10, 8)
        gradebook.db.commit()
    assert of_small(again).late == {"right": 7200.0}
    with Gradebook(f"sqlite:///{again / 'gradebook.db'}") as gradebook:
        gradebook.grant_extension(small.NAME, "right", hours=3)
    assert of_small(again).late == {}


def test_who_handed_in_nothing_and_who_is_not_graded(again):
    with Gradebook(f"sqlite:///{again / 'gradebook.db'}") as gradebook:
        gradebook.add_student("nobody", first_name="N.", last_name="Body", email="n@example.org")
        gradebook.add_student("stopped")
        # nbgrader has begun with it, and failed.
        with gradebook.db.no_autoflush:
            gradebook.add_submission(small.NAME, "stopped")
    small.hand_in(again, "new")
    found = of_small(again)
    assert (found.absent, found.ungraded) == (("nobody",), ("new", "stopped"))
    assert found.names["nobody"] == ("N.", "Body", "n@example.org")
    assert found.names["stopped"] == ("", "", "")
    assert not {"nobody", "new", "stopped"} & set(by_student(found))


def test_whom_the_course_excludes_is_nowhere(graded):
    found = of_small(graded, "--CourseDirectory.student_id_exclude=half,wrong")
    assert not {"half", "wrong"} & {*by_student(found), *found.absent, *found.names}


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "there is no autograded small.ipynb"),
        ("{", "autograded small.ipynb is no notebook"),
        ("[]", "autograded small.ipynb is no notebook"),
        ("[" * 100_000, "autograded small.ipynb is no notebook"),
        ('{"cells": [{"metadata": 3}]}', "autograded small.ipynb is no notebook"),
    ],
)
def test_a_broken_notebook_is_named_and_the_marks_stay(again, content, problem):
    path = again / "autograded" / "half" / small.NAME / f"{small.NAME}.ipynb"
    path.unlink() if content is None else path.write_text(content)
    found = of_small(again)
    assert found.problems == (("half", problem),)
    assert by_student(found)["half"].mark == 1.0


def test_what_the_grader_failed_in_awaits_the_grader(written):
    member = Member("s1", faults={"extreme_p": "Traceback\nZeroDivisionError: x"})
    cell = written(member).handed_in[0].cells[0]
    assert (cell.grade_id, cell.mark, cell.awaits) == ("test_forward_mask", None, "grader")
    assert cell.result.has_grader_fault


def test_what_a_person_marks_after_a_fault_has_its_mark(written):
    fault = {"extreme_p": "Traceback\nZeroDivisionError: x"}
    member = Member("s1", faults=fault, by_hand={"test_forward_mask": 16})
    cell = written(member).handed_in[0].cells[0]
    assert (cell.mark, cell.awaits) == (16.0, "")


def test_results_of_test_cells_are_read(written):
    lost = {"fraction_kept_is_p": (1.5, "keep-drop-swapped")}
    standing = written(Member("s1", lost=lost)).handed_in[0]
    assert standing.title == "Dropout"
    assert standing.parts[4] == "A fully-connected net with dropout"
    outcome = standing.cells[0].result.outcomes[1]
    assert (outcome.check, outcome.mark) == ("fraction_kept_is_p", 1.5)
    assert {m.name: lost for m, lost in standing.misconceptions().items()} == {
        "keep-drop-swapped": 3.5
    }


def test_cells_are_in_the_notebooks_order(written, course):
    release = course / "release" / NAME / f"{NAME}.ipynb"
    cells = json.loads(release.read_text("utf-8"))["cells"]
    kinds = [cell["metadata"].get("nbgrader", {}) for cell in cells]
    order = [kind["grade_id"] for kind in kinds if kind.get("grade")]
    assert [cell.grade_id for cell in written(Member("s1")).handed_in[0].cells] == order


def _edit_result(folder, student, change, cell_change=None):
    """Have change(result) in the first test cell's output of a student's notebook."""
    path = folder / "autograded" / student / NAME / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        data = (cell.get("outputs") or [{}])[0].get("data", {})
        if RESULT_MIME in data:
            data[RESULT_MIME] = change(data[RESULT_MIME])
            if cell_change:
                cell_change(cell)
            break
    path.write_text(json.dumps(notebook), "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda result: "no result",
        lambda result: None,
        lambda result: {},
        lambda result: result | {"grade_id": "test_net"},
        lambda result: result | {"outcomes": [1]},
        lambda result: result | {"outcomes": [result["outcomes"][0] | {"mark": "9"}]},
        lambda result: result | {"outcomes": [result["outcomes"][0] | {"mark": float("nan")}]},
        lambda result: result | {"outcomes": [result["outcomes"][0] | {"mark": 1e9}]},
        lambda result: result | {"outcomes": [result["outcomes"][0] | {"misconception": []}]},
        lambda result: result | {"outcomes": [result["outcomes"][0] | {"fault": {"a": 1}}]},
    ],
)
def test_an_output_that_is_no_result_is_none(tmp_path, course, change):
    folder = write_class(tmp_path / "made", course, [Member("s1")])
    _edit_result(folder, "s1", change)
    cells = standings(load_course(folder, NAME)).handed_in[0].cells
    assert cells[0].result is None
    assert cells[0].mark == 17.0
    assert cells[1].result is not None


def test_only_test_cells_have_results(tmp_path, course):
    """A student's answer, or a cell of their own, may hold what looks like one."""
    folder = write_class(tmp_path / "made", course, [Member("s1")])

    def take_for_an_answer(cell):
        cell["metadata"]["nbgrader"]["solution"] = True

    _edit_result(folder, "s1", lambda result: result, take_for_an_answer)
    assert standings(load_course(folder, NAME)).handed_in[0].cells[0].result is None


def test_the_same_name_in_two_notebooks(tmp_path, course):
    folder = write_class(tmp_path / "made", course, [Member("s1")])
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        gradebook.add_notebook("extra", NAME)
        kind = {"max_score": 2, "cell_type": "code"}
        gradebook.add_grade_cell("test_net", "extra", NAME, **kind)
        gradebook.add_grade_cell("test_more", "extra", NAME, **kind)
    found = standings(load_course(folder, NAME))
    names = [cell.grade_id for cell in found.handed_in[0].cells]
    assert len(set(names)) == len(names)
    assert {"extra/test_net", "dropout/test_net", "test_more"} <= set(names)
    assert found.problems == (("s1", "there is no autograded extra.ipynb"),)


def test_a_class_takes_no_more_queries_than_a_student(tmp_path, course):
    def statements(count):
        folder = tmp_path / str(count)
        write_class(folder, course, [Member(f"s{number}") for number in range(count)])
        asked = []
        note = lambda connection, cursor, statement, *more: asked.append(statement)  # noqa: E731
        event.listen(Engine, "before_cursor_execute", note)
        try:
            assert len(standings(load_course(folder, NAME)).handed_in) == count
        finally:
            event.remove(Engine, "before_cursor_execute", note)
        assert all(statement.startswith("SELECT") for statement in asked)
        return len(asked)

    assert statements(1) == statements(9) <= 7


def test_nothing_is_written(again):
    before = small.files_in(again)
    of_small(again)
    assert small.files_in(again) == before


def test_no_gradebook_and_no_assignment(tmp_path, course, graded):
    shutil.copy(course / "nbgrader_config.py", tmp_path)
    with pytest.raises(NbGraderException, match="there is no gradebook"):
        standings(load_course(tmp_path, small.NAME))
    assert not (tmp_path / "gradebook.db").exists()
    with pytest.raises(NbGraderException, match=r"no assignment 'other' .* it has small"):
        standings(load_course(graded, "other"))
