"""A class graded by a command of ours, as the tests of `class` need it."""

import re
import subprocess
import sys

from autograder.execute.result import FILE
from tests import small_course as small
from tests.processes import ENVIRONMENT


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


def autograded_files(folder):
    """{path: bytes} of autograded/."""
    return small.files_in(folder / "autograded")


def results(folder):
    """{student: when its result was written}."""
    found = folder.glob(f"results/*/{small.NAME}/{FILE}")
    return {path.parent.parent.name: path.stat().st_mtime_ns for path in found}


def executed(before, folder):
    """The students with a result that is new."""
    return sorted(name for name, at in results(folder).items() if before.get(name) != at)
