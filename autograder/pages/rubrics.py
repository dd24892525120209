"""Formgrader's page with each rubric right above the answer that it is for."""

import re

from nbformat.v4 import new_markdown_cell
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked, is_solution

from autograder.pages.markdown import RUBRIC_ID

RUBRIC = re.compile(
    r"^[^\n]*BEGIN MARK SCHEME[^\n]*\n(.*?)^[^\n]*END MARK SCHEME[^\n]*$\n?",
    re.DOTALL | re.MULTILINE,
)
# Still a mark scheme, should anything ever show this cell to a student: see HideFromStudents.
PANEL = """<!-- BEGIN MARK SCHEME -->
<div class="alert alert-info">

{rubric}

</div>
<!-- END MARK SCHEME -->"""


class RubricsBesideAnswers(NbGraderPreprocessor):
    """Moves the mark scheme out of a question's cell to the written answer that follows it.

    Between the two lie code and tests, more than a screen of them. Only formgrader's pages are
    changed: nothing else knows which submission is shown.
    """

    def preprocess(self, nb, resources):
        """Returns (nb, resources); a rubric without an answer after it stays where it is."""
        if "submission_id" not in resources:
            return nb, resources
        cells, question = [], None
        for cell in nb.cells:
            if cell.cell_type == "markdown":
                if is_locked(cell) and not is_solution(cell) and RUBRIC.search(cell.source):
                    question = cell
                elif question and is_grade(cell) and is_solution(cell):
                    cells.append(_rubric_of(question, cell.metadata.nbgrader["grade_id"]))
                    question = None
            cells.append(cell)
        nb.cells = cells
        return nb, resources


def _rubric_of(question, grade_id):
    """A cell with the question's rubric, which leaves the question."""
    rubric = RUBRIC.search(question.source)[1].strip()
    question.source = RUBRIC.sub("", question.source, count=1).rstrip()
    nbgrader = {"grade_id": f"{RUBRIC_ID}{grade_id}", "locked": True, "schema_version": 3}
    nbgrader |= {"grade": False, "solution": False, "task": False}
    return new_markdown_cell(
        PANEL.format(rubric=rubric),
        id=f"{RUBRIC_ID}{grade_id}"[:64],
        metadata={"nbgrader": nbgrader},
    )
