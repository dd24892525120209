"""Recording marks in nbgrader's gradebook."""

from nbgrader.preprocessors import SaveAutoGrades
from nbgrader.utils import is_solution

from autograder.execute.settle import settle, tidy_outputs


class SaveMarks(SaveAutoGrades):
    """SaveAutoGrades, with autograder.execute.settle deciding what a test cell is worth.

    A cell without a mark through the grader's own fault is left for a person: nbgrader shows it
    as needing manual grading, and it is never recorded as a zero.
    """

    def preprocess_cell(self, cell, resources, cell_index):
        self._execution = resources["nbgrader"]
        return super().preprocess_cell(cell, resources, cell_index)

    def _add_score(self, cell, resources):
        if is_solution(cell) or cell.cell_type != "code":
            return super()._add_score(cell, resources)
        settled = settle(cell, self._execution)
        tidy_outputs(cell, settled)
        grade_id = cell.metadata.nbgrader["grade_id"]
        if settled.reason:
            self.log.warning("%s, %s: %s", self.student_id, grade_id, settled.reason)
        grade = self.gradebook.find_grade(
            grade_id, self.notebook_id, self.assignment_id, self.student_id
        )
        grade.auto_score = settled.mark
        grade.needs_manual_grade = settled.mark is None or grade.manual_score is not None
        self.gradebook.db.commit()
