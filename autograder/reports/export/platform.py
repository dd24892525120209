"""What the exporters for learning platforms have in common: whose mark goes in, and which mark."""

import math

from traitlets import Bool, Enum, Unicode

from autograder.reports.export.csv_file import CannotExport
from autograder.reports.export.plugin import MarksExport, listed, students


class PlatformExport(MarksExport):
    """A mark is written only where it is final; every other cell is left as the platform has it."""

    merge = Unicode(
        "",
        help="The file that the platform gave you: its rows and ids are kept, and marks filled in.",
    ).tag(config=True)
    points = Enum(
        ("", "as-is", "scale"),
        default_value="",
        help="What to do where the platform's points are not the gradebook's: `as-is` writes the "
        "marks all the same, `scale` in proportion; otherwise it is an error.",
    ).tag(config=True)
    provisional = Bool(
        False, help="Export marks too that are not final, because answers await a person."
    ).tag(config=True)
    zeros = Bool(False, help="Write 0 for students who handed in nothing.").tag(config=True)

    def factor(self, assignment, possible, where):
        """By what marks are multiplied.

        possible: the platform's points, as text. where: what has them, for messages.
        Raises CannotExport.
        """
        if self.points == "as-is":
            return 1.0
        try:
            points = float(possible.strip().replace(",", "."))
        except ValueError:
            points = math.nan
        if math.isclose(points, assignment.points):
            return 1.0
        if self.points == "scale" and assignment.points > 0 and points >= 0:
            return points / assignment.points
        said = f"{points:g}" if math.isfinite(points) else f"{possible.strip() or 'no number of'}"
        raise CannotExport(
            f"{where} has {said} points, {assignment.name} has {assignment.points:g} in the "
            "gradebook: change it in the platform and download the file again, or choose "
            "--points scale (in proportion) or --points as-is"
        )

    def final_marks(self, marks, assignment, factor=1.0):
        """({student id: points}, ids of those with no work, notes on whose mark is not there).

        The second are the students who are to get 0 where the platform has nothing.
        """
        found, waiting, ungraded, absent = {}, [], [], []
        course = self.course(assignment.name)
        for student in marks.students:
            entry = marks.entry(assignment, student)
            if entry is None:
                if course.folder("submitted", student.id).is_dir():
                    ungraded.append(student.id)
                    continue
                absent.append(student.id)
            else:
                if entry.awaits:
                    waiting.append(student.id)
                if self.provisional or not entry.awaits:
                    found[student.id] = entry.mark * factor
        notes = self._notes(assignment, waiting, ungraded, absent)
        return found, absent if self.zeros else [], notes

    def _notes(self, assignment, waiting, ungraded, absent):
        notes, name = [], assignment.name
        left = "their cells are as they were" if self.merge else "they have no mark in the file"
        if waiting and self.provisional:
            notes.append(
                f"{name}: marks that are not final are in the file, of {students(len(waiting))}: "
                f"{listed(waiting)}"
            )
        elif waiting:
            notes.append(
                f"{name}: answers of {students(len(waiting))} await a person; {left} "
                f"(--provisional exports what they have so far): {listed(waiting)}"
            )
        if ungraded:
            notes.append(
                f"{name}: the work of {students(len(ungraded))} is not graded yet; {left}: "
                f"{listed(ungraded)}"
            )
        if absent:
            done = (
                "they get 0 where there is nothing" if self.zeros else f"{left} (--zeros writes 0)"
            )
            notes.append(f"{name}: {students(len(absent))} handed in nothing; {done}")
        return notes


def is_empty(cell):
    """Whether a platform has no mark in this cell."""
    return cell.strip() in ("", "-")


def written(points):
    """A mark as it stands in the file: at most five decimals, and none that are 0."""
    return f"{round(points, 5):.12g}"
