"""nbgrader's way in: reads what was handed in as a canonical notebook."""

import os
from pathlib import Path

from nbconvert.exporters import NotebookExporter
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException

from autograder.execute import submissions
from autograder.execute.earlier import earlier_notebook, keep_earlier
from autograder.intake import submitted_notebook
from autograder.sandbox import isolation


class SubmissionExporter(NotebookExporter):
    """Autograde.exporter_class: like NotebookExporter, but submissions go through intake.

    A file that is no notebook becomes the released one, untouched, with a note that says so:
    the student has no marks and knows why, and everybody else is graded.
    """

    def __init__(self, config=None, **kw):
        """nbgrader makes the exporter once it has found its submissions, before it touches any.

        That is the only moment of its own that all its ways to autograde share and that comes
        before it copies: the pre_convert_hook runs after a forced run has deleted what was there.
        """
        super().__init__(config=config, **kw)
        if isinstance(self.parent, Autograde):
            self._choose_isolation()
            submissions.prepare(self.parent)
            names = submissions.expected_notebooks(self.parent.coursedir, self.parent.log)
            submissions.leave_out_unreadable(self.parent, names)
            keep_earlier(self.parent)

    def from_filename(self, filename, resources=None, **kw):
        """Convert one notebook; `resources["nbgrader"]` names student, assignment, notebook."""
        coursedir, names = self.parent.coursedir, resources["nbgrader"]
        release = Path(coursedir.format_path(coursedir.release_directory, ".", names["assignment"]))
        names["given"] = str(release)  # for ExecuteSubmission: the same for all, so one worker does
        names["earlier"] = earlier_notebook(coursedir, names)
        if not self._is_submission(filename):
            return super().from_filename(filename, resources=resources, **kw)
        folder, name = Path(filename).parent, Path(filename).stem
        source = Path(coursedir.format_path(coursedir.source_directory, ".", names["assignment"]))
        expected = submissions.expected_notebooks(coursedir, self.log)
        notebook, notes = submitted_notebook(
            folder, name, expected, release, own=sorted(source.glob("*.ipynb"))
        )
        for note in notes:
            self.log.warning("%s: %s", filename, note)
        resources = dict(resources) | {"metadata": {"name": name}}
        resources["nbgrader"]["given"] = str(source)
        self._hand_on_timestamp(folder, names, resources)
        return self.from_notebook_node(notebook, resources=resources, **kw)

    def _choose_isolation(self):
        wanted = self.config.ExecuteSubmission.get("isolation", "auto")
        try:
            self.log.info("isolation of students' code: %s", isolation.choose(str(wanted)))
        except (isolation.IsolationUnavailable, ValueError) as error:
            self.log.error("%s", error)
            raise NbGraderException(str(error)) from error

    def _is_submission(self, filename):
        submitted = Path(self.parent.coursedir.root, self.parent.coursedir.submitted_directory)
        return submitted.resolve() in Path(os.path.abspath(filename)).parents or (
            submitted.absolute() in Path(os.path.abspath(filename)).parents
        )

    def _hand_on_timestamp(self, folder, names, resources):
        """Have nbgrader's writer put the timestamp beside the autograded notebook.

        nbgrader compares the two to tell whether a later submission has come.
        """
        coursedir = self.parent.coursedir
        text = submissions.timestamp_of(folder)
        if text is None:
            return
        autograded = coursedir.format_path(
            coursedir.autograded_directory, names["student"], names["assignment"]
        )
        # Left by an earlier run for another notebook, it is there read-only.
        Path(autograded, submissions.TIMESTAMP).unlink(missing_ok=True)
        resources["outputs"] = {submissions.TIMESTAMP: f"{text}\n".encode("ascii")}
