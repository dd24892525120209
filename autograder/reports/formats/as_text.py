"""Plain text, for a terminal or a log."""

from autograder.marking.judge import GRADER_FAULT
from autograder.marking.render import messages
from autograder.reports.formats import words
from autograder.reports.standing import GRADER, PERSON


def render(standing, run):
    """The Standing as lines of text."""
    text = words.templates().get_template("grade.txt.j2").render(**what_to_say(standing))
    return words.without_commands(text)


def render_fault(run):
    """What to say where the grader failed."""
    return words.without_commands(f"{words.in_a_line(run.assignment)}: {run.fault}\n")


def what_to_say(standing):
    """The variables of the templates of text and Markdown."""
    return {
        "s": standing,
        "out_of": words.out_of(standing),
        "by_hand": words.awaiting(standing, PERSON),
        "ungraded": words.awaiting(standing, GRADER),
        "cells": [(cell, *_said(cell)) for cell in standing.cells],
        "misconceptions": list(standing.misconceptions()),
    }


def _said(cell):
    """(lost marks as autograder.marking.render has them, names of checks that broke down)."""
    if cell.result is None:
        return [], []
    broken = [words.check_name(o) for o in cell.result.outcomes if o.status == GRADER_FAULT]
    return messages(cell.result), broken
