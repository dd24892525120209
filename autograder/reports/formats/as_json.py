"""JSON of our own, described in docs/ci.md and by docs/grade.schema.json."""

import json

from autograder.checks.misconceptions import catalogue
from autograder.reports.formats import words
from autograder.reports.formats.run import stamp
from autograder.reports.standing import GRADER, PERSON

SCHEMA = "dropout-course/grade/v1"
GRADED, FAULT = "graded", "grader_fault"


def render(standing, run):
    """The Standing as JSON."""
    return written(
        _head(FAULT if standing.has_grader_fault else GRADED, run)
        | {
            "title": words.clean(standing.title),
            "mark": _number(standing.mark),
            "out_of": _number(words.out_of(standing)),
            "points": _number(standing.points),
            "awaiting": {
                "person": _number(words.awaiting(standing, PERSON)),
                "grader": _number(words.awaiting(standing, GRADER)),
            },
            "late_penalty": _number(standing.late_penalty),
            "submitted_at": standing.timestamp and stamp(standing.timestamp),
            "isolation": words.clean(standing.isolation),
            "notes": [words.clean(note) for note in standing.notes],
            "message": words.NOT_MARKED if standing.has_grader_fault else "",
            "parts": [_part(part) for part in standing.by_part()],
            "cells": [_cell(cell) for cell in standing.cells],
            "misconceptions": [
                {"name": m.name, "title": m.title, "advice": m.advice, "part": m.part}
                | {"lost": _number(lost)}
                for m, lost in standing.misconceptions().items()
            ],
        }
    )


def render_fault(run):
    """The same where the grader failed altogether: no mark, no points."""
    return written(_head(FAULT, run) | {"mark": None, "message": words.clean(run.fault)})


def written(data):
    """Data as JSON that any log can hold: ASCII, and no command to GitHub's runner."""
    text = json.dumps(data, indent=2, allow_nan=False)
    return text.replace("##[", "\\u0023#[") + "\n"


def _head(status, run):
    return {
        "schema": SCHEMA,
        "status": status,
        "assignment": words.clean(run.assignment),
        "student": words.clean(run.student),
        "graded_at": run.stamp,
        "seconds": _number(run.seconds),
    }


def _part(part):
    numbers = ("mark", "points", "awaiting")
    return {"number": part.number, "title": words.clean(part.title)} | {
        name: _number(getattr(part, name)) for name in numbers
    }


def _cell(cell):
    return {
        "grade_id": words.clean(cell.grade_id),
        "title": words.clean(cell.title),
        "part": cell.part,
        "mark": None if cell.mark is None else _number(cell.mark),
        "points": _number(cell.points),
        "awaits": cell.awaits,
        "reason": words.clean(cell.reason),
        "comment": words.clean(cell.comment),
        "checks": [_check(o) for o in cell.result.outcomes] if cell.result else [],
    }


def _check(outcome):
    # Not the traceback of a fault: it is for the instructor alone.
    return {
        "name": outcome.check,
        "status": outcome.status,
        "mark": _number(outcome.mark),
        "points": _number(outcome.points),
        "called": words.clean(outcome.called),
        "returned": words.clean(outcome.returned),
        "expected": words.clean(outcome.expected),
        "misconception": outcome.misconception if outcome.misconception in catalogue() else None,
    }


def _number(value):
    """Without the noise of binary fractions."""
    return round(float(value), 6)
