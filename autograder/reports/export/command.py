"""`python -m autograder export`: options in; a file, a summary and an exit status out."""

import importlib
import sys
from pathlib import Path

from autograder.class_run.quick_start import quick_imports

OK, NOT_ALL, NOT_AT_ALL = 0, 1, 2
FORMATS = {
    "csv": ("nbgrader_csv", "NbgraderExport"),
    "canvas": ("canvas", "CanvasExport"),
    "moodle": ("moodle", "MoodleExport"),
}


def add_options(commands):
    """Add the command to argparse's subparsers."""
    parser = commands.add_parser(
        "export",
        help="write the marks for a spreadsheet, Canvas or Moodle",
        description="Write the marks in the gradebook to a file for a spreadsheet (nbgrader's "
        "CSV), Canvas or Moodle. docs/exports.md says what to do with it there.",
        epilog="Exit status: 0 done; 1 somebody who has a mark is not in the file, and is named; "
        "2 nothing was written, and why.",
    )
    parser.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    parser.add_argument("--format", choices=FORMATS, default="csv")
    parser.add_argument("--to", metavar="FILE", help="default: grades.csv, canvas.csv, moodle.csv")
    parser.add_argument("--assignment", nargs="+", metavar="NAME", help="the same")
    parser.add_argument("--student", nargs="+", metavar="ID", help="default: all")
    parser.add_argument(
        "--merge", metavar="FILE", help="a gradebook exported from Canvas, or Moodle's worksheet"
    )
    parser.add_argument(
        "--match", nargs="+", metavar="COLUMN", help="columns of that file to know students by"
    )
    parser.add_argument(
        "--column",
        nargs="+",
        metavar="ASSIGNMENT=HEADING",
        help="the assignment's column in the Canvas file, if its name is not the assignment's",
    )
    parser.add_argument(
        "--points",
        choices=("as-is", "scale"),
        help="if Canvas or Moodle has another number of points for the assignment",
    )
    parser.add_argument(
        "--provisional", action="store_true", help="also marks that are not final (Canvas, Moodle)"
    )
    parser.add_argument(
        "--zeros", action="store_true", help="0 for who handed in nothing (Canvas, Moodle)"
    )
    parser.add_argument("--feedback", choices=("html", "text", "none"), help="Moodle's comments")
    parser.add_argument(
        "--bom", action="store_true", help="begin the file with a byte order mark, for Excel"
    )
    parser.add_argument(
        "--no-defuse",
        action="store_true",
        help="write text that a spreadsheet would take for a formula as it is",
    )


def run(options, course):
    """Export as the options say; returns the exit status."""
    with quick_imports():
        from nbgrader.api import Gradebook
        from nbgrader.apps.exportapp import ExportApp
        from nbgrader.converters.base import NbGraderException
        from sqlalchemy.exc import SQLAlchemyError
        from traitlets import TraitError

        from autograder.reports.export.csv_file import CannotExport
        from autograder.reports.export.plugin import students

    try:
        settings = _settings(options)
        app = ExportApp()
        app.raise_config_file_errors = True
        app.initialize(list(options.of_nbgrader), root=str(course))
    except CannotExport as error:
        return _refuse(error)
    except Exception as error:  # a configuration is a program: it may raise anything
        return _refuse(f"nbgrader_config.py cannot be used: {type(error).__name__}: {error}")
    try:
        _require_gradebook(app.coursedir.db_url)
        module, name = FORMATS[options.format]
        kind = getattr(importlib.import_module(f"autograder.reports.export.{module}"), name)
        unknown = sorted(set(settings) - set(kind.class_trait_names()))
        if unknown:
            given = " and ".join(
                "--column" if name == "columns" else f"--{name}" for name in unknown
            )
            raise CannotExport(f"{given} is nothing for --format {options.format}")
        plugin = kind(parent=app, **settings)
        with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
            done = plugin.write(gradebook)
    except (CannotExport, NbGraderException, TraitError) as error:
        return _refuse(error)
    except SQLAlchemyError as error:
        return _refuse(f"the gradebook cannot be read: {error.args[0]}")
    _say(f"{students(done.rows)} written to {done.path}", sys.stdout)
    for note in done.notes:
        _say(f"NOTE {note}", sys.stdout)
    for student, why in sorted(done.left_out.items()):
        _say(f"NOT EXPORTED {student}: {why}", sys.stdout)
    return NOT_ALL if done.left_out else OK


def _settings(options):
    """The exporter's traits that are given; what is not given is left to nbgrader_config.py."""
    from autograder.reports.export.csv_file import CannotExport

    found = {
        "to": options.to,
        "assignment": [*options.assignments, *(options.assignment or ())] or None,
        "student": options.student,
        "merge": options.merge,
        "match": options.match,
        "points": options.points,
        "provisional": options.provisional or None,
        "zeros": options.zeros or None,
        "feedback": options.feedback,
        "bom": options.bom or None,
        "defuse": False if options.no_defuse else None,
    }
    if options.column:
        pairs = [text.partition("=") for text in options.column]
        if any(not (name and equals and heading) for name, equals, heading in pairs):
            raise CannotExport(
                "--column is given as ASSIGNMENT=HEADING, as 'dropout=Homework 3 (9)'"
            )
        found["columns"] = {name: heading for name, _, heading in pairs}
    return {name: value for name, value in found.items() if value is not None}


def _require_gradebook(url):
    """Or nbgrader would make an empty one."""
    from sqlalchemy.engine import make_url

    from autograder.reports.export.csv_file import CannotExport

    address = make_url(url)
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise CannotExport(f"there is no gradebook {address.database}: nobody is graded yet")


def _refuse(reason):
    _say(f"nothing was exported: {reason}", sys.stderr)
    return NOT_AT_ALL


def _say(words, stream):
    # A name is no reason to break down in a locale that does not have its letters.
    encoding = stream.encoding or "utf-8"
    print(words.encode(encoding, "backslashreplace").decode(encoding), file=stream)
