"""How a submission stands: marks by cell and part, what awaits a person, what was misunderstood.

Made from the gradebook (autograder.reports.from_gradebook) or from one graded notebook
(autograder.reports.from_notebook); every report and format is written from it.
"""

from dataclasses import dataclass, field

from autograder.checks.misconceptions import catalogue
from autograder.marking.judge import CellResult

PERSON, GRADER = "person", "grader"


@dataclass(frozen=True)
class CellStanding:
    """One marked cell.

    mark: points, None where it has none yet. awaits: "" if it has its mark; "person" for an answer
    that is to be marked by hand; "grader" for a test cell that the grader failed in. result: of a
    test cell, None if it gave none. comment: the marker's. reason: why a test cell's mark is not
    simply what was earned.
    """

    grade_id: str
    title: str
    part: int
    points: float
    mark: float | None
    awaits: str = ""
    result: CellResult | None = None
    comment: str = ""
    reason: str = ""


@dataclass(frozen=True)
class PartStanding:
    """mark: what has been given so far. awaiting: points of the cells that have no mark yet."""

    number: int
    title: str
    mark: float
    points: float
    awaiting: float


@dataclass(frozen=True)
class Standing:
    """One student's assignment. parts: {number: title}. late_penalty: points taken off.

    cells: in the notebook's order. notes: what intake had to mend. timestamp: when it was handed
    in, a datetime in UTC, or None. isolation: what confined the student's code.
    """

    student: str
    assignment: str
    title: str
    cells: tuple
    parts: dict = field(default_factory=dict)
    late_penalty: float = 0.0
    timestamp: object = None
    notes: tuple = ()
    isolation: str = ""

    @property
    def earned(self):
        """Points of all cells that have a mark, before a late penalty."""
        return sum(c.mark for c in self.cells if c.mark is not None)

    @property
    def mark(self):
        """What counts so far: what was earned, less the late penalty, never below nothing."""
        return max(0.0, self.earned - self.late_penalty)

    @property
    def points(self):
        return sum(c.points for c in self.cells)

    @property
    def awaiting(self):
        """Points of the cells that have no mark yet."""
        return sum(c.points for c in self.cells if c.mark is None)

    @property
    def has_grader_fault(self):
        return any(c.awaits == GRADER for c in self.cells)

    def by_part(self):
        """A PartStanding for each part that has a marked cell, in the notebook's order."""
        found = {}
        for cell in self.cells:
            found.setdefault(cell.part, []).append(cell)
        return tuple(
            PartStanding(
                number,
                self.parts.get(number, ""),
                sum(c.mark for c in cells if c.mark is not None),
                sum(c.points for c in cells),
                sum(c.points for c in cells if c.mark is None),
            )
            for number, cells in found.items()
        )

    def misconceptions(self):
        """{Misconception: points lost with it}, the costliest first.

        One whose lost points are nothing (a hint beside full marks) is named too.
        """
        lost = {}
        for cell in self.cells:
            # Full marks given by a person are the last word on what the tests said.
            told = cell.result and (cell.mark is None or cell.mark < cell.points)
            for outcome in cell.result.outcomes if told else ():
                if outcome.misconception in catalogue():
                    misconception = catalogue()[outcome.misconception]
                    points = outcome.points - outcome.mark
                    lost[misconception] = lost.get(misconception, 0.0) + points
        return dict(sorted(lost.items(), key=lambda item: -item[1]))
