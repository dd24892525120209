"""`python -m autograder report`: the class report of an assignment, as one HTML page."""

import os
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

OK, NOT_ALL, NOT_AT_ALL = 0, 1, 2
FOLDER = "reports"  # of the course: beside nbgrader's own, none of which it is in
# What is copied to students, or where they may look.
FOR_STUDENTS = ("source", "release", "submitted", "feedback")


class CannotWrite(Exception):
    """The report's file cannot be written; the message says why."""


def add_options(commands):
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "report",
        help="write an instructor's report on a class, one HTML page",
        epilog="Settings can be given too, as --db=URL. Exit status: 0 written; 1 written, but a "
        "part could not be read, and is named; 2 not written. See docs/class-report.md.",
    )
    parser.add_argument("assignment", nargs="?", default="dropout")
    parser.add_argument(
        "--to",
        metavar="FILE",
        type=Path,
        help=f"where to write it (default: {FOLDER}/ASSIGNMENT.html)",
    )
    parser.add_argument("--no-names", action="store_true", help="say nothing of single students")


def run(options, course):
    """Write the report as the options say; returns the exit status.

    course: the course's folder, with nbgrader_config.py.
    """
    from nbgrader.converters.base import NbGraderException
    from sqlalchemy.exc import SQLAlchemyError

    from autograder.execute.course import load_course
    from autograder.reports.class_report.page import write_page
    from autograder.reports.from_gradebook import standings

    try:
        loaded = load_course(Path(course), options.assignment, options.of_nbgrader)
    except Exception as error:  # a configuration is a program: it may raise anything
        return _refuse(f"nbgrader_config.py cannot be used: {_in_a_line(error)}")
    file = options.to or Path(course, FOLDER, f"{options.assignment}.html")
    try:
        _require_private(file, loaded)
        found = standings(loaded)
    except (NbGraderException, CannotWrite) as error:
        return _refuse(str(error))
    except SQLAlchemyError as error:
        return _refuse(f"the gradebook cannot be read: {_in_a_line(error)}")
    if not found.handed_in:
        return _refuse(
            f"nobody has been graded: run `python -m autograder class {options.assignment}` first"
        )
    now = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    page = write_page(found, names=not options.no_names, written=now)
    try:
        _write(file, page)
    except OSError as error:
        return _refuse(f"{file} cannot be written: {error.strerror or error}")
    named = "" if options.no_names else "; it names students"
    print(f"written: {file} ({len(found.handed_in)} students{named})")
    for student, problem in found.problems:
        print(f"NOT READ {student}: {problem}", file=sys.stderr)
    return NOT_ALL if found.problems else OK


def _refuse(why):
    print(why, file=sys.stderr)
    return NOT_AT_ALL


def _in_a_line(error):
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def _require_private(file, course):
    """Raise CannotWrite for a file where students get it, or where a folder is."""
    target = file.resolve()
    for step in FOR_STUDENTS:
        folder = getattr(course.coursedir, f"{step}_directory")
        root = Path(course.coursedir.root, folder).resolve()
        if target == root or root in target.parents:
            raise CannotWrite(f"{file} lies in {folder}/, which students get or hand in to")
    if os.path.isdir(file):
        raise CannotWrite(f"{file} is a folder; name a file")


def _write(file, page):
    """Write the page, or leave what is there; only the one who runs this may read it."""
    folder = file.parent
    if not folder.exists():
        folder.mkdir(parents=True)
        if folder.name == FOLDER:  # nobody is to commit students' names by an oversight
            (folder / ".gitignore").write_text("*\n", encoding="ascii")
    handle, new = tempfile.mkstemp(prefix=".new-", dir=folder)
    try:
        with open(handle, "w", encoding="utf-8") as stream:
            stream.write(page)
        os.replace(new, file)
    except BaseException:
        os.unlink(new)
        raise
