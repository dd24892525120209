"""The marks and comments of a student's notebook, read from the gradebook at once."""

import logging

from nbgrader import preprocessors
from nbgrader.api import (
    Assignment,
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.converters import Autograde
from sqlalchemy import select
from traitlets import import_item

from autograder.execute.late_marks import LatePolicyFailed, load_policy, penalty_now
from autograder.execute.late_policy import describe, seconds_late


class GetGrades(preprocessors.GetGrades):
    """nbgrader's preprocessor of this name, with three queries a notebook instead of two a cell.

    The gradebook is set up once for all students; its connection is closed after each.
    """

    def __init__(self, **kw):
        super().__init__(**kw)
        self.db_url = None

    def preprocess(self, nb, resources):
        """Put marks and comments into the cells' metadata, and their sums into the resources.

        Raises nbgrader.api.MissingEntry where the gradebook has none.
        """
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.student_id = names["student"]
        if self.db_url != names["db_url"]:
            self.gradebook = Gradebook(names["db_url"])
            self.db_url = names["db_url"]
            self._late = self._late_penalties()
        with self.gradebook:
            notebook = self._read()
            nb, resources = super(preprocessors.GetGrades, self).preprocess(nb, resources)
            if notebook is None:  # says which entry is missing, if no cell did
                self.gradebook.find_submission_notebook(
                    self.notebook_id, self.assignment_id, self.student_id
                )
        penalty = self._penalty(notebook)
        names["score"] = notebook.score - penalty
        names["max_score"] = notebook.max_score
        names["late_penalty"] = penalty
        said = describe(
            load_policy(self._late),
            timestamp=notebook.timestamp,
            duedate=notebook.duedate,
            extension=notebook.extension,
            earned=notebook.score,
            penalty=penalty,
        )
        names["late_sentences"] = [said] if said else []
        return nb, resources

    def _late_penalties(self):
        """nbgrader's AssignLatePenalties, if the course grades with it, or None."""
        for name in Autograde(config=self.config).autograde_preprocessors:
            preprocessor = import_item(name) if isinstance(name, str) else name
            if issubclass(preprocessor, preprocessors.AssignLatePenalties):
                return preprocessor(parent=self, log=logging.Logger("late", logging.ERROR))
        return None

    def _penalty(self, notebook):
        """What late work costs by the marks of now: those recorded may be older (late_marks)."""
        recorded = notebook.late_submission_penalty or 0.0
        late = seconds_late(notebook.timestamp, notebook.duedate, notebook.extension)
        if self._late is None or (not late and not recorded):
            return recorded
        try:
            load_policy(self._late)
            return penalty_now(self._late, self.student_id, late, notebook) or 0.0
        except LatePolicyFailed as error:
            self.log.warning("%s; the penalty recorded, %g, is shown", error, recorded)
            return recorded

    def _read(self):
        """The row of the submitted notebook, None if there is not one; the cells' are kept."""
        query = self.gradebook.db.execute
        submitted = SubmittedNotebook
        notebook = query(
            select(
                submitted.id,
                submitted.score,
                submitted.max_score,
                submitted.late_submission_penalty,
                SubmittedAssignment.timestamp,
                SubmittedAssignment.extension,
                Assignment.duedate,
            )
            .join(Notebook, Notebook.id == submitted.notebook_id)
            .join(SubmittedAssignment, SubmittedAssignment.id == submitted.assignment_id)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .where(
                Notebook.name == self.notebook_id,
                Assignment.name == self.assignment_id,
                SubmittedAssignment.student_id == self.student_id,
            )
        ).one_or_none()
        self._grades, self._comments = {}, {}
        if notebook is None:
            return None
        cell = BaseCell.__table__.alias()
        for kind, name, *grade in query(
            select(
                cell.c.type,
                cell.c.name,
                Grade.score,
                Grade.max_score,
                Grade.needs_manual_grade,
                Grade.manual_score,
            )
            .join(cell, cell.c.id == Grade.cell_id)
            .where(Grade.notebook_id == notebook.id)
        ):
            self._grades[kind, name] = grade
        for kind, name, comment in query(
            select(cell.c.type, cell.c.name, Comment.comment)
            .join(cell, cell.c.id == Comment.cell_id)
            .where(Comment.notebook_id == notebook.id)
        ):
            self._comments[kind, name] = comment
        return notebook

    def _get_comment(self, cell, resources):
        found = _key(self._comments, cell, "SolutionCell")
        if found is None:
            super()._get_comment(cell, resources)
        else:
            cell.metadata.nbgrader["comment"] = self._comments[found]

    def _get_score(self, cell, resources):
        found = _key(self._grades, cell, "GradeCell")
        if found is None:
            super()._get_score(cell, resources)
        else:
            score, points, awaits, by_hand = self._grades[found]
            # An answer that nobody has marked counts as nothing, and is not a zero.
            cell.metadata.nbgrader.update(
                score=score, points=points, awaits=bool(awaits), by_hand=by_hand is not None
            )


def _key(entries, cell, kind):
    """Where the cell's entry is, in the order in which nbgrader looks; None if nowhere."""
    keys = [(kind, cell.metadata.nbgrader.grade_id), ("TaskCell", cell.metadata.nbgrader.grade_id)]
    return next((key for key in keys if key in entries), None)
