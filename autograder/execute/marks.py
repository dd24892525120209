"""What an executed notebook earns, cell by cell, as plain data to be recorded."""

import hashlib
from dataclasses import dataclass, field

import nbformat
from nbgrader.preprocessors import NbGraderPreprocessor
from nbgrader.utils import (
    compute_checksum,
    determine_grade,
    is_grade,
    is_locked,
    is_solution,
    is_task,
)

from autograder.execute.settle import settle, tidy_outputs

NO_RESPONSE = "No response."  # nbgrader's words


@dataclass(frozen=True)
class NotebookMarks:
    """All by grade_id. marks: points, None where a person must look. comments: nbgrader's own.

    reasons: why a test cell's mark is not simply what was earned. work: digests of what the
    student wrote that the mark is about.
    """

    marks: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)
    work: dict = field(default_factory=dict)


def marks_of(notebook, execution):
    """The NotebookMarks of an executed notebook; leaves in its test cells what is to be seen.

    execution: what ExecuteSubmission left in resources["nbgrader"].
    """
    marks, comments, reasons = {}, {}, {}
    for cell in notebook.cells:
        if is_grade(cell):
            grade_id = cell.metadata.nbgrader["grade_id"]
            if is_solution(cell) or cell.cell_type != "code":
                marks[grade_id], _ = determine_grade(cell)
            else:
                settled = settle(cell, execution)
                tidy_outputs(cell, settled)
                marks[grade_id] = settled.mark
                if settled.reason:
                    reasons[grade_id] = settled.reason
        if is_solution(cell) or is_task(cell):
            nbgrader = cell.metadata.nbgrader
            untouched = nbgrader.get("checksum") == compute_checksum(cell) and not is_task(cell)
            comments[nbgrader["grade_id"]] = NO_RESPONSE if untouched else None
    return NotebookMarks(marks, comments, reasons, work_in(notebook))


def work_in(notebook):
    """{grade_id: digest}: an answer's own text, and for a test cell all that the student wrote."""
    whole, own = hashlib.sha256(), {}
    for cell in notebook.cells:
        if not is_locked(cell) or is_solution(cell):
            source = f"{cell.cell_type}\n{cell.source}".encode("utf-8", "surrogatepass")
            whole.update(source + b"\0")
            if is_solution(cell):
                own[cell.metadata.nbgrader["grade_id"]] = hashlib.sha256(source).hexdigest()
    graded = (c.metadata.nbgrader["grade_id"] for c in notebook.cells if is_grade(c))
    return {grade_id: own.get(grade_id, whole.hexdigest()) for grade_id in graded}


def work_in_file(path):
    """The same for an autograded notebook's file; None if there is none to read."""
    try:
        return work_in(nbformat.read(path, as_version=4))
    except (OSError, ValueError, KeyError, AttributeError):
        return None


class CollectMarks(NbGraderPreprocessor):
    """Leaves the NotebookMarks in resources["nbgrader"]["marks"], for another to record."""

    def preprocess(self, nb, resources):
        """Returns (nb, resources)."""
        names = resources["nbgrader"]
        names["marks"] = marks_of(nb, names)
        for grade_id, reason in names["marks"].reasons.items():
            self.log.warning("%s, %s: %s", names["student"], grade_id, reason)
        return nb, resources
