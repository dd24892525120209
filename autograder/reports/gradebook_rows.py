"""What nbgrader's gradebook holds of one assignment, in seven queries and without writing to it."""

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    GradeCell,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
    TaskCell,
)
from nbgrader.converters.base import NbGraderException
from sqlalchemy import create_engine, select
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session


@dataclass(frozen=True)
class MarkedCell:
    """A cell with points, as the instructor wrote it. by_hand: whether a person marks it."""

    notebook: str
    name: str
    points: float
    by_hand: bool

    @property
    def key(self):
        return self.notebook, self.name


@dataclass(frozen=True)
class Submission:
    """timestamp: naive, in UTC, or None. late: seconds after the student's own due date.

    penalty: points. marks, comments: by (notebook, cell); a cell that awaits somebody has no mark,
    and the comments are those that people wrote.
    """

    student: str
    timestamp: object
    late: float
    penalty: float
    marks: dict
    comments: dict


@dataclass(frozen=True)
class Rows:
    """students: {id: (first name, last name, e-mail address)}. cells: in no order."""

    students: dict
    cells: tuple
    submissions: tuple


def read_rows(url, assignment):
    """The Rows of an assignment in the gradebook at the database URL.

    Raises NbGraderException if there is no such gradebook or assignment, SQLAlchemyError if it
    cannot be read.
    """
    address = make_url(url)
    # Connecting would make an empty one.
    if address.get_backend_name() == "sqlite" and not Path(address.database or "").is_file():
        raise NbGraderException(f"there is no gradebook {address.database}: nobody is graded yet")
    engine = create_engine(address)
    try:
        with Session(engine) as session:
            return _rows(session, assignment)
    finally:
        engine.dispose()


def _rows(session, name):
    assignment = session.execute(
        select(Assignment.id, Assignment.duedate).where(Assignment.name == name)
    ).one_or_none()
    if assignment is None:
        known = sorted(session.scalars(select(Assignment.name)))
        there = f"it has {', '.join(known)}" if known else "it has none"
        raise NbGraderException(f"no assignment {name!r} in the gradebook: {there}")
    students = session.execute(
        select(Student.id, Student.first_name, Student.last_name, Student.email)
    )
    names = {student: tuple(text or "" for text in person) for student, *person in students}
    cells, keys = _cells(session, assignment.id)
    return Rows(names, cells, _submissions(session, assignment, keys))


def _cells(session, assignment_id):
    """(the MarkedCells, {id of any cell: (notebook, name)})."""
    cell, grade, task = BaseCell.__table__, GradeCell.__table__, TaskCell.__table__
    rows = session.execute(
        select(
            cell.c.id,
            Notebook.name,
            cell.c.name,
            cell.c.type,
            grade.c.max_score,
            grade.c.cell_type,
            task.c.max_score,
        )
        .select_from(cell)
        .join(Notebook, Notebook.id == cell.c.notebook_id)
        .outerjoin(grade, grade.c.id == cell.c.id)
        .outerjoin(task, task.c.id == cell.c.id)
        .where(Notebook.assignment_id == assignment_id)
    ).all()
    solutions = {(row[1], row[2]) for row in rows if row[3] == "SolutionCell"}
    cells = []
    for _, notebook, name, kind, points, form, task_points in rows:
        if kind == "GradeCell":
            by_hand = form != "code" or (notebook, name) in solutions
            cells.append(MarkedCell(notebook, name, points, by_hand))
        elif kind == "TaskCell":
            cells.append(MarkedCell(notebook, name, task_points, True))
    return tuple(cells), {row[0]: (row[1], row[2]) for row in rows}


def _submissions(session, assignment, keys):
    here = SubmittedAssignment.assignment_id == assignment.id
    submitted = session.execute(
        select(
            SubmittedAssignment.id,
            SubmittedAssignment.student_id,
            SubmittedAssignment.timestamp,
            SubmittedAssignment.extension,
        )
        .where(here)
        .order_by(SubmittedAssignment.student_id)
    ).all()
    penalties = {}
    for key, penalty in session.execute(
        select(SubmittedNotebook.assignment_id, SubmittedNotebook.late_submission_penalty)
        .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
        .where(here)
    ):
        penalties[key] = penalties.get(key, 0.0) + (penalty or 0.0)

    def by_submission(kind, value, condition):
        found = {}
        for key, cell, what in session.execute(
            select(SubmittedNotebook.assignment_id, kind.cell_id, value)
            .select_from(kind)
            .join(SubmittedNotebook, SubmittedNotebook.id == kind.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == SubmittedNotebook.assignment_id)
            .where(here, condition)
        ):
            if cell in keys:
                found.setdefault(key, {})[keys[cell]] = what
        return found

    marks = by_submission(Grade, Grade.score, Grade.needs_manual_grade.is_(False))
    comments = by_submission(Comment, Comment.manual_comment, Comment.manual_comment.is_not(None))
    return tuple(
        Submission(
            row.student_id,
            row.timestamp,
            _seconds_late(row.timestamp, assignment.duedate, row.extension),
            penalties.get(row.id, 0.0),
            marks.get(row.id, {}),
            comments.get(row.id, {}),
        )
        for row in submitted
    )


def _seconds_late(timestamp, duedate, extension):
    """As nbgrader's SubmittedAssignment.total_seconds_late."""
    if timestamp is None or duedate is None:
        return 0.0
    due = duedate if extension is None else duedate + extension
    return max(0.0, (timestamp - due).total_seconds())
