"""The marking scheme of an assignment: its test cells, their checks, their points."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class TestCell:
    """A test cell: grade_id, title, the notebook's part, and points by check name.

    judges: the grade_id of the solution cell whose faults cost points here. Several test cells may
    judge one; the experiment judges the net. bonus: its points come on top of the others.
    """

    __test__ = False  # a name that pytest would collect

    grade_id: str
    title: str
    part: int
    judges: str
    checks: dict
    bonus: bool = False

    @property
    def points(self):
        return float(sum(self.checks.values()))


@dataclass(frozen=True)
class WrittenCell:
    """An answer marked by hand."""

    grade_id: str
    title: str
    part: int
    points: float


@dataclass(frozen=True)
class Scheme:
    """assignment: nbgrader's name. title: in words. parts: {number: title}.

    cells and written by grade_id, in the notebook's order. for_eyes: the grade_ids of given cells
    that cost time and make nothing that a check reads, such as training runs for plots.
    """

    assignment: str
    title: str
    parts: dict
    cells: dict
    written: dict
    for_eyes: tuple = ()

    @property
    def bonus(self):
        """The grade_ids of bonus cells."""
        return {grade_id for grade_id, cell in self.cells.items() if cell.bonus}

    @property
    def points(self):
        """All points, a bonus included: nbgrader's own sum."""
        return sum(c.points for c in (*self.cells.values(), *self.written.values()))


@functools.cache
def load_scheme(assignment):
    """The marking scheme of `assignment`. Raises LookupError if it has none."""
    file = resources.files("autograder.marking").joinpath(f"{assignment}.toml")
    if not file.is_file():
        raise LookupError(f"assignment {assignment!r} has no marking scheme ({assignment}.toml)")
    data = tomllib.loads(file.read_text("utf-8"))
    cells = {c["grade_id"]: TestCell(**c) for c in data["cell"]}
    written = {w["grade_id"]: WrittenCell(**w) for w in data.get("written", ())}
    parts = {int(number): title for number, title in data["parts"].items()}
    for_eyes = tuple(data.get("for_eyes", ()))
    return Scheme(assignment, data["title"], parts, cells, written, for_eyes)
