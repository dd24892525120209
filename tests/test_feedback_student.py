"""Feedback for one student at a time: what nbgrader's command writes, whole or not at all."""

import contextlib
import os
import shutil
import warnings
from datetime import datetime
from pathlib import Path

import nbformat
import pytest
import sqlalchemy
from feedback_pages import everything
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import GetGrades as OneByOne
from processes import nbgrader
from test_safe_pages import graded
from traitlets.config import Config

from autograder.reports import feedback
from autograder.reports.feedback import FeedbackFailed, write_feedback
from autograder.reports.grades import GetGrades

STUDENTS = ("ann", "ben")
PAGE = "n.html"


def notebook_of(student):
    """An autograded notebook with every kind of marked cell, and the student's name."""
    notebook = everything()
    notebook.cells[2].source += f"\n# {student}"
    both = graded("both", "x = 1", solution=True)
    notebook.cells.append(both)
    return notebook


@contextlib.contextmanager
def ignored_warnings():
    """nbgrader adds submissions in a way that SQLAlchemy warns of."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.fixture(scope="module")
def graded_course(course, tmp_path_factory):
    """A course of two students, graded."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(course / "nbgrader_config.py", folder)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        gradebook.add_assignment("ps")
        gradebook.add_notebook("n", "ps")
        for name, kind in [("test_net", "code"), ("written", "markdown"), ("layer", "code")]:
            gradebook.add_grade_cell(name, "n", "ps", max_score=5, cell_type=kind)
        gradebook.add_grade_cell("both", "n", "ps", max_score=2.5, cell_type="code")
        gradebook.add_task_cell("task", "n", "ps", max_score=3, cell_type="markdown")
        for name in ("written", "layer", "both"):
            gradebook.add_solution_cell(name, "n", "ps")
        for number, student in enumerate(STUDENTS):
            gradebook.add_student(student)
            with ignored_warnings():
                gradebook.add_submission("ps", student)
            mark(gradebook, student, number)
    for student in STUDENTS:
        place = folder / "autograded" / student / "ps"
        (place / "data").mkdir(parents=True)
        nbformat.write(notebook_of(student), place / "n.ipynb")
        (place / "timestamp.txt").write_text("2026-01-01 00:00:00 UTC", encoding="utf-8")
        (place / "data" / "given.txt").write_text("given", encoding="utf-8")
    return folder


@pytest.fixture
def scratch(graded_course, tmp_path):
    """A copy of it."""
    return shutil.copytree(graded_course, tmp_path / "course")


def mark(gradebook, student, number):
    """Marks and comments by machine and by hand; the last student's work came late."""
    submitted = gradebook.find_submission_notebook("n", "ps", student)
    grades = {grade.name: grade for grade in submitted.grades}
    comments = {comment.name: comment for comment in submitted.comments}
    grades["test_net"].auto_score = number + 0.25
    grades["test_net"].needs_manual_grade = False
    grades["layer"].auto_score, grades["layer"].manual_score = 1, 2 + number
    grades["task"].manual_score = 1.5
    grades["both"].auto_score, grades["both"].extra_credit = 0.5, number
    comments["layer"].auto_comment = "No response."
    comments["written"].auto_comment = "by machine"
    comments["written"].manual_comment = f"by hand, for {student}"
    comments["task"].manual_comment = "done"
    if student == STUDENTS[-1]:
        submitted.late_submission_penalty = 0.75
    gradebook.db.commit()


