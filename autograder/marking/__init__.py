"""From outcomes to marks and messages; `mark` is what a notebook's test cell calls."""

from autograder.marking.cell import GraderFault, mark

__all__ = ["GraderFault", "mark"]
