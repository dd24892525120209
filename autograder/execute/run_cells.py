"""Executing a submission's cells, and surviving what they do to their kernel."""

from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.execute import UnresponsiveKernelError


class ExecuteSubmission(Execute):
    """nbgrader's Execute, except that a kernel's death does not lose the notebook.

    Stock nbgrader deletes the student's autograded folder then. Here the cells that ran keep
    their outputs, and the test cells that did not run count as such (autograder.execute.settle).
    """

    def preprocess(self, nb, resources, km=None):
        """Run all cells of nb; returns (nb, resources), complete or as far as it came."""
        try:
            nb, resources = super().preprocess(nb, resources, km=km)
        except (DeadKernelError, UnresponsiveKernelError) as error:
            self.log.warning("the notebook's kernel died: %s", error)
            resources["nbgrader"]["kernel_died"] = True
        if setup_failed(nb):
            self.log.error("the course's own setup cell failed: no marks are given")
            resources["nbgrader"]["setup_failed"] = True
        return nb, resources


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
