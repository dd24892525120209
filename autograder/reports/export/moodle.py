"""Marks and feedback for Moodle: an assignment's grading worksheet, or the gradebook's import."""

from dataclasses import replace

from traitlets import Enum, List, Unicode

from autograder.execute.late_marks import load_policy
from autograder.execute.late_policy import describe
from autograder.reports.export.csv_file import CannotExport, Table
from autograder.reports.export.feedback_text import feedback_text
from autograder.reports.export.matching import match_students, nobody_found
from autograder.reports.export.moodle_worksheet import read_worksheet
from autograder.reports.export.platform import PlatformExport, is_empty, written
from autograder.reports.export.plugin import listed, students
from autograder.reports.from_gradebook import standings


class MoodleExport(PlatformExport):
    """With `merge`, the assignment's grading worksheet with marks and feedback filled in. Without
    it, a row for each student who has a mark: Moodle refuses a whole file for one unknown student,
    and takes an empty mark for `no grade`. One assignment a file.
    """

    match = List(
        Unicode(),
        default_value=["Email address", "Username", "ID number", "Identifier"],
        help="Columns of the worksheet in which students' ids and e-mail addresses are looked for.",
    ).tag(config=True)
    feedback = Enum(
        ("html", "text", "none"),
        default_value="html",
        help="Feedback as Moodle's comments have it (html), as plain lines, or none.",
    ).tag(config=True)
    identifier_column = Unicode("Identifier", help="The worksheet's heading.").tag(config=True)
    grade_column = Unicode("Grade", help="The worksheet's heading.").tag(config=True)
    maximum_column = Unicode("Maximum grade", help="The worksheet's heading.").tag(config=True)
    feedback_column = Unicode("Feedback comments", help="The worksheet's heading.").tag(config=True)

    default_file = "moodle.csv"

    def table(self, marks):
        """As MarksExport.table."""
        if len(marks.assignments) > 1:
            names = ", ".join(assignment.name for assignment in marks.assignments)
            raise CannotExport(
                f"a file for Moodle is of one assignment: choose one of {names} with --assignment"
            )
        return self._merged(marks) if self.merge else self._unmerged(marks)

    def _merged(self, marks):
        (assignment,) = marks.assignments
        sheet = read_worksheet(
            self.merge,
            identifier=self.identifier_column,
            grade=self.grade_column,
            maximum=self.maximum_column,
            feedback=self.feedback_column,
        )
        self.require_other_file(self.merge)
        found, problems = match_students(marks.students, sheet.known_by(self.match))
        if not found:
            raise nobody_found(self.merge, self.match, problems)
        factor, notes = self._factor(sheet, assignment)
        final, absent, more = self.final_marks(marks, assignment, factor)
        notes += more
        left_out = {name: why for name, why in problems.items() if name in final}
        for name in absent:
            if name in found and is_empty(sheet.rows[found[name]][sheet.grade]):
                final[name] = 0.0
        texts = self._feedback(marks, final) if sheet.feedback is not None else {}
        rows = [
            [self._kept(sheet, number, cell) for number, cell in enumerate(row)]
            for row in sheet.rows
        ]
        fixed = [name for name in final if name in found and sheet.is_fixed(rows[found[name]])]
        for name in final.keys() & found.keys() - set(fixed):
            row = rows[found[name]]
            row[sheet.grade] = written(final[name])
            if name in texts:
                row[sheet.feedback] = texts[name]
        if fixed:
            notes.append(f"Moodle does not take a mark for these, and has none: {listed(fixed)}")
        if unplaced := problems.keys() - left_out.keys():
            notes.append(
                f"{students(len(unplaced))} without a mark to be written: there is no row of their "
                f"own in {self.merge}: {listed(unplaced)}"
            )
        table = replace(sheet.table, rows=[sheet.table.rows[0], *rows])
        return table, len(final.keys() & found.keys()) - len(fixed), notes, left_out

    def _factor(self, sheet, assignment):
        notes = []
        if sheet.feedback is None and self.feedback != "none":
            notes.append(
                f"{self.merge} has no column {self.feedback_column}: marks only. Turn on `Feedback "
                "comments` in the assignment's settings and download the worksheet again"
            )
        if sheet.maximum is None or not sheet.rows:
            notes.append(f"{self.merge} does not say how many points the assignment has in Moodle")
            return 1.0, notes
        maximum = sheet.rows[0][sheet.maximum]
        return self.factor(assignment, maximum, f"{self.merge}"), notes

    def _unmerged(self, marks):
        (assignment,) = marks.assignments
        final, absent, notes = self.final_marks(marks, assignment)
        final |= dict.fromkeys(absent, 0.0)
        texts = self._feedback(marks, final)
        heading = ["username", "email", assignment.name, f"{assignment.name} feedback"]
        rows = [
            [
                self.text(student.id),
                self.text(student.email),
                written(final[student.id]),
                texts.get(student.id, ""),
            ]
            for student in marks.students
            if student.id in final
        ]
        if self.feedback == "none":
            heading, rows = heading[:3], [row[:3] for row in rows]
        return Table([[*map(self.text, heading)], *rows]), len(rows), notes, {}

    def _feedback(self, marks, final):
        if self.feedback == "none":
            return {}
        (assignment,) = marks.assignments
        course = self.course(assignment.name)
        policy = load_policy(course.late_penalties())
        people = {student.id: student for student in marks.students}
        texts = {}
        for standing in standings(course).handed_in:
            if standing.student not in final or standing.student not in people:
                continue
            entry = marks.entry(assignment, people[standing.student])
            late = describe(
                policy,
                timestamp=entry.timestamp,
                duedate=assignment.duedate,
                extension=entry.extension,
                earned=entry.earned,
                penalty=entry.penalty,
            )
            texts[standing.student] = self.text(feedback_text(standing, late, self.feedback))
        return texts

    def _kept(self, sheet, column, cell):
        # What Moodle reads goes back as it came; a lone hyphen is its `nothing yet`.
        read = column in (sheet.identifier, sheet.grade, sheet.feedback) or cell.strip() == "-"
        return cell if read else self.text(cell)
