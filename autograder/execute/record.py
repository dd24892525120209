"""Writing marks into nbgrader's gradebook, a notebook in two queries."""

import math

from nbgrader.api import BaseCell, Comment, Grade


def record_marks(gradebook, submitted, marks, earlier=None):
    """Record the NotebookMarks of one submitted notebook; the caller commits.

    submitted: nbgrader's SubmittedNotebook. earlier: the work (NotebookMarks.work) that its
    present marks are for, None if that is not known. Marks given by hand are kept. As with
    nbgrader, a person is asked to look at them again, but only where the work has changed.

    Returns the cells that are to be looked at again. Raises LookupError for a cell that the
    gradebook does not have.
    """
    reopened = []
    grades = _by_name(gradebook, Grade, submitted)
    comments = _by_name(gradebook, Comment, submitted)
    _require(marks.marks, grades)
    _require(marks.comments, comments)
    for name, mark in marks.marks.items():
        grade = grades[name]
        changed = not same_mark(grade.auto_score, mark) or _work_changed(name, marks.work, earlier)
        grade.auto_score = mark
        if grade.manual_score is None:
            grade.needs_manual_grade = mark is None
        elif changed:
            grade.needs_manual_grade = True
            reopened.append(name)
    for name, words in marks.comments.items():
        comments[name].auto_comment = words
    return reopened


def same_mark(mark, other):
    """Whether two marks, points or None, are the same; databases may round the last digit."""
    if mark is None or other is None:
        return mark is other
    return math.isclose(mark, other, rel_tol=0, abs_tol=1e-9)


def _by_name(gradebook, kind, submitted):
    found = (
        gradebook.db.query(kind, BaseCell.name)
        .join(BaseCell, BaseCell.id == kind.cell_id)
        .filter(kind.notebook_id == submitted.id)
    )
    return {name: row for row, name in found}


def _require(names, rows):
    missing = sorted(set(names) - set(rows))
    if missing:
        raise LookupError(
            f"the gradebook has no cell {', '.join(missing)}: run `nbgrader generate_assignment`"
        )


def _work_changed(name, work, earlier):
    return earlier is None or earlier.get(name) != work.get(name)
