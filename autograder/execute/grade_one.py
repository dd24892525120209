"""Grading one notebook outside nbgrader's commands, by the same steps."""

import copy
import shutil
from dataclasses import dataclass
from pathlib import Path

import nbformat

from autograder.execute.exporter import canonical_notebook
from autograder.execute.run_cells import ExecuteSubmission
from autograder.execute.settle import result_of, settle, tidy_outputs


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


def grade_one(submission, course, assignment, workdir):
    """Grade the notebook file `submission` against `course`/source and release.

    workdir: a folder of its own, in which the released helper files are laid out and the cells
    run. Takes intake, the restoring of locked cells, execution and settling from the very
    classes that `nbgrader autograde` uses. Returns a GradedNotebook.
    """
    release, source = (
        Path(course, kind, assignment, f"{assignment}.ipynb") for kind in ("release", "source")
    )
    notebook, notes = canonical_notebook(submission, release)
    restore_locked(notebook, nbformat.read(source, as_version=4))
    shutil.copytree(
        source.parent, workdir, ignore=shutil.ignore_patterns("*.ipynb"), dirs_exist_ok=True
    )
    resources = {"nbgrader": {}, "metadata": {"path": str(workdir)}}
    notebook, resources = ExecuteSubmission(timeout=60).preprocess(notebook, resources)
    graded = {}
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade") and not nbgrader.get("solution"):
            settled = settle(cell, resources["nbgrader"])
            result = result_of(cell)
            tidy_outputs(cell, settled)
            graded[nbgrader["grade_id"]] = GradedCell(
                nbgrader["grade_id"], nbgrader["points"], settled.mark, settled.reason, result
            )
    return GradedNotebook(graded, tuple(notes), notebook)


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
