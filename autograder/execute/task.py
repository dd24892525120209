"""What is to be done for one submission, as plain data that can be sent anywhere."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Task:
    """root: the course's folder. options: nbgrader's command-line options, a tuple.

    folder: what the student handed in. sources: a tuple of execute.sources.SourceNotebook.
    key: of everything the result depends on (autograder.class_run.keys).
    """

    root: Path
    assignment: str
    options: tuple
    student: str
    folder: Path
    sources: tuple
    key: str
