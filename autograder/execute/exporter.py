"""nbgrader's way in: reads what was handed in as a canonical notebook."""

from pathlib import Path

import nbformat
from nbconvert.exporters import NotebookExporter
from nbgrader.converters.base import NbGraderException

from autograder.intake import Unreadable, read_notebook, rebuild
from autograder.intake.rebuild import with_notes


class SubmissionExporter(NotebookExporter):
    """Autograde.exporter_class: like NotebookExporter, but submissions go through intake.

    A file that is no notebook becomes the released one, untouched, with a note that says so:
    the student has no marks and knows why, and everybody else is graded.
    """

    def from_filename(self, filename, resources=None, **kw):
        """Convert one notebook; `resources["nbgrader"]` names student, assignment, notebook."""
        if not self._is_submission(filename):
            return super().from_filename(filename, resources=resources, **kw)
        notebook, notes = canonical_notebook(filename, self._released(resources["nbgrader"]))
        for note in notes:
            self.log.warning("%s: %s", filename, note)
        resources = dict(resources) | {"metadata": {"name": Path(filename).stem}}
        return self.from_notebook_node(notebook, resources=resources, **kw)

    def _is_submission(self, filename):
        submitted = Path(self.parent.coursedir.root, self.parent.coursedir.submitted_directory)
        return submitted.resolve() in Path(filename).absolute().parents

    def _released(self, names):
        folder = self.parent.coursedir.format_path(
            self.parent.coursedir.release_directory, ".", names["assignment"]
        )
        path = Path(folder, f"{names['notebook']}.ipynb")
        if not path.is_file():
            raise NbGraderException(
                f"{path} is missing, so no submission can be read against it: run "
                f"`nbgrader generate_assignment {names['assignment']}` first"
            )
        return path


def canonical_notebook(path, release_path):
    """(notebook, notes) for one handed-in file; never raises for what a student sent."""
    release = nbformat.read(release_path, as_version=4)
    try:
        notebook, notes = rebuild(release, read_notebook(path))
    except Unreadable as reason:
        notebook = release
        notes = [
            f"the file {Path(path).name} could not be read: {reason}. Nothing in it could be "
            "marked; hand it in again"
        ]
    return with_notes(notebook, notes), notes
