"""From whatever was handed in to a canonical notebook: the release plus the student's sources."""

from autograder.intake.canonical import canonical_notebook, submitted_notebook
from autograder.intake.files import Unreadable
from autograder.intake.folder import notebook_in
from autograder.intake.read import read_notebook
from autograder.intake.rebuild import rebuild

__all__ = [
    "Unreadable",
    "canonical_notebook",
    "notebook_in",
    "read_notebook",
    "rebuild",
    "submitted_notebook",
]
