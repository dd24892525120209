"""Moodle's offline grading worksheet, as mod/assign/feedback/offline of Moodle reads it."""

import re
from dataclasses import dataclass

from autograder.reports.export.csv_file import CannotExport, Table, read_table

MEANT = (
    "a grading worksheet from Moodle (the assignment's Submissions page > Actions > Download "
    "grading worksheet; `Offline grading worksheet` must be on in its Feedback types)"
)
FIXED = "Grade can be changed"


@dataclass(frozen=True)
class Worksheet:
    """rows: the students'. identifier, grade, and where there is one maximum, feedback: the
    numbers of these columns, else None.
    """

    path: str
    table: Table
    heading: list
    rows: list
    identifier: int
    grade: int
    maximum: int | None
    feedback: int | None

    def known_by(self, columns):
        """For each row the texts that identify its student, in the columns of these headings.

        Raises CannotExport if the worksheet has none of them.
        """
        places = [self.heading.index(name) for name in columns if name in self.heading]
        if not places:
            raise CannotExport(
                f"{self.path} has no column {' or '.join(columns)} to know students by; it has "
                f"{', '.join(self.heading)}. Name others with --match"
            )
        return [{text for place in places for text in self._texts(row, place)} for row in self.rows]

    def is_fixed(self, row):
        """Whether Moodle would not take a mark for this row."""
        return FIXED in self.heading and row[self.heading.index(FIXED)].strip() == "No"

    def _texts(self, row, place):
        yield row[place]
        # `Participant 4711`; files that Moodle packs into a zip are called by the number alone.
        if place == self.identifier and (number := re.search(r"\d+\s*$", row[place])):
            yield number[0]


def read_worksheet(path, *, identifier, grade, maximum, feedback):
    """The Worksheet at the path; the names are the columns' headings, in Moodle's language.

    Raises CannotExport where it is none.
    """
    table = read_table(path, MEANT)
    heading = [text.strip() for text in table.rows[0]]
    for name in (identifier, grade):
        if heading.count(name) != 1:
            raise CannotExport(
                f"{path} is not {MEANT}: its first line should have one column {name}, and is "
                f"{', '.join(heading)[:200]}. If Moodle speaks another language, say how its "
                "columns are called: c.MoodleExport.identifier_column, grade_column, ..."
            )
    rows = [[*row, *[""] * (len(heading) - len(row))] for row in table.rows[1:]]
    if any(len(row) > len(heading) for row in rows):
        number = next(n for n, row in enumerate(rows, 2) if len(row) > len(heading))
        raise CannotExport(f"{path}: row {number} has more cells than the heading")
    place = {name: heading.index(name) for name in (maximum, feedback) if name in heading}
    return Worksheet(
        str(path),
        table,
        heading,
        rows,
        heading.index(identifier),
        heading.index(grade),
        place.get(maximum),
        place.get(feedback),
    )
