"""Executing one submission apart from nbgrader's command and its gradebook, by the same steps."""

import logging
import time
from dataclasses import asdict

import nbformat

from autograder.execute.course import load_course
from autograder.execute.result import NotebookResult, Result, digest_of
from autograder.execute.submissions import timestamp_of
from autograder.intake import submitted_notebook

LOGGER = "autograder.submission"


def execute_submission(task):
    """Execute all notebooks of one Task; returns a Result.

    May run in any process that sees the course's folder. Raises what is the grader's own fault;
    whatever the student did is in the result.
    """
    wall, cpu = time.monotonic(), time.process_time()
    course = load_course(task.root, task.assignment, task.options)
    with _Heard() as heard:
        notebooks, isolations = [], set()
        for source in task.sources:
            notebook, names, notes = _executed(course, task, source, heard.logger)
            text = _as_written(notebook)
            isolations.add(names.get("isolation", ""))
            notebooks.append(
                NotebookResult(
                    source.name,
                    **asdict(names["marks"]),
                    notes=tuple(notes),
                    digest=digest_of(text),
                    text=text,
                )
            )
    return Result(
        task.student,
        task.assignment,
        task.key,
        timestamp_of(task.folder),
        tuple(notebooks),
        tuple(heard.lines),
        ", ".join(sorted(isolations)),
        time.process_time() - cpu,
        time.monotonic() - wall,
    )


def _executed(course, task, source, logger):
    """(notebook, resources["nbgrader"], notes) of one notebook."""
    release, own = course.folder("release"), course.folder("source")
    expected = tuple(s.name for s in task.sources)
    notebook, notes = submitted_notebook(
        task.folder, source.name, expected, release, own=sorted(own.glob("*.ipynb"))
    )
    for note in notes:
        logger.warning("%s", note)
    names = {
        "student": task.student,
        "assignment": task.assignment,
        "notebook": source.name,
        "source_notebook": source,
        "given": str(own),
    }
    resources = {"nbgrader": names, "metadata": {"name": source.name}}
    for preprocessor in course.preprocessors():
        # Configured with the course's settings, and heard by the one who looks after the run.
        made = preprocessor(config=course.config, log=logger)
        notebook, resources = made(notebook, resources)
    return notebook, resources["nbgrader"], notes


def _as_written(notebook):
    """The text that nbgrader's NotebookExporter would write."""
    text = nbformat.writes(notebook, version=nbformat.current_nbformat)
    return text if text.endswith("\n") else text + "\n"


class _Heard(logging.Handler):
    """Collects what is logged as a warning or worse, in a logger of its own."""

    def __init__(self):
        super().__init__(logging.WARNING)
        self.lines = []
        self.logger = logging.Logger(LOGGER)
        self.logger.addHandler(self)

    def emit(self, record):
        self.lines.append(record.getMessage())

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.logger.removeHandler(self)
