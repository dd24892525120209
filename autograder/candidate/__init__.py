"""The student's functions and classes as the checks see them: call by value, plain arrays back.

A check holds a *candidate* and never an object of the student's own, so the candidate may
live in this process (LocalCandidate) or behind a wire without the checks knowing.
"""

from autograder.candidate.errors import CandidateError, NotWritten, WrongReturn
from autograder.candidate.local import LocalCandidate

__all__ = ["CandidateError", "LocalCandidate", "NotWritten", "WrongReturn"]
