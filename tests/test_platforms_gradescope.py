"""Gradescope's zip, setup.sh and run_autograder: in its folders, as root there runs them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

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
from processes import gone
from published_formats import check_gradescope
from small_course import ANSWER, HALF, NAME, RIGHT, SLOW, hand_in

from autograder.sandbox import isolation

BUILD = "platforms/gradescope/build_zip.py"
VENV = "/opt/dropout-venv"
needs_bubblewrap = pytest.mark.skipif(
    not isolation.works("bubblewrap"), reason="only bubblewrap can make the platform's folders here"
)


@pytest.fixture(scope="module")
def small(tmp_path_factory, course):
    return with_grader(marked_course(tmp_path_factory, course), course)


@pytest.fixture(scope="module")
def archive(small, tmp_path_factory):
    """The zip, built in a clone by the command that docs/ci.md names."""
    path = tmp_path_factory.mktemp("zip") / "gradescope.zip"
    # The script looks for the course above itself: run where no link leads out of the clone.
    folder = small / "built"
    folder.mkdir()
    for part in ("autograder", "solutions", "source", "release", "nbgrader_config.py"):
        (folder / part).symlink_to(small / part)
    shutil.copytree(small / "platforms", folder / "platforms")
    shutil.copy(small / "requirements.lock", folder)
    done = subprocess.run(
        [sys.executable, folder / BUILD, NAME, "-o", path], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "give it to nobody" in done.stdout
    return path


@pytest.fixture
def platform(archive, tmp_path):
    """The folder /autograder, as Gradescope makes it of the zip."""
    root = tmp_path / "autograder"
    with zipfile.ZipFile(archive) as file:
        for entry in file.infolist():
            path = Path(file.extract(entry, root / "source"))
            path.chmod(entry.external_attr >> 16 & 0o777)
    shutil.copy(root / "source" / "run_autograder", root)
    (root / "submission").mkdir()
    (root / "results").mkdir()
    (root / "source").chmod(0o700)  # setup.sh does so
    return root


def inside(root, *further):
    """bubblewrap's words for this machine with `root` as /autograder and our Python as its own."""
    words = ["bwrap", "--die-with-parent", "--dev-bind", "/dev", "/dev", "--bind", "/proc", "/proc"]
    for path in sorted(Path("/").iterdir()):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]
        elif path.name not in ("dev", "proc", "opt", "autograder", "sys"):
            words += ["--bind", str(path), str(path)]
    words += ["--tmpfs", "/opt"]
    for path in sorted(Path("/opt").glob("*")):
        words += ["--ro-bind", str(path), str(path)]
    words += ["--bind", str(root), "/autograder", *further, "--chdir", "/autograder"]
    if os.geteuid() == 0:
        words += ["--cap-add", "ALL"]
    return words


OUR_PYTHON = ("--ro-bind", sys.prefix, VENV)
NO_BUBBLEWRAP = ("--ro-bind", "/dev/null", shutil.which("bwrap") or "/usr/bin/bwrap")


