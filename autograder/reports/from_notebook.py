"""How one submission stands that was graded without a gradebook: from its result."""

import json
from datetime import UTC

import nbformat
from nbgrader.utils import is_grade, is_solution, is_task, parse_utc

from autograder.execute.settle import result_of
from autograder.marking.judge import CellResult
from autograder.marking.scheme import load_scheme
from autograder.reports.standing import GRADER, PERSON, CellStanding, Standing


def standing_of(result, problem=""):
    """The Standing of an execute.result.Result whose notebooks' texts are there.

    What is marked by hand has no mark here, not even a zero where nothing was written (the comment
    then says so): what the grader can give is the same for everybody. There is no late penalty
    either, as there is no due date. problem: stands for intake's notes, if it is not "".
    """
    try:
        scheme = load_scheme(result.assignment)
        title, parts, known = scheme.title, scheme.parts, scheme.cells | scheme.written
    except LookupError:  # an assignment that others have written
        title, parts, known = result.assignment, {}, {}
    cells, notes = [], []
    names = [_grade_id(cell) for n in result.notebooks for cell in _marked(n)]
    shared = {name for name in names if names.count(name) > 1}
    for notebook in result.notebooks:
        notes += notebook.notes
        cells += (_standing(cell, notebook, known, shared) for cell in _marked(notebook))
    timestamp = parse_utc(result.timestamp) if result.timestamp else None
    return Standing(
        student=result.student,
        assignment=result.assignment,
        title=title,
        cells=tuple(cells),
        parts=parts,
        timestamp=timestamp and timestamp.replace(tzinfo=UTC),
        notes=(problem,) if problem else tuple(notes),
        isolation=result.isolation,
    )


def _marked(notebook):
    """The cells of a NotebookResult that have points, in order."""
    # Our own grader has just written it: there is nothing to check.
    cells = nbformat.from_dict(json.loads(notebook.text)).cells
    return [cell for cell in cells if is_grade(cell) or is_task(cell)]


def _grade_id(cell):
    return cell.metadata.nbgrader["grade_id"]


def _standing(cell, notebook, known, shared):
    grade_id, by_hand = _grade_id(cell), is_solution(cell) or is_task(cell)
    by_hand = by_hand or cell.cell_type != "code"
    mark = None if by_hand else notebook.marks.get(grade_id)
    shown = known.get(grade_id)
    return CellStanding(
        grade_id=f"{notebook.name}/{grade_id}" if grade_id in shared else grade_id,
        title=shown.title if shown else grade_id,
        part=shown.part if shown else 0,
        points=float(cell.metadata.nbgrader["points"]),
        mark=mark,
        awaits="" if mark is not None else PERSON if by_hand else GRADER,
        result=None if by_hand else _result(cell),
        comment=notebook.comments.get(grade_id) or "",
        reason=notebook.reasons.get(grade_id, ""),
    )


def _result(cell):
    found = result_of(cell)
    return CellResult.from_dict(found) if found else None
