"""From whatever was handed in to a canonical notebook: the release plus the student's sources."""

from autograder.intake.read import Unreadable, read_notebook
from autograder.intake.rebuild import rebuild

__all__ = ["Unreadable", "read_notebook", "rebuild"]
