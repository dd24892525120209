"""How marks are distributed: over the class, and part by part. Pure functions of plain data."""

import math
import statistics
from dataclasses import dataclass

NEARLY = 1e-9  # points: marks are sums of fractions


@dataclass(frozen=True)
class Summary:
    """lower, upper: quartiles. deviation: the sample's standard deviation, None for one value."""

    count: int
    mean: float
    deviation: float | None
    least: float
    lower: float
    median: float
    upper: float
    most: float


@dataclass(frozen=True)
class Bin:
    """How many marks lie from `least` to below `below`; in the last one, also on it and above."""

    least: float
    below: float
    final: int
    provisional: int

    @property
    def count(self):
        return self.final + self.provisional


@dataclass(frozen=True)
class PartRow:
    """A part of the assignment, or a cell of one that has no parts.

    share: of the points that have been given or refused so far, those given; None if none have.
    mean: points, of those whose part is wholly marked; None while they are fewer than half. full,
    some, nothing: how many of those earned all of it, a part, nothing. waiting: how many students
    are not wholly marked.
    """

    number: int
    title: str
    points: float
    share: float | None
    mean: float | None
    full: int
    some: int
    nothing: int
    waiting: int


def summarise(values):
    """The Summary of some numbers. Raises ValueError for none.

    Quartiles are interpolated between the values, least and greatest included: what a spreadsheet
    calls QUARTILE.INC.
    """
    values = sorted(values)
    if not values:
        raise ValueError("nothing to summarise")
    single = len(values) == 1
    lower, median, upper = (
        values * 3 if single else statistics.quantiles(values, n=4, method="inclusive")
    )
    return Summary(
        len(values),
        statistics.fmean(values),
        None if single else statistics.stdev(values),
        values[0],
        lower,
        median,
        upper,
        values[-1],
    )


def is_final(standing):
    """Whether every cell has its mark."""
    return all(cell.mark is not None for cell in standing.cells)


def histogram(standings, points):
    """Bins of a round width over 0 to `points`, 7 to 14 of them; one Bin if there are no points.

    The last one is narrower where the width does not go into the points.
    """
    width = _round_width(points)
    number = max(1, math.ceil(points / width - NEARLY))
    final, provisional = [0] * number, [0] * number
    for standing in standings:
        place = int(standing.mark / width + NEARLY)
        counts = final if is_final(standing) else provisional
        counts[min(place, number - 1)] += 1
    return tuple(
        Bin(width * i, min(width * (i + 1), points), final[i], provisional[i])
        for i in range(number)
    )


def _round_width(points):
    """The widest of 1, 2, 2.5 and 5 times a power of ten of which at least 7 go into the points."""
    if points <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(points / 7))
    return max(step * power for step in (1, 2, 2.5, 5) if step * power <= points / 7 + NEARLY)


def part_rows(standings):
    """A PartRow for each part, in order; for each cell where the assignment has no parts."""
    by_cell = all(cell.part == 0 for standing in standings for cell in standing.cells)
    found = {}
    for standing in standings:
        own = {}
        for cell in standing.cells:
            own.setdefault(cell.grade_id if by_cell else cell.part, []).append(cell)
        for key, cells in own.items():
            title = cells[0].title if by_cell else standing.parts.get(key, "")
            found.setdefault(key, (title, []))[1].append(cells)
    return tuple(
        _part_row(0 if by_cell else key, title or f"Part {key}", students)
        for key, (title, students) in found.items()
    )


def _part_row(number, title, students):
    """students: for each, the cells of the part."""
    given, judged, marks = [], [], []
    full = nothing = 0
    for cells in students:
        marked = [cell for cell in cells if cell.mark is not None]
        mark, points = sum(c.mark for c in marked), sum(c.points for c in marked)
        given.append(mark)
        judged.append(points)
        if len(marked) == len(cells):
            marks.append(mark)
            full += mark >= points - NEARLY
            nothing += mark <= NEARLY < points
    return PartRow(
        number,
        title,
        max(sum(cell.points for cell in cells) for cells in students),
        math.fsum(given) / math.fsum(judged) if any(judged) else None,
        # Those who answered nothing are the first to be wholly marked: no mean of them alone.
        statistics.fmean(marks) if 2 * len(marks) >= len(students) else None,
        full,
        len(marks) - full - nothing,
        nothing,
        len(students) - len(marks),
    )
