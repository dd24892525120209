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
            return super().preprocess(nb, resources, km=km)
        except (DeadKernelError, UnresponsiveKernelError) as error:
            self.log.warning("the notebook's kernel died: %s", error)
            resources["nbgrader"]["kernel_died"] = True
            return nb, resources
