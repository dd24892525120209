"""`python -m autograder class`: as `nbgrader autograde`, in parallel."""

import pytest

from autograder.execute import autograded
from autograder.execute.course import load_course
from autograder.execute.recorder import Recorder
from autograder.execute.result import read_result
from tests import small_course as small
from tests.class_commands import autograded_files, executed, grade_class, results, summary_of
from tests.processes import nbgrader


def test_it_leaves_what_nbgrader_autograde_leaves(ungraded_class, graded_class, tmp_path):
    folder = small.copy_of(ungraded_class, tmp_path / "course")
    done = nbgrader(folder, "autograde", small.NAME)
    assert done.returncode == 0, done.stderr
    assert small.gradebook_rows(folder) == small.gradebook_rows(graded_class)
    assert autograded_files(folder) == autograded_files(graded_class)
    modes = [
        {path.relative_to(root): path.stat().st_mode for path in root.rglob("*")}
        for root in (folder / "autograded", graded_class / "autograded")
    ]
    assert modes[0] == modes[1]


def test_marks_are_those_meant(graded_class):
    marks = {
        row[0]: row[5] for row in small.gradebook_rows(graded_class)["grade"] if row[2] != "why"
    }
    assert marks == {
        "O'Neil, 한": 2.5,
        "broken": 0,
        "dies": 0,
        "empty": 0,
        "half": 1,
        "raises": 0,
        "right": 2.5,
        "untouched": 0,
        "wrong": 1,
    }


def test_feedback_is_what_nbgrader_makes_of_it(class_again, tmp_path):
    other = small.copy_of(class_again, tmp_path / "other")
    done = nbgrader(class_again, "generate_feedback", small.NAME)
    assert done.returncode == 0, done.stderr
    done = grade_class(other, command="feedback")
    assert done.returncode == 0, done.stderr
    assert "feedback for 9 written, for 0 not" in done.stdout
    pages = small.files_in(class_again / "feedback")
    assert pages == small.files_in(other / "feedback")
    assert sum(name.endswith(".html") for name in pages) == 9


def test_nbgrader_takes_it_for_graded(class_again):
    before = autograded_files(class_again)
    done = nbgrader(class_again, "autograde", small.NAME)
    assert done.returncode == 0
    assert "Skipping existing assignment" in done.stderr
    assert autograded_files(class_again) == before


def test_who_needs_a_look_is_said_each_time(graded_class, class_again):
    for folder in (graded_class, class_again):
        done = grade_class(folder)
        assert "LOOK broken" in done.stdout
        assert "LOOK empty" in done.stdout
        assert "LOOK right" not in done.stdout


@pytest.mark.parametrize("option", ["--force", "--student=half", "--student=*r*"])
def test_options_choose_who_is_graded(class_again, option):
    before = results(class_again)
    done = grade_class(class_again, option, *([] if option == "--force" else ["--force"]))
    assert done.returncode == 0, done.stderr
    expected = {
        "--force": sorted(before),
        "--student=half": ["half"],
        "--student=*r*": [name for name in sorted(before) if "r" in name],
    }
    assert executed(before, class_again) == expected[option]


@pytest.mark.parametrize("way", ["class", "nbgrader"])
def test_hand_given_marks_stay_and_are_flagged_where_the_work_changed(class_again, way):
    for student, cell in (("half", "why"), ("half", "test_double"), ("raises", "why")):
        small.mark_by_hand(class_again, student, cell, 2)
    small.hand_in(class_again, "half", small.RIGHT, small.ANSWER)  # other code, the same answer
    small.hand_in(class_again, "raises", small.RAISES, "Another answer.")
    if way == "class":
        assert grade_class(class_again, "--force").returncode == 0
    else:
        assert nbgrader(class_again, "autograde", small.NAME, "--force").returncode == 0
    assert small.grade_of(class_again, "half", "why") == (None, 2, False)
    assert small.grade_of(class_again, "half", "test_double") == (2.5, 2, True)
    assert small.grade_of(class_again, "raises", "why") == (None, 2, True)
    assert small.grade_of(class_again, "O'Neil, 한", "why") == (None, None, True)


def test_late_work_is_penalised_as_nbgrader_does_it(ungraded_class, tmp_path):
    rows = []
    for way in ("class", "nbgrader"):
        folder = small.copy_of(ungraded_class, tmp_path / way)
        config = folder / "nbgrader_config.py"
        config.write_text(config.read_text() + "\nc.LateSubmissionPlugin.penalty_method = 'zero'\n")
        due = ["db", "assignment", "add", small.NAME, "--duedate=2026-01-09 10:00:00 UTC"]
        assert nbgrader(folder, *due).returncode == 0
        done = grade_class(folder) if way == "class" else nbgrader(folder, "autograde", small.NAME)
        assert done.returncode == 0, done.stderr
        rows.append(small.gradebook_rows(folder))
    assert rows[0] == rows[1]
    assert {row[4] for row in rows[0]["grade"] if row[0] == "right"} == {2.5}
    # More time for all: the penalty goes, and nothing is executed for it.
    due[-1] = "--duedate=2026-01-11 10:00:00 UTC"
    assert nbgrader(tmp_path / "class", *due).returncode == 0
    assert summary_of(grade_class(tmp_path / "class")) == (0, 9, 0)
    rows = small.gradebook_rows(tmp_path / "class")["grade"]
    assert {row[4] for row in rows if row[0] == "right"} == {None}


def test_reopened_marks_are_said(class_again):
    small.mark_by_hand(class_again, "half", "why", 2)
    small.hand_in(class_again, "half", small.HALF, "Another answer.")
    done = grade_class(class_again)
    assert "LOOK half: the work has changed that why was marked by hand for" in done.stdout


def test_recording_costs_the_last_student_what_it_costs_the_first(class_again):
    """No rows stay in the session: each commit would go through those of all students so far."""
    course = load_course(class_again, small.NAME)
    with Recorder(course) as recorder:
        for name in ("right", "wrong"):
            recorder.record(read_result(class_again / "results" / name / small.NAME))
            assert list(recorder.gradebook.db.identity_map) == []


def test_copying_the_given_files_does_not_go_through_all_students(class_again, monkeypatch):
    course = load_course(class_again, small.NAME)
    assert len(course.submissions()) == 9  # whose folders nbgrader is told to ignore
    asked = []
    monkeypatch.setattr(
        autograded, "find_all_files", lambda path, ignore: asked.append(ignore) or []
    )
    autograded.write_autograded(course, read_result(class_again / "results" / "right" / small.NAME))
    assert "*.ipynb" in asked[0]
    assert not [pattern for pattern in asked[0] if "submitted" in pattern]
