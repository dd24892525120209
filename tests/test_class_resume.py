"""`python -m autograder class` again: only what is new is executed, and a killed run goes on."""

import contextlib
import os
import random
import shutil
import signal
import time

import psutil
import pytest

from autograder.execute.result import FILE
from tests import small_course as small
from tests.class_commands import autograded_files, executed, grade_class, results, summary_of
from tests.processes import gone, nbgrader


def test_what_is_unchanged_is_left_alone(class_again):
    before, rows = results(class_again), small.gradebook_rows(class_again)
    done = grade_class(class_again)
    assert done.returncode == 0
    assert summary_of(done) == (0, 9, 0)
    assert executed(before, class_again) == []
    assert small.gradebook_rows(class_again) == rows


def test_new_work_alone_is_executed(class_again):
    before = results(class_again)
    small.hand_in(class_again, "wrong", small.RIGHT)
    small.hand_in(class_again, "newcomer", small.HALF)
    done = grade_class(class_again)
    assert summary_of(done) == (2, 8, 0)
    assert executed(before, class_again) == ["newcomer", "wrong"]
    assert small.grade_of(class_again, "wrong", "test_double")[0] == 2.5
    assert small.grade_of(class_again, "newcomer", "test_double")[0] == 1


def test_a_later_date_alone_is_recorded(class_again):
    (class_again / "submitted" / "right" / small.NAME / "timestamp.txt").write_text(
        "2026-02-10 10:00:00 UTC"
    )
    assert summary_of(grade_class(class_again)) == (1, 8, 0)
    stamps = {row[0]: row[3] for row in small.gradebook_rows(class_again)["grade"]}
    assert stamps["right"].startswith("2026-02-10")


def test_another_hidden_test_is_asked_of_all(class_again):
    before = results(class_again)
    small.write_source(class_again, hidden="0.5 * (double(-2) == -4)", points=1.5)
    assert summary_of(grade_class(class_again)) == (9, 0, 0)
    assert executed(before, class_again) == sorted(before)
    assert small.grade_of(class_again, "right", "test_double")[0] == 1.5


def test_opening_the_instructors_notebook_changes_nothing(class_again):
    """Jupyter saves it anew, with outputs, and leaves a copy beside it."""
    source = class_again / "source" / small.NAME
    notebook = source / f"{small.NAME}.ipynb"
    notebook.write_text(notebook.read_text() + "\n")
    (source / ".ipynb_checkpoints").mkdir()
    shutil.copy(notebook, source / ".ipynb_checkpoints")
    assert summary_of(grade_class(class_again)) == (0, 9, 0)
    (source / "helper.txt").write_text("another\n")
    assert summary_of(grade_class(class_again)) == (9, 0, 0)


def test_other_settings_mean_another_run(class_again):
    config = class_again / "nbgrader_config.py"
    config.write_text(config.read_text() + "\nc.Exchange.root = '/nowhere'\n")
    assert summary_of(grade_class(class_again)) == (0, 9, 0)  # nothing that marks depend on
    config.write_text(config.read_text() + "\nc.ExecuteSubmission.call_timeout = 7\n")
    assert summary_of(grade_class(class_again)) == (9, 0, 0)


def test_what_was_lost_after_executing_is_recorded_again(class_again):
    before, rows = results(class_again), small.gradebook_rows(class_again)
    files = autograded_files(class_again)
    shutil.rmtree(class_again / "autograded" / "half")
    notebook = class_again / "autograded" / "right" / small.NAME / f"{small.NAME}.ipynb"
    notebook.chmod(0o644)
    notebook.write_text(notebook.read_text()[:100])
    (class_again / "gradebook.db").unlink()
    assert nbgrader(class_again, "generate_assignment", small.NAME).returncode == 0
    assert summary_of(grade_class(class_again)) == (9, 0, 0)
    assert executed(before, class_again) == []  # the results were still there
    assert small.gradebook_rows(class_again) == rows
    assert autograded_files(class_again) == files


def test_half_a_result_is_none(class_again):
    before = results(class_again)
    for name in ("right", "wrong"):
        path = class_again / "results" / name / small.NAME / FILE
        path.write_bytes(path.read_bytes()[:500])
    path = class_again / "results" / "half" / small.NAME / FILE
    path.write_bytes(path.read_bytes()[:-30])  # its second line only, and it is needed:
    shutil.rmtree(class_again / "autograded" / "half")
    assert summary_of(grade_class(class_again)) == (3, 6, 0)
    assert executed(before, class_again) == ["half", "right", "wrong"]


def test_what_the_grader_failed_in_is_said_and_tried_again(class_again):
    """Its test cell has no mark, which a person sees; when the cause is gone, it gets one."""
    small.write_source(
        class_again, hidden="1.5 * (double(-2) == -4) + __import__('missing_package')"
    )
    for _ in range(2):
        done = grade_class(class_again, "--student=right")
        assert done.returncode == 1
        assert summary_of(done) == (1, 0, 0)
        assert "LOOK right: test_double: the grader failed in this cell" in done.stdout
        assert small.grade_of(class_again, "right", "test_double") == (None, None, True)
    small.write_source(class_again)
    assert grade_class(class_again, "--student=right").returncode == 0
    assert small.grade_of(class_again, "right", "test_double") == (2.5, None, False)


def test_only_one_run_at_a_time(class_again):
    for name in ("slow-1", "slow-2"):
        small.hand_in(class_again, name, small.SLOW.format(seconds=6))
    first = grade_class(class_again, wait=False)
    while (class_again / "results" / ".lock").read_text() != f"{first.pid}\n":
        time.sleep(0.05)
    second = grade_class(class_again)
    assert second.returncode == 2
    assert f"another run, process {first.pid}, is grading this course" in second.stderr
    assert first.communicate(timeout=60)
    assert first.returncode == 0


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
    assert autograded_files(folder) == autograded_files(undisturbed)
    left = [p for p in folder.rglob(".*") if p.name.startswith((".new-", ".before-"))]
    assert left == []


@pytest.mark.parametrize("whom", ["parent", "something that it started"])
def test_killed_at_any_moment_it_goes_on(ungraded_class, graded_class, tmp_path, whom):
    folder = small.copy_of(ungraded_class, tmp_path / "course")
    for seconds in (1.3, 1.8, 2.3):
        _kill(folder, seconds, whom)
    done = grade_class(folder)
    assert done.returncode == 0, done.stderr
    _is_as_undisturbed(folder, graded_class)


@pytest.mark.sweep
def test_killed_twenty_times_in_a_class_of_thirty(ungraded_class, tmp_path):
    """Every mark and file equals those of the run that nobody disturbed."""
    folder = small.copy_of(ungraded_class, tmp_path / "course")
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