def files_in(folder):
    """{path: (content, mode)} of all files below."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def graded_by(preprocessor, folder, student, notebook=None, assignment="ps"):
    """What a preprocessor makes of the notebook: (cells' metadata, resources)."""
    names = {"notebook": "n", "assignment": assignment, "student": student}
    names["db_url"] = f"sqlite:///{folder / 'gradebook.db'}"
    done, resources = preprocessor.preprocess(notebook or notebook_of(student), {"nbgrader": names})
    return [cell.metadata for cell in done.cells], resources


def as_nbgrader_has_it(found):
    """Without what only our preprocessor tells: who waits for a mark, and whose is a person's."""
    metadata, resources = found
    for cell in metadata:
        for ours in ("awaits", "by_hand"):
            cell.get("nbgrader", {}).pop(ours, None)
    assert resources["nbgrader"].pop("late_sentences") is not None
    return metadata, resources


def test_marks_and_comments_are_those_nbgrader_reads(scratch):
    """For each student in turn, with one preprocessor for all, and after a mark has changed.

    Penalties too, in a course that does not work them out.
    """
    ours = GetGrades(config=Config({"Autograde": {"autograde_preprocessors": []}}))
    for student in (*STUDENTS, *STUDENTS):
        found = graded_by(ours, scratch, student)
        assert as_nbgrader_has_it(found) == graded_by(OneByOne(), scratch, student)
    metadata, resources = found
    assert resources["nbgrader"]["late_penalty"] == 0.75
    assert metadata[4].nbgrader.comment == "by hand, for ben"
    assert (metadata[-1].nbgrader.score, metadata[-1].nbgrader.points) == (1.5, 2.5)
    with Gradebook(f"sqlite:///{scratch / 'gradebook.db'}") as gradebook:
        mark(gradebook, "ann", 2)
    changed = as_nbgrader_has_it(graded_by(ours, scratch, "ann"))
    assert changed == graded_by(OneByOne(), scratch, "ann")


def test_a_late_penalty_is_that_of_the_marks_of_now(scratch):
    """What was recorded when the work was graded is older than marks given by hand; said why."""
    policy = {"plugin_class": "autograder.execute.late_policy.LatePolicy"}
    settings = {"AssignLatePenalties": policy, "LatePolicy": {"percent_per_day": 10}}
    ours = GetGrades(config=Config(settings))
    database = f"sqlite:///{scratch / 'gradebook.db'}"
    with Gradebook(database) as gradebook:
        gradebook.update_or_create_assignment("ps", duedate="2026-01-10 12:00:00")
        gradebook.find_submission("ps", "ben").timestamp = datetime(2026, 1, 11, 15)
        gradebook.db.commit()
    _, resources = graded_by(ours, scratch, "ben")
    names = resources["nbgrader"]
    earned = names["score"] + names["late_penalty"]
    assert names["late_penalty"] == pytest.approx(earned * 0.2)
    assert names["late_sentences"][0].startswith("Handed in 1 day 3 hours late: ")
    assert "20 % for 2 days begun" in names["late_sentences"][0]
    with Gradebook(database) as gradebook:
        grade = gradebook.find_grade("layer", "n", "ps", "ben")
        grade.manual_score += 5
        gradebook.db.commit()
    _, resources = graded_by(ours, scratch, "ben")
    assert resources["nbgrader"]["late_penalty"] == pytest.approx((earned + 5) * 0.2)
    assert graded_by(ours, scratch, "ann")[1]["nbgrader"]["late_sentences"] == []


def test_an_answer_without_a_mark_is_told_from_a_zero(scratch):
    """And a mark that a person gave from the machine's."""
    metadata, _ = graded_by(GetGrades(), scratch, "ann")
    found = {
        cell.nbgrader.grade_id: (cell.nbgrader.awaits, cell.nbgrader.by_hand)
        for cell in metadata
        if "awaits" in cell.get("nbgrader", {})
    }
    assert found["written"] == (True, False)
    assert found["layer"][1]
    assert found["test_net"] == (False, False)


def test_what_the_gradebook_does_not_have_is_missing_as_with_nbgrader(scratch):
    """An unknown student, assignment or cell, with and without marked cells."""
    unknown = notebook_of("ann")
    unknown.cells.append(graded("unknown", "x"))
    empty = nbformat.v4.new_notebook()
    for arguments in (("zoe",), ("ann", None, "other"), ("ann", unknown), ("zoe", empty)):
        said = []
        for preprocessor in (GetGrades(), OneByOne()):
            with pytest.raises(MissingEntry) as error:
                graded_by(preprocessor, scratch, *arguments)
            said.append(str(error.value))
        assert said[0] == said[1]


def test_the_gradebook_is_asked_three_times(scratch):
    """However many cells there are; setting it up once for all students is nbgrader's."""
    ours, asked = GetGrades(), []
    graded_by(ours, scratch, "ann")
    sqlalchemy.event.listen(
        ours.gradebook.engine, "before_cursor_execute", lambda *of: asked.append(of[2])
    )
    graded_by(ours, scratch, "ben")
    assert len(asked) == 3
    assert ours.gradebook.engine.pool.checkedout() == 0


def test_it_is_what_nbgraders_command_writes(scratch):
    """Names, bytes and modes; where there was no feedback, and where there was."""
    done = nbgrader(scratch, "generate_feedback", "ps")
    assert done.returncode == 0, done.stderr
    expected = files_in(scratch / "feedback")
    assert len(expected) == 3 * len(STUDENTS)
    shutil.rmtree(scratch / "feedback" / "ann")
    stale = scratch / "feedback" / "ben" / "ps" / "old" / "page.html"
    stale.parent.mkdir()
    stale.write_text("old", encoding="utf-8")
    (scratch / "feedback" / "ben" / "ps" / PAGE).write_text("old", encoding="utf-8")
    here = Path.cwd()
    for student in STUDENTS:
        written = write_feedback(scratch, "ps", student)
        assert {path.name for path in written} == {PAGE, "timestamp.txt", "given.txt"}
        assert all(path.is_file() for path in written)
    assert files_in(scratch / "feedback") == expected
    assert Path.cwd() == here


def test_a_students_name_is_no_pattern(scratch):
    """nbgrader would find ben's notebook for `b[e]n`, and everybody's for `*`."""
    for name in ("b[e]n", "*"):
        with pytest.raises(FeedbackFailed, match="no notebook is at"):
            write_feedback(scratch, "ps", name)
    assert not (scratch / "feedback").exists()
    os.rename(scratch / "autograded" / "ann", scratch / "autograded" / "b[e]n")
    with Gradebook(f"sqlite:///{scratch / 'gradebook.db'}") as gradebook, ignored_warnings():
        gradebook.add_student("b[e]n")
        gradebook.add_submission("ps", "b[e]n")
    [page] = [path for path in write_feedback(scratch, "ps", "b[e]n") if path.name == PAGE]
    assert page.parent == scratch / "feedback" / "b[e]n" / "ps"
    assert "# ann" in page.read_text("utf-8")


def fail_to_convert(scratch, patch):
    (scratch / "autograded" / "ann" / "ps" / "n.ipynb").write_text("{", encoding="utf-8")


def fail_to_write(scratch, patch):
    def full(*of, **more):
        raise OSError(28, "No space left on device")

    patch.setattr(feedback.FilesWriter, "write", full)


def fail_to_replace(scratch, patch):
    def denied(*of):
        raise PermissionError(13, "Permission denied")

    patch.setattr(feedback.os, "replace", denied)


@pytest.mark.parametrize("fails", [fail_to_convert, fail_to_write, fail_to_replace])
def test_a_failure_leaves_what_was_there(scratch, monkeypatch, fails):
    """The reason is in the error; nothing half written stays, and the next student has feedback."""
    write_feedback(scratch, "ps", "ann")
    before = files_in(scratch / "feedback")
    here = Path.cwd()
    with monkeypatch.context() as patch:
        fails(scratch, patch)
        with pytest.raises(FeedbackFailed, match=r"ann: [\s\S]*(JSON|space left|denied)"):
            write_feedback(scratch, "ps", "ann")
    assert files_in(scratch / "feedback") == before
    assert os.listdir(scratch / "feedback" / "ann") == ["ps"]
    assert Path.cwd() == here
    assert write_feedback(scratch, "ps", "ben")


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_kill_leaves_whole_pages_and_the_next_run_completes(scratch, steps):
    """Killed before the page is in its place, or after: out of date for nbgrader until all is."""
    write_feedback(scratch, "ps", "ann")
    old = files_in(scratch / "feedback")
    place = scratch / "autograded" / "ann" / "ps"
    nbformat.write(notebook_of("ann anew"), place / "n.ipynb")
    (place / "timestamp.txt").write_text("2026-02-02 00:00:00 UTC", encoding="utf-8")
    child = os.fork()
    if child == 0:
        replace, done = os.replace, []

        def killed(*of):
            if len(done) == steps:
                os._exit(9)
            done.append(of)
            replace(*of)

        feedback.os.replace = killed
        write_feedback(scratch, "ps", "ann")
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    page = scratch / "feedback" / "ann" / "ps" / PAGE
    text = page.read_text("utf-8")
    assert text.rstrip().endswith("</html>")
    assert ("ann anew" in text) == (steps == 2)
    assert files_in(page.parent)["timestamp.txt"] == old["ann/ps/timestamp.txt"]
    write_feedback(scratch, "ps", "ann")
    assert "ann anew" in page.read_text("utf-8")
    assert os.listdir(scratch / "feedback" / "ann") == ["ps"]


def test_an_excluded_student_has_none(scratch):
    """As with nbgrader, by the course's configuration."""
    with open(scratch / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write('\nc.CourseDirectory.student_id_exclude = "ann"\n')
    assert write_feedback(scratch, "ps", "ann") == []
    assert not (scratch / "feedback").exists()


@pytest.mark.parametrize(
    "wrong", ["c.NoSuch(", "nothing", "c.GenerateFeedback.exporter_class = 'x'"]
)
def test_a_configuration_that_cannot_be_read_makes_no_page(scratch, wrong):
    """nbgrader would go on without, and nothing would be cleaned."""
    with open(scratch / "nbgrader_config.py", "a", encoding="utf-8") as config:
        config.write(f"\n{wrong}\n")
    with pytest.raises(FeedbackFailed):
        write_feedback(scratch, "ps", "ann")
    assert not (scratch / "feedback").exists()
