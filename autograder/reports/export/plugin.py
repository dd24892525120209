"""What our exporters have in common: an ExportPlugin of nbgrader that writes one file."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbgrader.api import MissingEntry
from nbgrader.converters import Autograde
from nbgrader.plugins import ExportPlugin
from sqlalchemy.exc import SQLAlchemyError
from traitlets import Bool, Unicode

from autograder.execute.course import Course, load_course
from autograder.execute.late_marks import LatePolicyFailed, refresh_penalties
from autograder.reports.export.csv_file import CannotExport, write_table
from autograder.reports.export.formulas import defuse
from autograder.reports.export.marks import read_marks


@dataclass(frozen=True)
class Exported:
    """What was written. notes: sentences for the instructor. left_out: {student: why}, of students
    who have a mark that is not in the file though it should be.
    """

    path: Path
    rows: int
    notes: tuple
    left_out: dict = field(default_factory=dict)


class MarksExport(ExportPlugin):
    """Writes a table of marks; the formats say which. Errors end nbgrader with status 1."""

    to = Unicode("", help="The file to write; the default depends on the format.").tag(config=True)
    defuse = Bool(
        True,
        help="Put an apostrophe before names and other text that a spreadsheet would take for a "
        "formula (text that begins with = + - @ or a tab). Numbers stay numbers.",
    ).tag(config=True)
    bom = Bool(
        False,
        help="Begin the file with a byte order mark. Excel needs it to show names that are not in "
        "plain Latin letters; other programs take it for a part of the first heading.",
    ).tag(config=True)
    refresh_penalties = Bool(
        True,
        help="Have late penalties in the gradebook follow marks that were given by hand, "
        "extensions and due dates, before they are exported.",
    ).tag(config=True)

    default_file = "grades.csv"

    def export(self, gradebook):
        """Write the file, and say on the log what a person should know; nbgrader calls this."""
        try:
            done = self.write(gradebook)
        except CannotExport as error:
            self.log.error("Nothing was exported: %s", error)
            raise SystemExit(1) from None
        for student, why in done.left_out.items():
            self.log.error("Not exported: %s: %s", student, why)
        for note in done.notes:
            self.log.warning("%s", note)
        self.log.info("%s written to %s", students(done.rows), done.path)

    def write(self, gradebook):
        """Write the file; returns Exported. Raises CannotExport; there is no new file then."""
        path = Path(self.to or self.default_file)
        marks = read_marks(gradebook, self.assignment, self.student)
        notes = []
        if self.refresh_penalties:
            notes = self._refresh(gradebook, marks)
            marks = read_marks(gradebook, self.assignment, self.student)
        table, rows, more, left_out = self.table(marks)
        if self.bom:
            table = replace(table, bom=True)
        write_table(path, table)
        return Exported(path, rows, (*notes, *more), left_out)

    def table(self, marks):
        """(Table, number of students in it, notes, left_out); each format has its own."""
        raise NotImplementedError

    def text(self, words):
        """Text of the gradebook or the platform, as it may stand in the file."""
        return defuse(words) if self.defuse else words

    def course(self, assignment):
        """The Course of an assignment, as the command that runs this has configured it."""
        app = self.parent
        if not hasattr(app, "coursedir"):  # called from somebody's own program
            return load_course(Path.cwd(), assignment)
        app.coursedir.assignment_id = assignment
        return Course(
            Path(app.coursedir.root),
            assignment,
            app,
            Autograde(coursedir=app.coursedir, parent=app),
        )

    def require_other_file(self, path):
        """Raises CannotExport if the platform's file would be written over."""
        to = Path(self.to or self.default_file).expanduser()
        if to.exists() and os.path.samefile(to, Path(path).expanduser()):
            raise CannotExport(f"{path} is the file to merge: name another to write, with --to")

    def _refresh(self, gradebook, marks):
        changed = set()
        try:
            for assignment in marks.assignments:
                assigner = self.course(assignment.name).late_penalties()
                changed |= set(refresh_penalties(gradebook, assignment.name, assigner))
        except (LatePolicyFailed, MissingEntry) as error:
            raise CannotExport(str(error)) from error
        except SQLAlchemyError as error:
            raise CannotExport(
                f"late penalties have to follow the marks, and the gradebook cannot be written: "
                f"{error.args[0]}. Export with --MarksExport.refresh_penalties=False to take them "
                "as they are"
            ) from error
        if not changed:
            return []
        return [f"late penalties follow new marks or dates now: {listed(changed)}"]


def students(number):
    """So many students, in words."""
    return f"{number} student{'' if number == 1 else 's'}"


def listed(names, most=20):
    """Names in a sentence, sorted, the first so many; a name may have a comma."""
    names = sorted(names)
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{'; '.join(names[:most])}{more}"
