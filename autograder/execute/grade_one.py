"""Grading one notebook outside nbgrader's commands, by the same steps."""

import copy
from dataclasses import dataclass
from pathlib import Path

import nbformat
from traitlets.config import Config

from autograder.execute.run_cells import ExecuteSubmission
from autograder.execute.settle import result_of, settle, tidy_outputs
from autograder.intake import submitted_notebook
from autograder.pages.sanitize import SanitizeNotebook


@dataclass(frozen=True)
class GradedCell:
    """A test cell after grading: its points, its mark (None: a person must look), its result.

    result: the dictionary of autograder.marking.judge.CellResult, or None if it gave none.
    """

    grade_id: str
    points: float
    mark: float | None
    reason: str
    result: dict | None


@dataclass(frozen=True)
class GradedNotebook:
    """cells: the test cells by grade_id. notes: what intake had to mend. notebook: executed."""

    cells: dict
    notes: tuple
    notebook: object

    @property
    def mark(self):
        return sum(cell.mark or 0.0 for cell in self.cells.values())

    def outcomes(self):
        """All outcomes, as dictionaries (autograder.marking.judge.Outcome)."""
        return [o for cell in self.cells.values() if cell.result for o in cell.result["outcomes"]]


def grade_one(submission, course, assignment, config=None, student="", leave_out=()):
    """Grade one submission against `course`/source and release; returns a GradedNotebook.

    submission: the notebook file, or the folder it was handed in with. config: nbgrader's
    configuration (a traitlets Config), None for the defaults of the classes. student: whose it is,
    for assignments with a variant for each. leave_out: grade_ids of given cells that are not to be
    run. Takes intake, the restoring of locked cells, execution, settling and cleaning from the very
    classes that `nbgrader autograde` uses.
    """
    release, source = (
        Path(course, kind, assignment, f"{assignment}.ipynb") for kind in ("release", "source")
    )
    notebook, notes = submitted_notebook(
        submission, assignment, (assignment,), release.parent, own=(source,)
    )
    restore_locked(notebook, nbformat.read(source, as_version=4))
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in leave_out:
            cell.source = ""
    notebook, execution = _executed(notebook, source.parent, config or Config(), student)
    graded = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade") and not nbgrader.get("solution"):
            settled = settle(cell, execution)
            result = result_of(cell)
            tidy_outputs(cell, settled)
            graded[nbgrader["grade_id"]] = GradedCell(
                nbgrader["grade_id"], nbgrader["points"], settled.mark, settled.reason, result
            )
    notebook, _ = SanitizeNotebook().preprocess(notebook, {})
    return GradedNotebook(graded, tuple(notes), notebook)


def _executed(notebook, given, config, student):
    """(notebook, what ExecuteSubmission notes about the run)."""
    execute = ExecuteSubmission(config=config)
    if "timeout" not in config.Execute and "timeout" not in config.ExecuteSubmission:
        execute.timeout = 60
    resources = {"nbgrader": {"given": str(given), "student": student}}
    notebook, resources = execute.preprocess(notebook, resources)
    return notebook, resources["nbgrader"]


def restore_locked(notebook, source):
    """Give locked cells the instructor's text, hidden tests included, as OverwriteCells does."""
    locked = {
        cell.metadata.nbgrader["grade_id"]: cell
        for cell in source.cells
        if cell.metadata.get("nbgrader", {}).get("locked")
        and not cell.metadata.nbgrader.get("solution")
    }
    for cell in notebook.cells:
        original = locked.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if original is not None:
            cell.source = original.source
            cell.metadata = copy.deepcopy(original.metadata)
