"""`python -m autograder class` where something is wrong: refused, named, nobody's zero."""

import contextlib
import os
import pickle
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.converters.base import NbGraderException

from autograder.class_run.run import _tasks
from autograder.class_run.work import AnotherSubmission, execute_task
from autograder.execute import submissions
from autograder.execute.course import load_course
from autograder.execute.recorder import Recorder
from autograder.execute.submissions import NoPermission, require_permission
from tests import small_course as small
from tests.class_commands import grade_class
from tests.processes import nbgrader


def test_feedback_that_cannot_be_made_is_said_and_costs_nobody_else(class_again):
    notebook = class_again / "autograded" / "half" / small.NAME / f"{small.NAME}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text("{")
    done = grade_class(class_again, command="feedback")
    assert done.returncode == 1
    assert "NO FEEDBACK half" in done.stdout
    assert len(list(class_again.glob(f"feedback/*/{small.NAME}/{small.NAME}.html"))) == 8
    done = grade_class(class_again, "--student=nobody", command="feedback")
    assert done.returncode == 2
    assert "nobody has been graded" in done.stderr


def test_a_configuration_that_is_broken_grades_nobody(class_again):
    config = class_again / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Autograde.create_student = undefined\n")
    done = grade_class(class_again, "--force")
    assert done.returncode == 2
    assert "nbgrader_config.py cannot be used: NameError" in done.stderr


def test_a_cell_the_gradebook_lacks_is_the_graders_fault(class_again):
    before = small.grade_of(class_again, "right", "test_double")
    config = class_again / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "\nc.Autograde.autograde_preprocessors = [p for p in "
        "c.Autograde.autograde_preprocessors if 'ExecuteSubmission' not in str(p)]"
        "\nc.Autograde.create_student = False\n"
    )
    small.hand_in(class_again, "stranger")
    done = grade_class(class_again, "--student=stranger")
    assert done.returncode == 1
    assert "NOT GRADED stranger: not recorded: MissingEntry: No such student" in done.stdout
    assert small.grade_of(class_again, "right", "test_double") == before
    assert not (class_again / "autograded" / "stranger").exists()


def test_a_late_policy_that_breaks_down_is_no_end_of_the_run(class_again):
    (class_again / "broken_policy.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class Broken(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        raise RuntimeError('no policy')\n"
    )
    config = class_again / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "\nc.AssignLatePenalties.plugin_class = 'broken_policy.Broken'\n"
    )
    due = ["db", "assignment", "add", small.NAME, "--duedate=2026-01-09 10:00:00 UTC"]
    assert nbgrader(class_again, *due).returncode == 0
    done = grade_class(class_again)
    assert done.returncode == 1
    assert "NOT GRADED right: " in done.stdout
    assert "no policy" in done.stdout
    assert "Traceback" not in done.stderr


def test_what_may_not_be_read_is_nobodys_zero():
    """When it may be read again, it is graded."""
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o755)
        folder = Path(place, "right")
        folder.mkdir()
        notebook = folder / f"{small.NAME}.ipynb"
        notebook.write_text("{}")
        for path in (folder, notebook):
            path.chmod(0o755)
        with _without_privilege():
            require_permission(folder, [small.NAME])
        for path in (notebook, folder):
            path.chmod(0)
            with _without_privilege(), pytest.raises(NoPermission, match="chmod"):
                require_permission(folder, [small.NAME])
        folder.chmod(0o755)


def test_nbgrader_leaves_out_what_may_not_be_read_and_fails(monkeypatch):
    """It would take a closed folder for one without notebooks, and give zeros."""
    lines, converted = [], []
    converter = SimpleNamespace(
        assignments={"submitted/anna/small": ["a"], "submitted/bob/small": ["b"]},
        log=SimpleNamespace(error=lambda words, *rest: lines.append(words % rest)),
    )
    converter.convert_notebooks = lambda: converted.extend(converter.assignments)

    def closed(folder, names):
        if "bob" in folder:
            raise NoPermission(f"no permission to read {folder}")

    monkeypatch.setattr(submissions, "require_permission", closed)
    submissions.leave_out_unreadable(converter, ["small"])
    with pytest.raises(NbGraderException, match="1 not graded"):
        converter.convert_notebooks()
    assert converted == ["submitted/anna/small"]
    assert lines == ["not graded: no permission to read submitted/bob/small"]


def test_a_fault_says_the_same_in_another_process(tmp_path):
    """Exceptions travel between processes."""
    error = NoPermission("no permission to read it")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)
    tmp_path.chmod(0)
    try:
        with _without_privilege(), pytest.raises(NoPermission) as found:
            require_permission(tmp_path, ["small"])
    finally:
        tmp_path.chmod(0o755)
    assert str(pickle.loads(pickle.dumps(found.value))) == str(found.value)


@contextlib.contextmanager
def _without_privilege():
    """Root may read everything: be another user meanwhile."""
    user = os.geteuid()
    os.seteuid(user or 65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_worker_that_sees_another_submission_refuses(class_again):
    course = load_course(class_again, small.NAME)
    with Recorder(course) as recorder:
        (task,) = [t for t in _tasks(course, recorder.gradebook, ()) if t.student == "right"]
    assert execute_task(task).mark == 2.5
    small.hand_in(class_again, "right", small.WRONG)
    with pytest.raises(AnotherSubmission):
        execute_task(task)
    shutil.rmtree(task.folder)
    with pytest.raises(AnotherSubmission):
        execute_task(task)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["extra"], "unknown: extra"),
        (["--notebook=x"], "unknown: --notebook=x"),
        (["--frce"], "unknown: --frce"),
        (["--jobs", "0"], "0 is no number of processes"),
        (["--ExecuteSubmission.call_timeout=abc"], "a setting cannot be used"),
        (["--student=nobody"], "no folder is called"),
        (["--db=sqlite:////nowhere/at/all.db"], "OperationalError"),
        (["--cluster", "http://127.0.0.1:1"], "is no scheduler's address"),
    ],
)
def test_what_cannot_be_meant_is_refused(graded_class, words, said):
    done = grade_class(graded_class, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_setting_is_warned_of(graded_class):
    done = grade_class(graded_class, "--ExecuteSubmission.call_timout=5", "--student=right")
    assert "call_timout" in done.stderr
    assert "not recognized" in done.stderr


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda folder: shutil.rmtree(folder / "submitted"), "nothing was handed in"),
        (lambda folder: shutil.rmtree(folder / "release"), "generate_assignment"),
        (lambda folder: (folder / "gradebook.db").unlink(), "generate_assignment"),
    ],
)
def test_what_is_missing_is_named(class_again, prepare, said):
    prepare(class_again)
    done = grade_class(class_again)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_stocks_own_saving_of_marks_is_refused(class_again):
    config = class_again / "nbgrader_config.py"
    config.write_text(
        config.read_text().replace(
            "autograder.execute.save_marks.SaveMarks", "nbgrader.preprocessors.SaveAutoGrades"
        )
    )
    done = grade_class(class_again)
    assert done.returncode == 2
    assert "SaveMarks" in done.stderr
