"""nbgrader's own CSV format, quoted properly and in UTF-8."""

from autograder.reports.export.csv_file import Table
from autograder.reports.export.plugin import MarksExport, listed, students

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


class NbgraderExport(MarksExport):
    """What nbgrader's CsvExportPlugin writes: the same columns and values, a row for every student
    and assignment, 0 for those who handed in nothing.
    """

    def table(self, marks):
        """As MarksExport.table."""
        rows = [list(COLUMNS)]
        for assignment in marks.assignments:
            for student in marks.students:
                rows.append(self._row(assignment, student, marks.entry(assignment, student)))
        notes = [
            f"the id of {student.id!r} would be a formula in a spreadsheet, and has an apostrophe "
            "before it in the file (c.MarksExport.defuse)"
            for student in marks.students
            if self.text(student.id) != student.id
        ]
        if awaiting := marks.awaiting():
            notes.append(
                f"the marks of {students(len(awaiting))} are not final: answers await a person, "
                f"and count 0 until then: {listed(awaiting)}"
            )
        return Table(rows), len(marks.students), notes, {}

    def _row(self, assignment, student, entry):
        found = (entry.earned, entry.penalty, entry.mark) if entry else (0.0, 0.0, 0.0)
        return [
            self.text(assignment.name),
            _date(assignment.duedate),
            _date(entry.timestamp) if entry else "",
            self.text(student.id),
            self.text(student.last_name),
            self.text(student.first_name),
            self.text(student.email),
            *map(float, found),
            assignment.points,
        ]


def _date(when):
    return "" if when is None else str(when)
