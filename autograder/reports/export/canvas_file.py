"""The gradebook that Canvas exports, as lib/gradebook_exporter.rb of canvas-lms writes it.

The heading: Student (or LastName, FirstName), ID, then those of SIS User ID, SIS Login ID,
Integration ID and Root Account that the institution has, Section, columns of notes, and
`Title (id)` for each assignment; last the sums, which are "(read only)" in the row of points. There
may be a row of "Manual Posting" or "Muted" before that row.
"""

import re
from dataclasses import dataclass

from autograder.reports.export.csv_file import CannotExport, Table, read_table

MEANT = "a gradebook exported from Canvas (Grades > Export > Export Entire Gradebook)"
POINTS = "Points Possible"
NAMES = ("Student", "LastName", "FirstName", "Section")  # the others are ids
_POSTING = re.compile(r"\s*(muted|manual posting.*)?\s*", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"(?P<title>.*) \(\d+\)", re.DOTALL)


@dataclass(frozen=True)
class CanvasFile:
    """known: how many columns, the first ones, say who a student is. points: the row of points.

    before: rows that are no student's, as they come. students: the students' rows.
    """

    path: str
    table: Table
    heading: list
    known: int
    points: list
    before: list
    students: list

    def column(self, assignment, titles, heading=""):
        """The number of the column of an assignment.

        heading: its heading, where the course says it; otherwise one of the titles is looked for,
        whatever the case. Raises CannotExport unless there is just one.
        """
        if heading:
            fitting = [n for n, text in self._assignments() if text.strip() == heading.strip()]
        else:
            wanted = {title.strip().casefold() for title in titles}
            fitting = [n for n, text in self._assignments() if _title(text) in wanted]
        if len(fitting) == 1:
            return fitting[0]
        there = "; ".join(text for _, text in self._assignments()) or "none"
        problem = "no column" if not fitting else f"{len(fitting)} columns"
        raise CannotExport(
            f"{self.path} has {problem} for {heading or assignment}. Its assignments: {there}. Say "
            f"which it is with --column '{assignment}=HEADING', or leave it out by naming others "
            "with --assignment; if it is not in Canvas yet, create it and export that again"
        )

    def _assignments(self):
        for number, text in enumerate(self.heading[self.known :], self.known):
            if _ASSIGNMENT.fullmatch(text) and "read only" not in self.points[number]:
                yield number, text


def read_canvas(path):
    """The CanvasFile at the path. Raises CannotExport where it is none."""
    table = read_table(path, MEANT)
    heading, *rows = table.rows
    if not _is_heading(heading):
        raise CannotExport(
            f"{path} is not {MEANT}: its first line should begin with Student and ID and have "
            f"Section, and is {', '.join(heading)[:200]}"
        )
    rows = [[*row, *[""] * (len(heading) - len(row))] for row in rows]
    if any(len(row) > len(heading) for row in rows):
        number = next(n for n, row in enumerate(rows, 2) if len(row) > len(heading))
        raise CannotExport(f"{path}: row {number} has more cells than the heading; export it again")
    before, students, points = [], [], None
    for row in rows:
        if POINTS in row[0]:
            points = row
            before.append(row)
        elif all(_POSTING.fullmatch(cell) for cell in row):
            before.append(row)
        else:
            students.append(row)
    if points is None:
        raise CannotExport(f"{path} is not {MEANT}: it has no row `{POINTS}`")
    known = heading.index("Section") + 1
    return CanvasFile(str(path), table, heading, known, points, before, students)


def _is_heading(row):
    names = "Student" in row[0] and row[1:2] == ["ID"]
    split = row[:3] == ["LastName", "FirstName", "ID"]
    return (names or split) and "Section" in row


def _title(heading):
    return _ASSIGNMENT.fullmatch(heading)["title"].strip().casefold()
