"""The marks that were lost, one entry a mistake: what was tried, what came back, what is right."""

from dataclasses import dataclass, field

from autograder.checks.misconceptions import Misconception
from autograder.marking.render import messages

UNWRITTEN = "is not written yet"  # the candidate's words for a stub as released
TITLE = 160  # characters of an error that are enough for a heading


@dataclass(frozen=True)
class Evidence:
    """One thing that was tried. cell: the title of the test cell. checks: names, in words."""

    cell: str
    checks: tuple
    lost: float
    called: str
    returned: str
    expected: str


@dataclass
class Lost:
    """Points lost to one mistake. misconception: the likely one, or None. section: where."""

    title: str
    section: object
    misconception: Misconception | None = None
    evidence: list = field(default_factory=list)
    said: str = ""
    lost: float = 0.0


def losses(sections):
    """Lost entries, the costliest first; a misconception is named once for all it has cost.

    sections: of a Page, those that have marked cells.
    """
    found = {}
    for section in sections:
        for cell in section.marked:
            if cell.kind != "tests" or cell.mark is None or (cell.bonus and not cell.mark):
                continue
            if cell.by_hand:
                _add_by_hand(found, section, cell)
                continue
            for message in messages(cell.result) if cell.result else ():
                _add(found, section, cell, message)
            if cell.result is None and cell.lost > 0:
                found[cell.grade_id] = Lost(
                    f"{cell.title}: not earned", section, said=cell.said, lost=cell.lost
                )
    return sorted(found.values(), key=lambda entry: -entry.lost)


def _add_by_hand(found, section, cell):
    """A mark that a person set stands in the place of what the tests gave, and of their points."""
    if cell.lost > 0:
        tests = f"The tests gave {cell.result.mark:g} of {cell.result.points:g} points. "
        said = f"{tests if cell.result else ''}A person has looked at it and set the mark."
        found[cell.grade_id] = Lost(
            f"{cell.title}: the mark was set by a person", section, said=said, lost=cell.lost
        )


def _add(found, section, cell, message):
    misconception = message["misconception"]
    said = (message["called"], message["returned"], message["expected"])
    key = misconception.name if misconception else said
    if message["returned"] == UNWRITTEN:
        key = UNWRITTEN  # what is not there needs no entry each
    entry = found.setdefault(key, Lost(_title(message), section, misconception))
    entry.lost += message["lost"]
    entry.evidence.append(
        Evidence(
            cell.title,
            tuple(message["checks"]),
            message["lost"],
            message["called"],
            message["returned"],
            message["expected"],
        )
    )


def _title(message):
    if message["misconception"]:
        return message["misconception"].title
    if message["returned"] == UNWRITTEN:
        return "Not written yet"
    if not message["expected"]:  # the student's own error, or nothing written yet
        return f"{message['called']} {message['returned']}"[:TITLE]
    first, *more = message["checks"]
    return f"{first}, and {len(more)} more" if more else first