def run(root, *further):
    """Run the autograder to its end; returns the finished process."""
    return subprocess.run(
        [*inside(root, *further), "/autograder/run_autograder"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def results(root):
    return check_gradescope((root / "results" / "results.json").read_text("utf-8"))


def submit(root, small, code):
    handed_in = hand_in(small, "somebody", code, ANSWER)
    shutil.copytree(handed_in, root / "submission", dirs_exist_ok=True)


def test_the_zip_has_the_scripts_at_its_root_and_no_more_than_is_needed(archive):
    with zipfile.ZipFile(archive) as file:
        names = file.namelist()
        modes = {n: file.getinfo(n).external_attr >> 16 & 0o777 for n in names}
    assert {"setup.sh", "run_autograder", "requirements.lock", "nbgrader_config.py"} <= set(names)
    assert f"source/{NAME}/{NAME}.ipynb" in names
    assert modes["run_autograder"] == modes["setup.sh"] == 0o755
    unwanted = (
        "tests/",
        "gradebook.db",
        "submitted",
        "/wrong/",
        "/accepted/",
        "__pycache__",
        ".venv",
    )
    assert not [name for name in names if any(word in name for word in unwanted)]


def test_an_assignment_that_is_not_there_makes_no_zip(course, tmp_path):
    done = subprocess.run(
        [sys.executable, course / BUILD, "unknown", "-o", tmp_path / "zip"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "source/unknown" in done.stderr
    assert not (tmp_path / "zip").exists()


@needs_bubblewrap
@pytest.mark.parametrize("further", [(), NO_BUBBLEWRAP], ids=["bubblewrap", "without"])
def test_a_submission_is_graded(platform, small, further):
    """Also where namespaces cannot be made, as in a container: then Landlock confines it."""
    if further and not isolation.works("landlock"):
        pytest.skip("no Landlock here")
    submit(platform, small, HALF)
    # What a student's repository may hold besides is not run.
    for name in ("autograder", "numpy"):
        (platform / "submission" / name).mkdir()
        (platform / "submission" / name / "__init__.py").write_text("raise SystemExit('mine')")
    (platform / "submission" / "nbgrader_config.py").write_text("raise SystemExit('mine')")
    done = run(platform, *OUR_PYTHON, *further)
    assert done.returncode == 0, done.stdout + done.stderr
    data = results(platform)
    assert data["score"] == 1.0
    assert data["extra_data"] == {"isolation": "landlock" if further else "bubblewrap"}
    assert [t.get("max_score") for t in data["tests"]] == [2.5, None]
    text = json.dumps(data) + done.stdout + done.stderr
    assert not [m for m in (HIDDEN, SOLVED, "mine") if m in text]


@needs_bubblewrap
def test_nothing_handed_in_is_a_zero_with_its_reason(platform):
    done = run(platform, *OUR_PYTHON)
    assert done.returncode == 0, done.stdout + done.stderr
    assert results(platform)["score"] == 0
    assert "no notebook in what was handed in" in results(platform)["output"]


@needs_bubblewrap
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["KILL", "TERM"])
def test_a_grader_that_is_stopped_gives_no_score(platform, small, number):
    submit(platform, small, SLOW.format(seconds=60))
    script = subprocess.Popen(
        [*inside(platform, *OUR_PYTHON), "/autograder/run_autograder"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    started = running_students_code(script.pid)
    (grader,) = [
        pid
        for pid in started
        if psutil.Process(pid).cmdline()[1:4] == ["-m", "autograder", "grade"]
    ]
    os.kill(grader, number)
    said, _ = script.communicate(timeout=60)
    assert script.returncode != 0
    assert "GRADER FAULT" in said
    assert all(gone(pid) for pid in started)
    data = results(platform)
    assert "score" not in data
    assert "The grader failed" in data["output"]


@needs_bubblewrap
def test_a_broken_installation_gives_no_score(platform, small):
    submit(platform, small, RIGHT)
    done = run(platform)  # no Python
    assert done.returncode == 127
    assert "score" not in results(platform)


@needs_bubblewrap
def test_a_fault_in_one_cell_gives_no_score_and_says_the_rest(platform, small):
    write_assignment(platform / "source", hidden="no_such_name")
    submit(platform, small, RIGHT)
    done = run(platform, *OUR_PYTHON)
    assert done.returncode == 1
    assert "NameError" in done.stdout  # for the instructor
    data = results(platform)
    assert "score" not in data
    assert "GRADER FAULT" in data["output"]
    assert "no_such_name" not in json.dumps(data)


@needs_bubblewrap
def test_without_isolation_nothing_is_graded(platform, small):
    configuration = platform / "source" / "nbgrader_config.py"
    wanted = '\nc.ExecuteSubmission.isolation = "bubblewrap"\n'
    configuration.write_text(configuration.read_text() + wanted)
    submit(platform, small, RIGHT)
    done = run(platform, *OUR_PYTHON, *NO_BUBBLEWRAP)
    assert done.returncode == 2
    assert "no isolation" in done.stderr
    assert "score" not in results(platform)


@needs_bubblewrap
@pytest.mark.parametrize("old", [False, True], ids=["python is new", "python is old"])
def test_setup_installs_the_locked_versions_outside_the_course(platform, tmp_path, old):
    """With programs that only say what they were asked to do."""
    programs, log = tmp_path / "programs", tmp_path / "log"
    programs.mkdir()
    say = f'#!/bin/sh\necho "$(basename "$0") $*" >> {log}\n'
    version = 'case "$1" in -c) exit 1;; esac\n' if old else ""
    venv = f'if [ "$2" = venv ]; then mkdir -p "$3/bin"; cp {programs}/pip "$3/bin/python"; fi\n'
    for name, does in {
        "apt-get": "",
        "pip": "",
        "python3": version + venv,
        "python3.11": venv,
    }.items():
        (programs / name).write_text(say + does)
        (programs / name).chmod(0o755)
    done = subprocess.run(
        [*inside(platform), "bash", "/autograder/source/setup.sh"],
        env=os.environ | {"PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    said = log.read_text()
    assert "apt-get install -y bubblewrap" in said
    assert f"python3{'.11' if old else ''} -m venv {VENV}" in said
    assert "pip install --no-cache-dir -r /autograder/source/requirements.lock" in said
    assert said.rstrip().endswith("-m autograder isolation")
    assert not (platform / "source").stat().st_mode & 0o077


def test_the_scripts_parse(course):
    for script in sorted(course.glob("platforms/*/*")):
        if script.suffix == ".sh" or script.name == "run_autograder":
            assert os.access(script, os.X_OK), script
            subprocess.run(["bash", "-n", script], check=True)
