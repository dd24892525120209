"""Builds `source/<assignment>/` from its text master: `build` writes it, `stale` compares it."""

from autograder.build.folder import build, stale

__all__ = ["build", "stale"]
