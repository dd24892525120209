"""What the gradebook holds of an assignment's notebooks, as plain data for other processes.

nbgrader's OverwriteKernelspec and OverwriteCells ask the gradebook for it, cell by cell; where many
submissions are executed at once, only one process has the gradebook.
"""

import json
from dataclasses import dataclass

from nbgrader.api import MissingEntry
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import NbGraderPreprocessor, OverwriteCells


@dataclass(frozen=True)
class SourceCell:
    """A cell of the instructor's: max_score in points, or None where it has none."""

    name: str
    cell_type: str
    source: str
    locked: bool
    checksum: str
    max_score: float | None


@dataclass(frozen=True)
class SourceNotebook:
    """name: without its ending. kernelspec: JSON, or None. cells: a tuple of SourceCell."""

    name: str
    kernelspec: str | None
    cells: tuple

    def find_source_cell(self, name, notebook, assignment):
        """As nbgrader's Gradebook has it. Raises MissingEntry."""
        for cell in self.cells:
            if cell.name == name:
                return cell
        raise MissingEntry(f"no cell {name} in {self.name}")

    find_graded_cell = find_source_cell


def source_notebooks(gradebook, assignment):
    """The SourceNotebooks of an assignment, by name.

    Raises NbGraderException if the gradebook does not know the assignment.
    """
    try:
        notebooks = gradebook.find_assignment(assignment).notebooks
    except MissingEntry:
        raise NbGraderException(
            f"no assignment {assignment!r} in the gradebook: "
            f"run `nbgrader generate_assignment {assignment}` first"
        ) from None
    return {notebook.name: _source_notebook(notebook) for notebook in notebooks}


def _source_notebook(notebook):
    scores = {cell.name: cell.max_score for cell in (*notebook.grade_cells, *notebook.task_cells)}
    cells = (
        SourceCell(
            cell.name,
            cell.cell_type,
            cell.source,
            cell.locked,
            cell.checksum,
            scores.get(cell.name),
        )
        for cell in notebook.source_cells
    )
    cells = tuple(sorted(cells, key=lambda cell: cell.name))
    return SourceNotebook(notebook.name, notebook.kernelspec, cells)


class RestoreKernelspec(NbGraderPreprocessor):
    """OverwriteKernelspec without a gradebook: reads resources["nbgrader"]["source_notebook"]."""

    def preprocess(self, nb, resources):
        """Give nb the instructor's kernelspec; returns (nb, resources)."""
        kernelspec = resources["nbgrader"]["source_notebook"].kernelspec
        if kernelspec and json.loads(kernelspec):
            nb.metadata["kernelspec"] = json.loads(kernelspec)
        return nb, resources


class RestoreCells(OverwriteCells):
    """OverwriteCells without a gradebook: reads resources["nbgrader"]["source_notebook"]."""

    def preprocess(self, nb, resources):
        """Restore what is the instructor's in nb; returns (nb, resources)."""
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id = names["notebook"], names["assignment"]
        self.gradebook = names["source_notebook"]
        # Intake has put every released cell back, so none is ever missing here.
        return NbGraderPreprocessor.preprocess(self, nb, resources)
