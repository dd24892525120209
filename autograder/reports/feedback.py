"""One student's feedback, written by a worker process of whoever runs a whole class."""

import contextlib
import functools
import glob
import logging
import os
import shutil
from pathlib import Path

from nbconvert.writers import FilesWriter
from nbgrader.apps.generatefeedbackapp import GenerateFeedbackApp
from nbgrader.converters import GenerateFeedback
from nbgrader.converters.base import NbGraderException

NEW = ".new-"  # in front of the folder's name: hidden, and beside it
TIMESTAMP = "timestamp.txt"
# A process serves one course; a test or a cluster's worker may serve a few.
COURSES = 8


class FeedbackFailed(Exception):
    """A student's feedback could not be made, and is as it was before; the message is the log's."""


def write_feedback(course, assignment, student):
    """What `nbgrader generate_feedback ASSIGNMENT --student=STUDENT --force` writes.

    course: the course's folder. assignment, student: names, not patterns. Returns the paths of the
    files that the student's folder has then; none for a student whom the course excludes.

    The converter is made once a process, from the course's configuration as it then is. A page is
    replaced by a whole one, or stays; the folder is never away. Not for several threads: nbgrader
    works in the course's folder. Raises FeedbackFailed.
    """
    course = Path(course).resolve()
    errors = _Errors(logging.ERROR)
    try:
        with contextlib.chdir(course):
            converter = _converter(course)
            converter.log.addHandler(errors)
            try:
                return converter.write(assignment, student)
            finally:
                converter.log.removeHandler(errors)
    except (Exception, SystemExit) as error:  # a configuration is a program: it may raise anything
        # The last line of each: the one that says what went wrong, after nbgrader's tracebacks.
        lines = [line.strip().splitlines()[-1] for line in errors.lines if line.strip()]
        said = "; ".join(lines) or f"{type(error).__name__}: {error}"
        raise FeedbackFailed(f"no feedback on {assignment} for {student}: {said}") from error


@functools.lru_cache(maxsize=COURSES)
def _converter(course):
    app = GenerateFeedbackApp()
    # nbgrader goes on without a configuration that it cannot read: nothing would be cleaned.
    app.raise_config_file_errors = True
    app.initialize([], root=str(course))
    app.log.setLevel(logging.ERROR)  # a line a file, from each worker
    return StagedFeedback(coursedir=app.coursedir, parent=app)


class StagedFeedback(GenerateFeedback):
    """nbgrader's converter, which writes beside the student's folder, and keeps its exporter."""

    def __init__(self, **kw):
        super().__init__(**kw)
        self.force = True
        self.exporter = self.exporter_class(parent=self, config=self.config)
        for preprocessor in self.preprocessors:
            self.exporter.register_preprocessor(preprocessor)

    def write(self, assignment, student):
        """Write one student's feedback; returns the paths. The course is the working directory."""
        self.coursedir.assignment_id, self.coursedir.student_id = assignment, student
        # nbgrader's init_notebooks takes names for patterns: for `b[e]n` it finds ben's notebook.
        source = self._format_source(assignment, student)
        notebooks = os.path.join(glob.escape(source), f"{self.coursedir.notebook_id}.ipynb")
        self.assignments = {source: glob.glob(notebooks)}
        if not self.assignments[source]:
            raise NbGraderException(f"no notebook is at {source}")
        new = Path(self._format_dest(assignment, student))
        try:
            self.writer = FilesWriter(parent=self, config=self.config)
            self.convert_notebooks()
            everything = self.coursedir.notebook_id == "*"
            return _moved(new, Path(super()._format_dest(assignment, student)), everything)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    def _format_dest(self, assignment_id, student_id, escape=False):
        folder = super()._format_dest(assignment_id, student_id, escape)
        return os.path.join(os.path.dirname(folder), NEW + os.path.basename(folder))


class _Errors(logging.Handler):
    """Keeps what is logged."""

    def __init__(self, level):
        super().__init__(level)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def _moved(new, folder, everything):
    """Have the files of `new` in `folder`, and no others if they are everything; their paths."""
    if not new.is_dir():
        return []
    names = [file.relative_to(new) for file in _files(new)]
    if not folder.is_dir():
        os.rename(new, folder)
        return [folder / name for name in names]
    # nbgrader takes feedback with the submission's timestamp for up to date: that comes last.
    for name in sorted(names, key=lambda name: name.name == TIMESTAMP):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(new / name, folder / name)
    if everything:
        for old in {file.relative_to(folder) for file in _files(folder)} - set(names):
            (folder / old).unlink()
    return [folder / name for name in names]


def _files(folder):
    return sorted(path for path in folder.rglob("*") if not path.is_dir())
