"""`python -m autograder class`: as `nbgrader autograde`, in parallel, and only what is new."""

import contextlib
import os
import pickle
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from nbgrader.converters.base import NbGraderException

from autograder.class_run.run import _tasks
from autograder.class_run.work import AnotherSubmission, execute_task
from autograder.execute import autograded, submissions
from autograder.execute.course import load_course
from autograder.execute.recorder import Recorder
from autograder.execute.result import FILE, read_result
from autograder.execute.submissions import NoPermission, require_permission
from tests import small_course as small
from tests.processes import ENVIRONMENT, gone, nbgrader


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, course):
    """A small course with a class that nobody has graded."""
    folder = small.new_course(tmp_path_factory.mktemp("class") / "course", course)
    small.hand_in_class(folder)
    return folder


@pytest.fixture(scope="module")
def graded(handed_in, tmp_path_factory):
    """The same, graded."""
    folder = small.copy_of(handed_in, tmp_path_factory.mktemp("graded") / "course")
    done = grade_class(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def again(graded, tmp_path):
    """A graded class to be changed."""
    return small.copy_of(graded, tmp_path / "course")


def grade_class(folder, *options, wait=True, command="class"):
    """Run the command in a course's folder; returns the process."""
    command = [sys.executable, "-m", "autograder", command, small.NAME, *options]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    process = subprocess.Popen(command, cwd=folder, env=ENVIRONMENT, **pipes)
    if not wait:
        return process
    process.stdout_text, process.stderr_text = process.communicate(timeout=300)
    return subprocess.CompletedProcess(
        command, process.returncode, process.stdout_text, process.stderr_text
    )


def summary_of(done):
    """(graded, unchanged, not graded) as the last lines say."""
    found = re.search(r"(\d+) graded, (\d+) unchanged, (\d+) not graded", done.stdout)
    assert found, done.stdout + done.stderr
    return tuple(map(int, found.groups()))


def _autograded(folder):
    return small.files_in(folder / "autograded")


def results(folder):
    """{student: when its result was written}."""
    found = folder.glob(f"results/*/{small.NAME}/{FILE}")
    return {path.parent.parent.name: path.stat().st_mtime_ns for path in found}


def executed(before, folder):
    """The students with a result that is new."""
    return sorted(name for name, at in results(folder).items() if before.get(name) != at)


def test_it_leaves_what_nbgrader_autograde_leaves(handed_in, graded, tmp_path):
    folder = small.copy_of(handed_in, tmp_path / "course")
    done = nbgrader(folder, "autograde", small.NAME)
    assert done.returncode == 0, done.stderr
    assert small.gradebook_rows(folder) == small.gradebook_rows(graded)
    assert _autograded(folder) == _autograded(graded)
    modes = [
        {path.relative_to(root): path.stat().st_mode for path in root.rglob("*")}
        for root in (folder / "autograded", graded / "autograded")
    ]
    assert modes[0] == modes[1]


def test_marks_are_those_meant(graded):
    marks = {row[0]: row[5] for row in small.gradebook_rows(graded)["grade"] if row[2] != "why"}
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


def test_feedback_is_what_nbgrader_makes_of_it(again, tmp_path):
    other = small.copy_of(again, tmp_path / "other")
    done = nbgrader(again, "generate_feedback", small.NAME)
    assert done.returncode == 0, done.stderr
    done = grade_class(other, command="feedback")
    assert done.returncode == 0, done.stderr
    assert "feedback for 9 written, for 0 not" in done.stdout
    pages = small.files_in(again / "feedback")
    assert pages == small.files_in(other / "feedback")
    assert sum(name.endswith(".html") for name in pages) == 9


def test_feedback_that_cannot_be_made_is_said_and_costs_nobody_else(again):
    notebook = again / "autograded" / "half" / small.NAME / f"{small.NAME}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text("{")
    done = grade_class(again, command="feedback")
    assert done.returncode == 1
    assert "NO FEEDBACK half" in done.stdout
    assert len(list(again.glob(f"feedback/*/{small.NAME}/{small.NAME}.html"))) == 8
    done = grade_class(again, "--student=nobody", command="feedback")
    assert done.returncode == 2
    assert "nobody has been graded" in done.stderr


def test_a_configuration_that_is_broken_grades_nobody(again):
    config = again / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Autograde.create_student = undefined\n")
    done = grade_class(again, "--force")
    assert done.returncode == 2
    assert "nbgrader_config.py cannot be used: NameError" in done.stderr


def test_nbgrader_takes_it_for_graded(again):
    before = _autograded(again)
    done = nbgrader(again, "autograde", small.NAME)
    assert done.returncode == 0
    assert "Skipping existing assignment" in done.stderr
    assert _autograded(again) == before


def test_what_is_unchanged_is_left_alone(again):
    before, rows = results(again), small.gradebook_rows(again)
    done = grade_class(again)
    assert done.returncode == 0
    assert summary_of(done) == (0, 9, 0)
    assert executed(before, again) == []
    assert small.gradebook_rows(again) == rows


def test_who_needs_a_look_is_said_each_time(graded, again):
    for folder in (graded, again):
        done = grade_class(folder)
        assert "LOOK broken" in done.stdout
        assert "LOOK empty" in done.stdout
        assert "LOOK right" not in done.stdout


@pytest.mark.parametrize("option", ["--force", "--student=half", "--student=*r*"])
def test_options_choose_who_is_graded(again, option):
    before = results(again)
    done = grade_class(again, option, *([] if option == "--force" else ["--force"]))
    assert done.returncode == 0, done.stderr
    expected = {
        "--force": sorted(before),
        "--student=half": ["half"],
        "--student=*r*": [name for name in sorted(before) if "r" in name],
    }
    assert executed(before, again) == expected[option]


def test_new_work_alone_is_executed(again):
    before = results(again)
    small.hand_in(again, "wrong", small.RIGHT)
    small.hand_in(again, "newcomer", small.HALF)
    done = grade_class(again)
    assert summary_of(done) == (2, 8, 0)
    assert executed(before, again) == ["newcomer", "wrong"]
    assert small.grade_of(again, "wrong", "test_double")[0] == 2.5
    assert small.grade_of(again, "newcomer", "test_double")[0] == 1


def test_a_later_date_alone_is_recorded(again):
    (again / "submitted" / "right" / small.NAME / "timestamp.txt").write_text(
        "2026-02-10 10:00:00 UTC"
    )
    assert summary_of(grade_class(again)) == (1, 8, 0)
    stamps = {row[0]: row[3] for row in small.gradebook_rows(again)["grade"]}
    assert stamps["right"].startswith("2026-02-10")


def test_another_hidden_test_is_asked_of_all(again):
    before = results(again)
    small.write_source(again, hidden="0.5 * (double(-2) == -4)", points=1.5)
    assert summary_of(grade_class(again)) == (9, 0, 0)
    assert executed(before, again) == sorted(before)
    assert small.grade_of(again, "right", "test_double")[0] == 1.5


def test_opening_the_instructors_notebook_changes_nothing(again):
    """Jupyter saves it anew, with outputs, and leaves a copy beside it."""
    source = again / "source" / small.NAME
    notebook = source / f"{small.NAME}.ipynb"
    notebook.write_text(notebook.read_text() + "\n")
    (source / ".ipynb_checkpoints").mkdir()
    shutil.copy(notebook, source / ".ipynb_checkpoints")
    assert summary_of(grade_class(again)) == (0, 9, 0)
    (source / "helper.txt").write_text("another\n")
    assert summary_of(grade_class(again)) == (9, 0, 0)


def test_other_settings_mean_another_run(again):
    config = again / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.root = '/nowhere'\n")
    assert summary_of(grade_class(again)) == (0, 9, 0)  # nothing that marks depend on
    config.write_text(config.read_text() + "\nc.ExecuteSubmission.call_timeout = 7\n")
    assert summary_of(grade_class(again)) == (9, 0, 0)


def test_what_was_lost_after_executing_is_recorded_again(again):
    before, rows = results(again), small.gradebook_rows(again)
    files = _autograded(again)
    shutil.rmtree(again / "autograded" / "half")
    notebook = again / "autograded" / "right" / small.NAME / f"{small.NAME}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text(notebook.read_text()[:100])
    (again / "gradebook.db").unlink()
    assert nbgrader(again, "generate_assignment", small.NAME).returncode == 0
    assert summary_of(grade_class(again)) == (9, 0, 0)
    assert executed(before, again) == []  # the results were still there
    assert small.gradebook_rows(again) == rows
    assert _autograded(again) == files


def test_half_a_result_is_none(again):
    before = results(again)
    for name in ("right", "wrong"):
        path = again / "results" / name / small.NAME / FILE
        path.write_bytes(path.read_bytes()[:500])
    path = again / "results" / "half" / small.NAME / FILE
    path.write_bytes(path.read_bytes()[:-30])  # its second line only, and it is needed:
    shutil.rmtree(again / "autograded" / "half")
    assert summary_of(grade_class(again)) == (3, 6, 0)
    assert executed(before, again) == ["half", "right", "wrong"]


@pytest.mark.parametrize("way", ["class", "nbgrader"])
def test_hand_given_marks_stay_and_are_flagged_where_the_work_changed(again, way):
    for student, cell in (("half", "why"), ("half", "test_double"), ("raises", "why")):
        small.mark_by_hand(again, student, cell, 2)
    small.hand_in(again, "half", small.RIGHT, small.ANSWER)  # other code, the same answer
    small.hand_in(again, "raises", small.RAISES, "Another answer.")
    if way == "class":
        assert grade_class(again, "--force").returncode == 0
    else:
        assert nbgrader(again, "autograde", small.NAME, "--force").returncode == 0
    assert small.grade_of(again, "half", "why") == (None, 2, False)
    assert small.grade_of(again, "half", "test_double") == (2.5, 2, True)
    assert small.grade_of(again, "raises", "why") == (None, 2, True)
    assert small.grade_of(again, "O'Neil, 한", "why") == (None, None, True)


def test_late_work_is_penalised_as_nbgrader_does_it(handed_in, tmp_path):
    rows = []
    for way in ("class", "nbgrader"):
        folder = small.copy_of(handed_in, tmp_path / way)
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


def test_a_cell_the_gradebook_lacks_is_the_graders_fault(again):
    before = small.grade_of(again, "right", "test_double")
    config = again / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "\nc.Autograde.autograde_preprocessors = [p for p in "
        "c.Autograde.autograde_preprocessors if 'ExecuteSubmission' not in str(p)]"
        "\nc.Autograde.create_student = False\n"
    )
    small.hand_in(again, "stranger")
    done = grade_class(again, "--student=stranger")
    assert done.returncode == 1
    assert "NOT GRADED stranger: not recorded: MissingEntry: No such student" in done.stdout
    assert small.grade_of(again, "right", "test_double") == before
    assert not (again / "autograded" / "stranger").exists()


def test_what_the_grader_failed_in_is_said_and_tried_again(again):
    """Its test cell has no mark, which a person sees; when the cause is gone, it gets one."""
    small.write_source(again, hidden="1.5 * (double(-2) == -4) + __import__('missing_package')")
    for _ in range(2):
        done = grade_class(again, "--student=right")
        assert done.returncode == 1
        assert summary_of(done) == (1, 0, 0)
        assert "LOOK right: test_double: the grader failed in this cell" in done.stdout
        assert small.grade_of(again, "right", "test_double") == (None, None, True)
    small.write_source(again)
    assert grade_class(again, "--student=right").returncode == 0
    assert small.grade_of(again, "right", "test_double") == (2.5, None, False)


def test_a_late_policy_that_breaks_down_is_no_end_of_the_run(again):
    (again / "broken_policy.py").write_text(
        "from nbgrader.plugins import LateSubmissionPlugin\n"
        "class Broken(LateSubmissionPlugin):\n"
        "    def late_submission_penalty(self, student_id, score, total_seconds_late):\n"
        "        raise RuntimeError('no policy')\n"
    )
    config = again / "nbgrader_config.py"
    config.write_text(
        config.read_text() + "\nc.AssignLatePenalties.plugin_class = 'broken_policy.Broken'\n"
    )
    due = ["db", "assignment", "add", small.NAME, "--duedate=2026-01-09 10:00:00 UTC"]
    assert nbgrader(again, *due).returncode == 0
    done = grade_class(again)
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


def test_a_worker_that_sees_another_submission_refuses(again):
    course = load_course(again, small.NAME)
    with Recorder(course) as recorder:
        (task,) = [t for t in _tasks(course, recorder.gradebook, ()) if t.student == "right"]
    assert execute_task(task).mark == 2.5
    small.hand_in(again, "right", small.WRONG)
    with pytest.raises(AnotherSubmission):
        execute_task(task)
    shutil.rmtree(task.folder)
    with pytest.raises(AnotherSubmission):
        execute_task(task)


def test_reopened_marks_are_said(again):
    small.mark_by_hand(again, "half", "why", 2)
    small.hand_in(again, "half", small.HALF, "Another answer.")
    done = grade_class(again)
    assert "LOOK half: the work has changed that why was marked by hand for" in done.stdout


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
def test_what_cannot_be_meant_is_refused(graded, words, said):
    done = grade_class(graded, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_misspelt_setting_is_warned_of(graded):
    done = grade_class(graded, "--ExecuteSubmission.call_timout=5", "--student=right")
    assert "call_timout" in done.stderr
    assert "not recognized" in done.stderr


def test_only_one_run_at_a_time(again):
    for name in ("slow-1", "slow-2"):
        small.hand_in(again, name, small.SLOW.format(seconds=6))
    first = grade_class(again, wait=False)
    while (again / "results" / ".lock").read_text() != f"{first.pid}\n":
        time.sleep(0.05)
    second = grade_class(again)
    assert second.returncode == 2
    assert f"another run, process {first.pid}, is grading this course" in second.stderr
    assert first.communicate(timeout=60)
    assert first.returncode == 0


def test_recording_costs_the_last_student_what_it_costs_the_first(again):
    """No rows stay in the session: each commit would go through those of all students so far."""
    course = load_course(again, small.NAME)
    with Recorder(course) as recorder:
        for name in ("right", "wrong"):
            recorder.record(read_result(again / "results" / name / small.NAME))
            assert list(recorder.gradebook.db.identity_map) == []


def test_copying_the_given_files_does_not_go_through_all_students(again, monkeypatch):
    course = load_course(again, small.NAME)
    assert len(course.submissions()) == 9  # whose folders nbgrader is told to ignore
    asked = []
    monkeypatch.setattr(
        autograded, "find_all_files", lambda path, ignore: asked.append(ignore) or []
    )
    autograded.write_autograded(course, read_result(again / "results" / "right" / small.NAME))
    assert "*.ipynb" in asked[0]
    assert not [pattern for pattern in asked[0] if "submitted" in pattern]


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (lambda folder: shutil.rmtree(folder / "submitted"), "nothing was handed in"),
        (lambda folder: shutil.rmtree(folder / "release"), "generate_assignment"),
        (lambda folder: (folder / "gradebook.db").unlink(), "generate_assignment"),
    ],
)
def test_what_is_missing_is_named(again, prepare, said):
    prepare(again)
    done = grade_class(again)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_stocks_own_saving_of_marks_is_refused(again):
    config = again / "nbgrader_config.py"
    config.write_text(
        config.read_text().replace(
            "autograder.execute.save_marks.SaveMarks", "nbgrader.preprocessors.SaveAutoGrades"
        )
    )
    done = grade_class(again)
    assert done.returncode == 2
    assert "SaveMarks" in done.stderr


