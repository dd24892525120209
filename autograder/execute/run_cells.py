"""Executing a submission's cells, and surviving what they do."""

import sys

from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError
from traitlets import Bool, Float

from autograder.execute.outputs import NotebookOutputs
from autograder.sandbox.launcher import shared_worker

LANGUAGE = {
    "name": "python",
    "version": ".".join(map(str, sys.version_info[:3])),
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
HIDDEN = "ERROR: An error occurred while showtraceback was disabled"


class NotebookDied(Exception):
    """The process that ran a notebook ended before its last cell."""


class ExecuteSubmission(Execute):
    """nbgrader's Execute, run by a warm worker instead of a Jupyter kernel a notebook.

    Takes nbgrader's `timeout` (seconds a cell; None or negative: no limit) and `timeout_func`.
    A cell that exceeds it is interrupted and the next one runs. Where the notebook's process dies,
    stock nbgrader deletes the student's autograded folder; here the cells that ran keep their
    outputs, and the test cells that did not run count as such (autograder.execute.settle).
    """

    kernel = Bool(False, help="Run notebooks in Jupyter kernels, as nbgrader does.").tag(
        config=True
    )
    grace = Float(
        5, help="Seconds an interrupted cell has to stop before its notebook is ended."
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Run all cells of nb; returns (nb, resources), complete or as far as it came.

        Sets resources["nbgrader"]'s kernel_died and setup_failed where that is so.
        Raises WorkerFailed if notebooks cannot be run at all.
        """
        for cell in nb.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        try:
            if self.kernel or km is not None:
                nb, resources = super().preprocess(nb, resources, km=km)
            else:
                self._run_cells(nb, resources)
        except (DeadKernelError, UnresponsiveKernelError, NotebookDied) as error:
            self.log.warning("the notebook's kernel died: %s", error)
            resources["nbgrader"]["kernel_died"] = True
        if setup_failed(nb):
            self.log.error("the course's own setup cell failed: no marks are given")
            resources["nbgrader"]["setup_failed"] = True
        return nb, resources

    def _run_cells(self, nb, resources):
        nb.metadata["language_info"] = LANGUAGE
        outputs = NotebookOutputs()
        cwd = resources.get("metadata", {}).get("path") or "."
        with shared_worker().notebook(cwd) as notebook:
            for cell in nb.cells:
                if cell.cell_type == "code" and cell.source.strip():
                    died = self._run_cell(notebook, cell, outputs)
                    if died:
                        break
            else:
                return
        raise NotebookDied(died)

    def _run_cell(self, notebook, cell, outputs):
        """Run one cell; returns why the notebook's process died in it, or ""."""
        limit = self._get_timeout(cell)
        outputs.begin(cell)
        end = notebook.run(cell.source, limit, self.grace, outputs)
        if end.timed_out:
            self.log.warning("a cell took longer than %s s", limit)
            words = f"the cell took longer than {limit} s"
            outputs.error(*_error("CellTimeoutError", words), first=True)
        elif end.error and not any(o.get("ename") == end.error.get("ename") for o in cell.outputs):
            # As nbgrader does it: the cell has kept its traceback from being shown.
            traceback = end.error.get("traceback") or [HIDDEN]
            outputs.error(end.error.get("ename"), end.error.get("evalue"), traceback)
        if end.died:
            words = f"the process that ran this notebook ended in this cell: {end.died}"
            outputs.error(*_error("DeadKernelError", words))
        return end.died


def _error(name, what):
    return name, what, [f"\x1b[0;31m{name}\x1b[0m: {what}"]


def setup_failed(nb):
    """Whether the course's own first cells failed: those before anything a student wrote.

    A missing package or helper file there is not the student's fault.
    """
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        nbgrader = cell.metadata.get("nbgrader", {})
        if not nbgrader.get("locked") or nbgrader.get("solution"):
            return False
        if any(output.output_type == "error" for output in cell.outputs):
            return True
    return False
