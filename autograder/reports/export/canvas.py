"""Marks for Canvas: Grades > Import."""

from dataclasses import replace

from traitlets import Dict, List, Unicode

from autograder.marking.scheme import load_scheme
from autograder.reports.export.canvas_file import NAMES, POINTS, read_canvas
from autograder.reports.export.csv_file import CannotExport, Table
from autograder.reports.export.matching import match_students, nobody_found
from autograder.reports.export.platform import PlatformExport, is_empty, written
from autograder.reports.export.plugin import listed, students

HEADING = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section"]
TEST_STUDENT = "Student, Test"  # of Canvas's Student View
KEPT = ("ex", "n/a")  # excused, and not assigned: a person has decided so in Canvas


class CanvasExport(PlatformExport):
    """With `merge`, the students of an exported Canvas gradebook with the marks filled in: only
    the columns that say who a student is, and those of the exported assignments. Without it,
    students as the gradebook knows them, to be found by Canvas.
    """

    match = List(
        Unicode(),
        default_value=["SIS Login ID", "SIS User ID", "ID"],
        help="Columns of the Canvas file in which students' ids and e-mail addresses are looked "
        "for. Without a file to merge, the id is written to the first of them.",
    ).tag(config=True)
    columns = Dict(
        key_trait=Unicode(),
        value_trait=Unicode(),
        help="{assignment: heading in Canvas}, as {'dropout': 'Homework 3 (4711)'}; otherwise it "
        "is found by its name.",
    ).tag(config=True)

    default_file = "canvas.csv"

    def table(self, marks):
        """As MarksExport.table."""
        return self._merged(marks) if self.merge else self._unmerged(marks)

    def _merged(self, marks):
        canvas = read_canvas(self.merge)
        self.require_other_file(self.merge)
        places = self._places(canvas)
        found, problems = match_students(
            marks.students, [{row[place] for place in places} for row in canvas.students]
        )
        if not found:
            raise nobody_found(self.merge, self.match, problems)
        columns, filled, left_out, notes = list(range(canvas.known)), {}, {}, []
        for assignment in marks.assignments:
            column, cells, final, more = self._cells(canvas, marks, assignment, found)
            columns.append(column)
            filled |= {(number, column): mark for number, mark in cells.items()}
            left_out |= {name: why for name, why in problems.items() if name in final}
            notes += more
        notes += self._strangers(canvas, found, problems.keys() - left_out.keys())
        rows = [
            [canvas.heading[c] for c in columns],
            *filter(any, ([row[c] for c in columns] for row in canvas.before)),
            *(
                [filled.get((n, c)) or self._kept(canvas, row, c) for c in columns]
                for n, row in enumerate(canvas.students)
            ),
        ]
        written_to = {number for number, _ in filled}
        return replace(canvas.table, rows=rows), len(written_to), notes, left_out

    def _cells(self, canvas, marks, assignment, found):
        """(column, {row number: mark as text}, {student: mark}, notes) of an assignment."""
        column = canvas.column(
            assignment.name, _titles(assignment.name), self.columns.get(assignment.name, "")
        )
        factor = self.factor(
            assignment, canvas.points[column], f"{self.merge}, {canvas.heading[column]},"
        )
        final, absent, notes = self.final_marks(marks, assignment, factor)
        cells = {found[name]: mark for name, mark in final.items() if name in found}
        for number in (found[name] for name in absent if name in found):
            if is_empty(canvas.students[number][column]):
                cells[number] = 0.0
        kept = [n for n in cells if canvas.students[n][column].strip().casefold() in KEPT]
        if kept:
            notes.append(
                f"{assignment.name}: excused or without the assignment in Canvas, and left so: "
                f"{listed(canvas.students[n][0] for n in kept)}"
            )
        texts = {number: written(cells[number]) for number in cells.keys() - set(kept)}
        return column, texts, final, notes

    def _strangers(self, canvas, found, unplaced):
        """Notes on students without a row and rows without a student."""
        notes = []
        if unplaced:
            notes.append(
                f"{students(len(unplaced))} without a mark to be written: there is no row of their "
                f"own in {self.merge}: {listed(unplaced)}"
            )
        unknown = [row[0] for n, row in enumerate(canvas.students) if n not in found.values()]
        unknown = [name for name in unknown if name != TEST_STUDENT]
        if unknown:
            notes.append(
                f"of {self.merge}, {students(len(unknown))} not in the gradebook; their cells are "
                f"as they were: {listed(unknown)}"
            )
        return notes

    def _kept(self, canvas, row, column):
        # Canvas finds students by their ids, and reads no name: ids and marks go back as they came.
        return self.text(row[column]) if canvas.heading[column] in NAMES else row[column]

    def _places(self, canvas):
        places = [canvas.heading.index(name) for name in self.match if name in canvas.heading]
        if not places:
            there = ", ".join(canvas.heading[: canvas.known])
            raise CannotExport(
                f"{self.merge} has no column {' or '.join(self.match)} to know students by; it has "
                f"{there}. Name others with --match"
            )
        return places

    def _unmerged(self, marks):
        where = self.match[0] if self.match and self.match[0] in HEADING else "SIS Login ID"
        found, notes = {}, []
        for assignment in marks.assignments:
            found[assignment.name], absent, more = self.final_marks(marks, assignment)
            found[assignment.name] |= dict.fromkeys(absent, 0.0)
            notes += more
        headings = [self.columns.get(a.name, a.name) for a in marks.assignments]
        rows = [
            [*HEADING, *map(self.text, headings)],
            [f"    {POINTS}", "", "", "", "", *(written(a.points) for a in marks.assignments)],
        ]
        for student in marks.students:
            known = {"Student": student.name, "ID": student.lms_user_id, where: student.id}
            cells = [found[a.name].get(student.id) for a in marks.assignments]
            rows.append(
                [
                    *(self.text(known.get(name, "")) for name in HEADING),
                    *("" if mark is None else written(mark) for mark in cells),
                ]
            )
        notes.append(
            f"Canvas has to find the students by {where} and the assignment by its name; exporting "
            "the gradebook there and giving that file to --merge is surer"
        )
        return Table(rows), len(marks.students), notes, {}


def _titles(assignment):
    """What the assignment may be called in Canvas."""
    try:
        return assignment, load_scheme(assignment).title
    except LookupError:  # an assignment that others have written
        return (assignment,)
