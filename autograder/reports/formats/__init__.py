"""A Standing in the formats that people's tools read: one module a format.

Each has render(standing, run) and render_fault(run): text, from a Standing (or from none, where
the grader failed altogether) and the Run it came from. classroom50 has no way to say that the
grader failed but to write nothing: its render_fault gives None. classroom50 also has
missing(environment): names of variables that it needs.
"""

import importlib

NAMES = ("text", "json", "junit", "gradescope", "classroom50", "markdown")


def format_called(name):
    """The module of a format of NAMES."""
    return importlib.import_module(f"{__name__}.{'as_' + name}")
