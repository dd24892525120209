"""The folders that `nbgrader autograde` is about to read, made safe before it touches them.

Stock nbgrader copies whatever lies in a submission's folder to `autograded/`, following links and
waiting for pipes, and skips a student without a notebook. Here nothing is copied but the notebook
that intake rebuilds, and every student with a folder is graded. Nothing of a student's is deleted
or changed; the two things that nbgrader cannot be kept from reading are moved aside.
"""

import fnmatch
import glob
import os
from pathlib import Path

from nbgrader.converters.base import NbGraderException
from nbgrader.utils import parse_utc

from autograder.intake.files import Unreadable, is_link, list_folder, read_bytes, shown_name

TIMESTAMP = "timestamp.txt"
ASIDE = ".set-aside"  # behind the assignment's name: beside the folder, where nobody looks for work


def prepare(converter):
    """Set up an Autograde converter that has found its submissions and not yet begun.

    Raises NbGraderException if there is no release to read submissions against.
    """
    coursedir = converter.coursedir
    names = expected_notebooks(coursedir, converter.log)
    chosen = [n for n in names if fnmatch.fnmatchcase(n, coursedir.notebook_id)]
    pattern = coursedir.format_path(
        coursedir.submitted_directory, coursedir.student_id, coursedir.assignment_id
    )
    assignments = {}
    for folder in sorted(glob.glob(pattern)):
        if not folder.isprintable():  # nbgrader would stop there, for everybody
            converter.log.error("%s is left out: rename it", shown_name(folder))
            continue
        if not _move_aside(folder, converter.log):
            continue
        assignments[folder] = [os.path.join(folder, f"{name}.ipynb") for name in chosen]
    # nbgrader converts these paths; SubmissionExporter reads them, whatever is there.
    converter.assignments = assignments
    # An absolute path is a pattern that only the folder itself matches, so nothing in it is copied
    # while the released helper files still are. Files that students add are not used; they stay
    # where they were handed in.
    ours = [glob.escape(folder) for folder in assignments]
    coursedir.ignore = [*coursedir.ignore, *(p for p in ours if p not in coursedir.ignore)]


def expected_notebooks(coursedir, log):
    """Names of the notebooks that the assignment's release holds."""
    assignment = coursedir.assignment_id
    folder = coursedir.format_path(coursedir.release_directory, ".", assignment)
    names = sorted(path.stem for path in Path(folder).glob("*.ipynb"))
    if not names:
        problem = (
            f"{folder} has no notebook, so no submission can be read against it: "
            f"run `nbgrader generate_assignment {assignment}` first"
        )
        log.error(problem)
        raise NbGraderException(problem)
    return names


def require_permission(folder, names):
    """See that this process may read a submission. Raises NoPermission: that is nobody's zero.

    folder: what was handed in. names: of the notebooks that are expected in it.
    """
    folder = Path(folder)
    try:
        if is_link(folder) or not folder.is_dir():
            return
        if not _may(folder, os.R_OK | os.X_OK):
            raise _no_permission(folder)
        files = [folder / f"{name}.ipynb" for name in names]
        for file in files:
            if file.is_file() and not is_link(file) and not _may(file, os.R_OK):
                raise _no_permission(file)
    except PermissionError as error:
        raise _no_permission(folder) from error


def leave_out_unreadable(converter, names):
    """Have the Autograde converter leave out whom it may not read, and fail when it is through.

    Else nbgrader takes a closed folder for one without notebooks, and gives zeros.
    """
    refused = []
    for folder in list(converter.assignments):
        try:
            require_permission(folder, names)
        except NoPermission as error:
            converter.log.error("not graded: %s", error)
            refused.append(folder)
            del converter.assignments[folder]
    if not refused:
        return
    convert = converter.convert_notebooks

    def convert_and_fail():
        convert()
        raise NbGraderException(f"{len(refused)} not graded: no permission to read what they did")

    converter.convert_notebooks = convert_and_fail


def _may(path, mode):
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


class NoPermission(Exception):
    """The grader may not read what was handed in."""


def _no_permission(path):
    return NoPermission(f"no permission to read {path}: try chmod -R u+rX on the student's folder")


def timestamp_of(folder):
    """The text of a submission's timestamp file, or None if it has no usable one."""
    try:
        text = read_bytes(os.path.join(folder, TIMESTAMP), limit=200).decode("ascii").strip()
        return text if text and parse_utc(text) else None
    except (Unreadable, ValueError, OverflowError, TypeError, AttributeError):
        return None


def _move_aside(folder, log):
    """Move a bad timestamp file, and folders too deep to walk, beside the submission.

    Returns whether nbgrader can be let at the folder now.
    """
    if is_link(folder) or not os.path.isdir(folder):
        return True
    try:
        names = list(list_folder(folder).deep)
    except OSError:
        return True
    if os.path.lexists(os.path.join(folder, TIMESTAMP)) and timestamp_of(folder) is None:
        names.append(TIMESTAMP)
    for name in names:
        try:
            os.makedirs(folder + ASIDE, exist_ok=True)
            os.rename(os.path.join(folder, name), _free(os.path.join(folder + ASIDE, name)))
        except OSError as error:
            what = "%s is left out: move %s away by hand (%s)"
            log.error(what, folder, shown_name(name), error.strerror)
            return False
        log.warning("%s: nbgrader cannot read %s; moved to %s", folder, shown_name(name), ASIDE)
    return True


def _free(path):
    number, free = 1, path
    while os.path.lexists(free):
        number += 1
        free = f"{path}-{number}"
    return free