def _kill(folder, seconds, whom):
    """Grade, and after some seconds kill the command, or something that it has started."""
    process = grade_class(folder, wait=False)
    time.sleep(seconds)
    try:
        started = psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        started = []
    if whom == "parent" or not started:
        process.kill()
    else:
        with contextlib.suppress(ProcessLookupError):
            os.kill(random.choice(started).pid, signal.SIGKILL)
    process.communicate(timeout=300)
    assert all(gone(child.pid) for child in started)
    return process.returncode


def _is_as_undisturbed(folder, undisturbed):
    assert small.gradebook_rows(folder) == small.gradebook_rows(undisturbed)
    assert _autograded(folder) == _autograded(undisturbed)
    left = [p for p in folder.rglob(".*") if p.name.startswith((".new-", ".before-"))]
    assert left == []


@pytest.mark.parametrize("whom", ["parent", "something that it started"])
def test_killed_at_any_moment_it_goes_on(handed_in, graded, tmp_path, whom):
    folder = small.copy_of(handed_in, tmp_path / "course")
    for seconds in (1.3, 1.8, 2.3):
        _kill(folder, seconds, whom)
    done = grade_class(folder)
    assert done.returncode == 0, done.stderr
    _is_as_undisturbed(folder, graded)


@pytest.mark.sweep
def test_killed_twenty_times_in_a_class_of_thirty(handed_in, tmp_path):
    """Every mark and file equals those of the run that nobody disturbed."""
    folder = small.copy_of(handed_in, tmp_path / "course")
    for number in range(21):
        code = small.SLOW.format(seconds=random.uniform(0, 0.3))
        small.hand_in(folder, f"more-{number}", code, small.ANSWER)
    undisturbed = small.copy_of(folder, tmp_path / "undisturbed")
    assert grade_class(undisturbed).returncode == 0
    kills = 0
    while kills < 20:
        whom = random.choice(["parent", "something that it started"])
        ended = _kill(folder, random.uniform(0.8, 4), whom)
        kills += 1
        if ended == 0:  # it came through: once more from the beginning
            _is_as_undisturbed(folder, undisturbed)
            shutil.rmtree(folder / "results")
            shutil.rmtree(folder / "autograded")
    done = grade_class(folder)
    assert done.returncode == 0, done.stderr
    _is_as_undisturbed(folder, undisturbed)
