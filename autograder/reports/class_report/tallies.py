"""Who has which misconception, who awaits whom, and what went wrong: lists of students by cause.

All of them depend on the class as a set only: the students' order, and so their names, change
neither what is listed nor its order.
"""

from dataclasses import dataclass

from autograder.checks.misconceptions import Misconception
from autograder.marking.judge import GRADER_FAULT
from autograder.reports.standing import GRADER, PERSON

UNREADABLE = "could not be"  # in intake's sentences on what it could not read


@dataclass(frozen=True)
class Misunderstood:
    """students: who has the misconception, sorted. lost: points, of all of them together."""

    misconception: Misconception
    students: tuple
    lost: float


@dataclass(frozen=True)
class Waiting:
    """A cell that a person is to mark, and for whom."""

    title: str
    points: float
    students: tuple


@dataclass(frozen=True)
class Fault:
    """What the grader failed in. check: "" where the test cell as a whole has no usable mark.

    last_line: of the traceback, or the reason. unmarked: those of the students whose cell still
    has no mark.
    """

    cell: str
    check: str
    last_line: str
    traceback: str
    students: tuple
    unmarked: tuple


def misunderstood(standings):
    """The Misunderstood, of most students first, then of most points."""
    found = {}
    for standing in standings:
        for misconception, lost in standing.misconceptions().items():
            found.setdefault(misconception, []).append((standing.student, lost))
    rows = [
        Misunderstood(misconception, tuple(sorted(s for s, _ in who)), sum(p for _, p in who))
        for misconception, who in found.items()
    ]
    return sorted(rows, key=lambda r: (-len(r.students), -round(r.lost, 6), r.misconception.title))


def waiting(standings):
    """The Waiting, in the notebook's order; cells that nobody waits for are left out."""
    found = {}
    for standing in standings:
        for cell in standing.cells:
            who = found.setdefault(cell.grade_id, (cell, []))[1]
            if cell.awaits == PERSON:
                who.append(standing.student)
    return [
        Waiting(cell.title, cell.points, tuple(sorted(who))) for cell, who in found.values() if who
    ]


def faults(standings):
    """The Faults, in the notebook's order; one for all students who have the same."""
    found, cells = {}, {}
    for standing in standings:
        for place, cell in enumerate(standing.cells):
            cells.setdefault(cell.grade_id, (place, cell.title))
            for check, text in _faults_in(cell):
                key = cell.grade_id, check, _last_line(text)
                found.setdefault(key, []).append((text, standing.student, cell.mark is None))
    rows = []
    for key in sorted(found, key=lambda key: (cells[key[0]][0], *key)):
        grade_id, check, last_line = key
        who = found[key]
        rows.append(
            Fault(
                cells[grade_id][1],
                check,
                last_line,
                min(text for text, *_ in who),
                tuple(sorted(student for _, student, _ in who)),
                tuple(sorted(student for _, student, is_unmarked in who if is_unmarked)),
            )
        )
    return rows


def notes(standings):
    """({student: notes} of those whose work could not be read, the same of those mended)."""
    unreadable, mended = {}, {}
    for standing in sorted(standings, key=lambda s: s.student):
        if standing.notes:
            cannot = any(UNREADABLE in note for note in standing.notes)
            (unreadable if cannot else mended)[standing.student] = standing.notes
    return unreadable, mended


def isolations(standings):
    """{isolation: how many students}, the commonest first; "" where it is not known."""
    found = {}
    for standing in standings:
        found[standing.isolation] = found.get(standing.isolation, 0) + 1
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def _faults_in(cell):
    """(check, traceback) of each; for a cell that has no mark for another reason, ("", reason)."""
    broken = [
        (o.check, o.fault)
        for o in (cell.result.outcomes if cell.result else ())
        if o.status == GRADER_FAULT
    ]
    if not broken and cell.awaits == GRADER:
        return [("", cell.reason or "this test cell gave no usable mark")]
    return broken


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no traceback was kept"
