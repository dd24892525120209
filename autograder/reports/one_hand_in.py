"""Grading one submission that lies anywhere, by the steps that a whole class is graded by."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

from autograder.execute.one_submission import execute_submission
from autograder.execute.submissions import NoPermission, require_permission
from autograder.execute.task import Task
from autograder.intake import Unreadable, read_notebook
from autograder.intake.files import is_link, read_bytes, shown_name
from autograder.reports.source_files import sources_in_files
from autograder.sandbox.runtime import PREFIX


@dataclass(frozen=True)
class HandIn:
    """folder: of what was handed in. problem: why a single file could not be read, or ""."""

    folder: Path
    problem: str = ""


def grade_hand_in(course, submission, options=(), student=""):
    """(Result, problem): the execute.result.Result of one submission, graded without a gradebook.

    course: a Course that was loaded with the same options. submission: the path of a notebook, or
    of a folder that holds it; nothing there is changed, and no link in it is followed. problem: a
    sentence about a single file that could not be read (it was graded as an untouched notebook),
    or "".

    Raises NbGraderException if the course lacks what grading needs, NoPermission if the submission
    may not be read, and what execute_submission raises.
    """
    course.require_usable()
    sources = tuple(sources_in_files(course).values())
    # Called as the sandbox's own: should this process be killed, the next one removes it.
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}-{os.getpid()}-") as scratch:
        names = [source.name for source in sources]
        handed_in = _handed_in(Path(submission), Path(scratch), names)
        require_permission(handed_in.folder, names)
        task = Task(
            root=course.root,
            assignment=course.assignment,
            options=tuple(options),
            student=student,
            folder=handed_in.folder,
            release=course.folder("release"),
            sources=sources,
            shared="",
            key="",
        )
        return execute_submission(task), handed_in.problem


def _handed_in(submission, scratch, names):
    """Intake reads folders: a single file is copied into one of its own, its neighbours are not."""
    if not is_link(submission) and submission.is_dir():
        return HandIn(submission.resolve())
    folder = scratch / "submission"
    folder.mkdir()
    if submission.is_file() and not is_link(submission) and not os.access(submission, os.R_OK):
        raise NoPermission(f"no permission to read {submission}")
    try:
        read_notebook(submission)
        content = read_bytes(submission)
    except Unreadable as reason:
        return HandIn(
            folder,
            f"the file {shown_name(submission.name)} could not be read: {reason}. Nothing in it "
            "could be marked; hand it in again",
        )
    # Whoever names one file means the one notebook, whatever the file is called.
    name = names[0] if len(names) == 1 else submission.name.removesuffix(".ipynb")
    (folder / f"{name}.ipynb").write_bytes(content)
    return HandIn(folder)
