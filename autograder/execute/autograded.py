"""Writing a student's autograded folder, as nbgrader leaves it, all at once."""

import os
import shutil
from pathlib import Path

from nbgrader.utils import find_all_files

from autograder.execute.earlier import aside, restore
from autograder.execute.result import digest_of
from autograder.execute.submissions import TIMESTAMP

NEW = ".new-"  # in front of the folder's name: hidden, and beside it


def write_autograded(course, result):
    """Put the notebooks of a whole Result, and the course's files beside them, in their folder.

    There is always either what was there before or all of what is new. Raises OSError.
    """
    folder = course.folder("autograded", result.student)
    restore(folder, course.app.log)
    new = folder.with_name(NEW + folder.name)
    if new.exists():
        shutil.rmtree(new)
    new.mkdir(parents=True)
    _copy_given(course, new)
    for notebook in result.notebooks:
        path = new / f"{notebook.name}.ipynb"
        path.write_text(notebook.text, encoding="utf-8")
    if result.timestamp is not None:
        (new / TIMESTAMP).write_text(f"{result.timestamp}\n", encoding="ascii")
    permissions = int(str(course.converter.permissions), 8)
    for path, _, names in os.walk(new):
        for name in names:
            os.chmod(os.path.join(path, name), permissions)
    if folder.exists():
        os.rename(folder, aside(folder))
    os.rename(new, folder)
    restore(folder, course.app.log)
    if course.coursedir.groupshared:
        course.converter.set_permissions(result.assignment, result.student)


def is_written(course, result):
    """Whether the folder has the notebooks of a Result, of which the head is enough."""
    folder = course.folder("autograded", result.student)
    try:
        return all(
            digest_of((folder / f"{n.name}.ipynb").read_text("utf-8")) == n.digest
            for n in result.notebooks
        )
    except (OSError, ValueError):
        return False


def _copy_given(course, new):
    source = course.folder("source")
    # Without the submissions' own folders, which are ignored too: thousands in a large class.
    ignored = [pattern for pattern in course.coursedir.ignore if not os.path.isabs(pattern)]
    kept = course.converter.exclude_overwriting.get(course.assignment, ())
    for path in find_all_files(str(source), [*ignored, "*.ipynb"]):
        name = os.path.relpath(path, source)
        if name not in kept:
            target = Path(new, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(path, target)
