"""A course as the platforms that grade one submission at a time have it; what runs in them."""

import os
import shutil
import sys
import time
from pathlib import Path

import nbformat
import psutil
from processes import nbgrader
from small_course import NAME, source_notebook

from autograder.sandbox.launcher import WORKER

HIDDEN, SOLVED = "MARKER-OF-A-HIDDEN-TEST", "MARKER-OF-A-SOLUTION"
GRADEBOOK = "of-the-instructor.db"
TESTED = "1.5 * (double(-2) == -4)"
PARTS = ("autograder", "solutions", "platforms", "requirements.lock", "pyproject.toml")


def write_assignment(folder, name=NAME, hidden=TESTED):
    """Write an instructor's notebook with markers in what students must not see."""
    notebook = source_notebook(hidden=f"{hidden}  # {HIDDEN}")
    for cell in notebook.cells:
        begin = "### BEGIN SOLUTION\n"
        cell.source = cell.source.replace(begin, f"{begin}    # {SOLVED}\n")
    path = Path(folder, "source", name, f"{name}.ipynb")
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)


def marked_course(tmp_path_factory, original):
    """A course with one small assignment as a clone has it: released, without a gradebook.

    Made once in a run of the tests, and copied.
    """
    made = tmp_path_factory.getbasetemp() / "marked-course"
    if not made.exists():
        made.mkdir()
        shutil.copy(Path(original, "nbgrader_config.py"), made)
        write_assignment(made)
        done = nbgrader(made, "generate_assignment", NAME)
        assert done.returncode == 0, done.stderr
        os.rename(made / "gradebook.db", made / GRADEBOOK)
    return Path(shutil.copytree(made, tmp_path_factory.mktemp("clone") / "course"))


def with_grader(folder, original):
    """Put the grader beside a course's assignments, with a .venv, as a whole clone has it."""
    for name in PARTS:
        Path(folder, name).symlink_to(Path(original, name))
    python = Path(folder, ".venv", "bin", "python")
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return folder


def running_students_code(pid):
    """Wait until a grader runs a submission; the ids of the processes it has started."""
    for _ in range(900):
        time.sleep(0.05)
        started = psutil.Process(pid).children(recursive=True)
        # The worker, and its copy that has become the notebook; both under bwrap, if that is used.
        if sum(map(_is_worker, started)) >= 2:
            time.sleep(0.5)
            return [p.pid for p in psutil.Process(pid).children(recursive=True)]
    raise AssertionError("no submission was begun")


def _is_worker(process):
    try:
        words = process.cmdline()
    except psutil.Error:
        return False
    return WORKER in words and "bwrap" not in words[0]
