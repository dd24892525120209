"""What is to be done for one submission, as plain data that can be sent anywhere."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """root: the course's folder. options: nbgrader's command-line options, a tuple.

    folder: what the student handed in. release: the folder of released files. sources: a tuple of
    execute.sources.SourceNotebook. shared, key: of everything that the course and the submission
    bring into the result (autograder.class_run.keys).
    """

    root: Path
    assignment: str
    options: tuple
    student: str
    folder: Path
    release: Path
    sources: tuple
    shared: str
    key: str
