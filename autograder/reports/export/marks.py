"""The marks to be exported, read from nbgrader's gradebook."""

import difflib
import os
from dataclasses import dataclass

from nbgrader.api import SubmittedAssignment
from sqlalchemy import select

from autograder.reports.export.csv_file import CannotExport


@dataclass(frozen=True)
class Person:
    """A student of the gradebook; "" for what it does not have."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    lms_user_id: str = ""

    @property
    def name(self):
        """As lists of students have it: last name first; the id where there is no name."""
        return ", ".join(filter(None, (self.last_name, self.first_name))) or self.id


@dataclass(frozen=True)
class Assignment:
    """duedate: naive, in UTC, or None. points: the most that can be earned."""

    name: str
    duedate: object
    points: float


@dataclass(frozen=True)
class Entry:
    """One student's graded submission.

    earned, penalty: points. awaits: whether some cells have no mark yet, or need another look.
    timestamp: naive, in UTC, or None. extension: a timedelta or None.
    """

    timestamp: object
    extension: object
    earned: float
    penalty: float
    awaits: bool

    @property
    def mark(self):
        return max(0.0, self.earned - self.penalty)


@dataclass(frozen=True)
class Marks:
    """assignments, students: in the gradebook's order. entries: {(assignment, student id): Entry}.

    Who has handed in nothing, or has not been graded, has no entry.
    """

    assignments: tuple
    students: tuple
    entries: dict

    def entry(self, assignment, student):
        return self.entries.get((assignment.name, student.id))

    def awaiting(self):
        """Ids of the students who have a mark that is not final."""
        return tuple(
            student.id
            for student in self.students
            if any(e.awaits for a in self.assignments if (e := self.entry(a, student)))
        )


def read_marks(gradebook, assignments=(), students=()):
    """The Marks of the assignments and students of these names, of all where there are none.

    Raises CannotExport for a name that the gradebook does not have, and for an empty gradebook.
    """
    rows = _chosen(gradebook.assignments, "name", assignments, "assignment")
    if not rows:
        raise CannotExport(
            f"the gradebook {_where(gradebook)} has no assignment: run `nbgrader "
            "generate_assignment` and grade what was handed in, or name the right one with --db"
        )
    people = _chosen(gradebook.students, "id", students, "student")
    if not people:
        raise CannotExport(
            f"the gradebook {_where(gradebook)} has no students: grade what was handed in, or "
            "enrol students with `nbgrader db student import`"
        )
    return Marks(
        tuple(Assignment(a.name, a.duedate, a.max_score) for a in rows),
        tuple(
            Person(s.id, s.first_name or "", s.last_name or "", s.email or "", s.lms_user_id or "")
            for s in people
        ),
        _entries(gradebook, rows),
    )


def _entries(gradebook, assignments):
    row = SubmittedAssignment
    query = select(
        row.assignment_id,
        row.student_id,
        row.timestamp,
        row.extension,
        row.score,
        row.late_submission_penalty,
        row.needs_manual_grade,
    )
    names = {assignment.id: assignment.name for assignment in assignments}
    return {
        (names[assignment], student): Entry(*values)
        for assignment, student, *values in gradebook.db.execute(query)
        if assignment in names
    }


def _chosen(rows, key, names, what):
    known = {getattr(row, key): row for row in rows}
    names = [_as_typed(str(name)) for name in names]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"; did you mean {' or '.join(near)}?" if near else ""
            there = f" (it has {', '.join(sorted(known)[:10])})" if what == "assignment" else ""
            raise CannotExport(f"the gradebook has no {what} {name!r}{there}{hint}")
    return [row for name, row in known.items() if not names or name in names]


def _as_typed(name):
    """A name from a command line in a locale that has no such letters, as the C locale."""
    try:
        return os.fsencode(name).decode()
    except UnicodeError:
        return name


def _where(gradebook):
    return gradebook.engine.url.render_as_string(hide_password=True)
