"""The one that writes to the gradebook when a class is graded."""

from nbformat.v4 import new_notebook
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
from nbgrader.utils import parse_utc

from autograder.execute.autograded import is_written, write_autograded
from autograder.execute.marks import NotebookMarks, work_in_file
from autograder.execute.record import record_marks, same_mark


class Recorder:
    """Records Results of one Course in its gradebook, over one connection; close it after use."""

    def __init__(self, course):
        self._course, self._assignment = course, course.assignment
        self.gradebook = Gradebook(course.coursedir.db_url, course.coursedir.course_id)
        self._late = course.late_penalties()

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.gradebook.close()

    def record(self, result):
        """Have gradebook and autograded folder say what the Result says; again does no harm.

        Returns the cells marked by hand that a person has to look at again. Raises LookupError,
        MissingEntry or OSError; the student's marks are then as they were.
        """
        gradebook, reopened = self.gradebook, []
        try:
            if self._course.converter.create_student:
                gradebook.update_or_create_student(result.student)
            else:
                gradebook.find_student(result.student)
            given = {"timestamp": result.timestamp} if result.timestamp else {}
            with gradebook.db.no_autoflush:  # or SQLAlchemy warns of nbgrader's half-made rows
                submission = gradebook.update_or_create_submission(
                    self._assignment, result.student, **given
                )
            submitted = {notebook.name: notebook for notebook in submission.notebooks}
            folder = self._course.folder("autograded", result.student)
            for notebook in result.notebooks:
                marks = NotebookMarks(
                    notebook.marks, notebook.comments, notebook.reasons, notebook.work
                )
                earlier = work_in_file(folder / f"{notebook.name}.ipynb")
                reopened += record_marks(gradebook, submitted[notebook.name], marks, earlier)
            late = submission.total_seconds_late > 0
            late |= any(n.late_submission_penalty is not None for n in submission.notebooks)
            gradebook.db.commit()
        except BaseException:
            gradebook.db.rollback()
            raise
        finally:
            # Or each commit goes through the rows of all students so far.
            gradebook.db.expunge_all()
        # After the marks: were it before, and this the end, nobody would know any more which
        # work the hand-given marks were for.
        write_autograded(self._course, result)
        if late:
            self._penalize(result.student, [n.name for n in result.notebooks])
        return reopened

    def recorded(self, results):
        """The students of these Results (heads) for whom nothing has to be recorded."""
        found = self._all_marks()
        return {
            result.student
            for result in results
            if self._has(found.get(result.student), result) and is_written(self._course, result)
        }

    def refresh_penalties(self):
        """Assign late penalties for the due date and extensions of now.

        Returns {student: why it could not be done}.
        """
        assignment = self.gradebook.find_assignment(self._assignment)
        late = [
            (submission.student_id, [n.name for n in submission.notebooks])
            for submission in assignment.submissions
            if submission.total_seconds_late > 0
            or any(n.late_submission_penalty is not None for n in submission.notebooks)
        ]
        self.gradebook.db.commit()
        faults = {}
        for student, notebooks in late:
            try:
                self._penalize(student, notebooks)
            except Exception as error:  # a course's own late policy may raise anything
                faults[student] = f"no late penalty: {type(error).__name__}: {error}"
        return faults

    def _penalize(self, student, notebooks):
        if self._late is None:
            return
        for notebook in notebooks:
            names = {
                "student": student,
                "assignment": self._assignment,
                "notebook": notebook,
                "db_url": self._course.coursedir.db_url,
            }
            self._late.preprocess(new_notebook(), {"nbgrader": names})
        self.gradebook.db.expire_all()

    def _all_marks(self):
        """{student: (timestamp, {notebook: (marks, comments)})} of the assignment."""
        found = {}
        query = self._rows(SubmittedAssignment.student_id, SubmittedAssignment.timestamp)
        for student, timestamp in query:
            found[student] = (timestamp, {})
        for place, kind, value in (
            (0, Grade, Grade.auto_score),
            (1, Comment, Comment.auto_comment),
        ):
            query = (
                self._rows(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, value)
                .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
                .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
                .join(kind, kind.notebook_id == SubmittedNotebook.id)
                .join(BaseCell, BaseCell.id == kind.cell_id)
            )
            for student, notebook, cell, content in query:
                found[student][1].setdefault(notebook, ({}, {}))[place][cell] = content
        self.gradebook.db.commit()
        return found

    def _rows(self, *columns):
        return (
            self.gradebook.db.query(*columns)
            .select_from(SubmittedAssignment)
            .join(Assignment, Assignment.id == SubmittedAssignment.assignment_id)
            .filter(Assignment.name == self._assignment)
        )

    def _has(self, entry, result):
        if entry is None:
            return False
        timestamp, notebooks = entry
        if result.timestamp and timestamp != parse_utc(result.timestamp):
            return False
        for notebook in result.notebooks:
            marks, comments = notebooks.get(notebook.name, ({}, {}))
            if not all(
                name in marks and same_mark(marks[name], mark)
                for name, mark in notebook.marks.items()
            ) or not all(
                name in comments and comments[name] == words
                for name, words in notebook.comments.items()
            ):
                return False
        return True
