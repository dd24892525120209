"""Classroom 50's autograder.py: in the student's checkout, with its runner's environment."""

import os
import shutil
import signal
import subprocess
import sys

import psutil
import pytest
from graded_alone import (
    HIDDEN,
    SOLVED,
    marked_course,
    running_students_code,
    with_grader,
    write_assignment,
)
from made_standings import ENVIRONMENT as OF_THE_RUNNER
from processes import gone
from published_formats import check_classroom50
from small_course import ANSWER, HALF, NAME, RIGHT, SLOW, hand_in


@pytest.fixture(scope="module")
def small(tmp_path_factory, course):
    return with_grader(marked_course(tmp_path_factory, course), course)


@pytest.fixture
def bundle(course, tmp_path):
    """Where the runner has unpacked what the classroom publishes: this script alone."""
    folder = tmp_path / "classroom50-runtime" / "dropout"
    folder.mkdir(parents=True)
    shutil.copy(course / "platforms" / "classroom50" / "autograder.py", folder)
    return folder


def started(bundle, small, checkout, **further):
    """What runner.py does: its own Python, the entry, the checkout as working directory."""
    environment = os.environ | OF_THE_RUNNER | {"USERNAME": OF_THE_RUNNER["OWNER"]}
    environment |= {"DROPOUT_COURSE": str(small), "DROPOUT_ASSIGNMENT": NAME}
    environment |= {"CLASSROOM50_BUNDLE_DIR": str(bundle), "GITHUB_ACTIONS": "true"}
    return subprocess.Popen(
        [sys.executable, str(bundle / "autograder.py")],
        cwd=checkout,
        env=environment | further,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def checkout(small, tmp_path, code):
    folder = tmp_path / "checkout"
    shutil.copytree(hand_in(small, "somebody", code, ANSWER), folder)
    (folder / "autograder").mkdir()
    (folder / "autograder" / "__init__.py").write_text("raise SystemExit(0)")
    (folder / "result.json").write_text('{"score": 100, "max-score": 100}')
    (folder / "release-body.md").mkdir()
    return folder


def test_a_submission_is_graded(small, bundle, tmp_path):
    folder = checkout(small, tmp_path, HALF)
    process = started(bundle, small, folder)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    result = (folder / "result.json").read_text("utf-8")
    data = check_classroom50(result)
    # 2.5 points are counted in tenths.
    assert (data["score"], data["max-score"]) == (10, 25)
    assert (data["classroom"], data["owner"]) == ("deep-learning", "octocat")
    assert data["submission"] == OF_THE_RUNNER["SUBMISSION_TAG"]
    body = (folder / "release-body.md").read_text("utf-8")
    assert "1 of 2.5 points" in body
    assert "to be marked by hand" in body
    text = result + body + out + err
    assert not [m for m in (HIDDEN, SOLVED) if m in text]


def no_result(folder):
    return not (folder / "result.json").exists() and not (folder / "release-body.md").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["KILL", "TERM"])
def test_a_grader_that_is_stopped_leaves_no_result(small, bundle, tmp_path, number):
    """The runner then reports an error, and no score is collected."""
    folder = checkout(small, tmp_path, SLOW.format(seconds=60))
    process = started(bundle, small, folder)
    below = running_students_code(process.pid)
    (grader,) = psutil.Process(process.pid).children()
    grader.send_signal(number)
    _, err = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "grader fault" in err
    assert no_result(folder)
    assert all(gone(pid) for pid in below)


def test_a_job_that_is_ended_ends_the_grader(small, bundle, tmp_path):
    folder = checkout(small, tmp_path, SLOW.format(seconds=60))
    process = started(bundle, small, folder)
    below = running_students_code(process.pid)
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode != 0
    assert no_result(folder)
    assert all(gone(pid) for pid in below)


def test_a_fault_in_one_cell_leaves_no_result(small, bundle, tmp_path):
    broken = tmp_path / "course"
    shutil.copytree(small, broken, symlinks=True)
    write_assignment(broken, hidden="no_such_name")
    folder = checkout(small, tmp_path, RIGHT)
    process = started(bundle, broken, folder)
    process.communicate(timeout=120)
    assert process.returncode == 1
    assert no_result(folder)


@pytest.mark.parametrize(
    ("further", "said"),
    [
        ({"DROPOUT_COURSE": "/nowhere"}, "no course"),
        ({"DROPOUT_ASSIGNMENT": "unknown"}, "there is no folder"),
        ({"SUBMISSION_TAG": ""}, "SUBMISSION_TAG must be set"),
    ],
)
def test_what_is_not_set_up_leaves_no_result(small, bundle, tmp_path, further, said):
    folder = checkout(small, tmp_path, RIGHT)
    process = started(bundle, small, folder, **further)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 2
    assert said in err
    assert no_result(folder)
