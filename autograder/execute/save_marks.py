"""Recording marks in nbgrader's gradebook, when nbgrader's own command grades."""

from nbgrader.api import Gradebook

from autograder.execute.marks import CollectMarks, work_in_file
from autograder.execute.record import record_marks


class SaveMarks(CollectMarks):
    """In SaveAutoGrades' place, with autograder.execute.settle deciding what a test cell is worth.

    A cell without a mark through the grader's own fault is left for a person: nbgrader shows it
    as needing manual grading, and it is never recorded as a zero.
    """

    def preprocess(self, nb, resources):
        """Record what nb has earned; returns (nb, resources)."""
        nb, resources = super().preprocess(nb, resources)
        names = resources["nbgrader"]
        with Gradebook(names["db_url"]) as gradebook:
            submitted = gradebook.find_submission_notebook(
                names["notebook"], names["assignment"], names["student"]
            )
            record_marks(gradebook, submitted, names["marks"], work_in_file(names["earlier"]))
            gradebook.db.commit()
        return nb, resources
