"""How hard each task was, and whether it tells strong work from weak. Pure functions.

An item is a cell, or one check of a test cell. With x_s for what student s earned of the item, and
r_s for the share that s earned of all *other* points that have been marked:

- difficulty: the sum of x_s over the sum of the item's points, from 0 (nobody has it) to 1;
- discrimination: the correlation (Pearson's) of x_s and r_s, the corrected item-total correlation,
  from -1 to 1. The item itself is left out of r_s, or it would be compared with itself.

Only students count whose item has been judged, so neither what awaits a person nor what the grader
failed in makes a task look harder than it is.
"""

import math
from dataclasses import dataclass

from autograder.marking.judge import GRADER_FAULT

FEWEST = 10  # students; the correlation of fewer is chance
NEARLY = 1e-9
HARD = 1 / 3

TOO_FEW, ALIKE, ALONE = "too few", "all alike", "no other marks"
NOBODY, AGAINST, DOUBTFUL, HARD_ITEM, EVERYBODY = (
    "nobody",
    "against",
    "doubtful",
    "hard",
    "everybody",
)


@dataclass(frozen=True)
class Item:
    """check: "" for a cell as a whole. share: the difficulty; None where nobody's is judged.

    discrimination: None where it cannot be told, and why_not says why: TOO_FEW students, all of
    them ALIKE in the item or in the rest, or ALONE: nothing else has been marked. judged: how many
    students it is about. remark: NOBODY earned anything; AGAINST: a clearly negative
    discrimination; DOUBTFUL: a negative one that may be chance; HARD_ITEM: less than a third of
    the points earned; EVERYBODY has it; or "". There is none while fewer than half are judged.
    """

    grade_id: str
    check: str
    title: str
    part: int
    points: float
    judged: int
    share: float | None
    discrimination: float | None
    why_not: str = ""
    remark: str = ""
    checks: tuple = ()


def cell_items(standings):
    """An Item for each cell, in the notebook's order, with those of its checks in `checks`."""
    cells, pairs, check_pairs, count = {}, {}, {}, len(standings)
    for standing in standings:
        earned = standing.earned
        judged = sum(cell.points for cell in standing.cells if cell.mark is not None)
        for cell in standing.cells:
            cells.setdefault(cell.grade_id, cell)
            marked = cell.mark is not None
            rest = earned - (cell.mark or 0.0), judged - cell.points * marked
            own = pairs.setdefault(cell.grade_id, [])
            if marked:
                own.append((cell.mark, cell.points, *rest))
            outcomes = [
                o for o in (cell.result.outcomes if cell.result else ()) if o.status != GRADER_FAULT
            ]
            mark, points = sum(o.mark for o in outcomes), sum(o.points for o in outcomes)
            for place, o in enumerate(outcomes):
                others = rest[0] + mark - o.mark, rest[1] + points - o.points
                found = check_pairs.setdefault(cell.grade_id, {}).setdefault(o.check, [])
                found.append((o.mark, o.points, *others, place))
    return tuple(
        _item(
            cell,
            "",
            cell.points,
            pairs[grade_id],
            count,
            _check_items(cell, check_pairs.get(grade_id, {}), count),
        )
        for grade_id, cell in cells.items()
    )


def _check_items(cell, found, count):
    """found: {check: rows}. In the marking scheme's order, whoever's result was seen first."""
    order = sorted(found, key=lambda check: (min(row[-1] for row in found[check]), check))
    return tuple(
        _item(cell, check, max(row[1] for row in found[check]), found[check], count)
        for check in order
    )


def correlation(xs, ys):
    """Pearson's correlation of two equally long sequences; None if either does not vary."""
    n = len(xs)
    if n < 2:
        return None
    mean_x, mean_y = math.fsum(xs) / n, math.fsum(ys) / n
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    spread_x, spread_y = math.fsum(d * d for d in dx), math.fsum(d * d for d in dy)
    if spread_x < NEARLY or spread_y < NEARLY:
        return None
    product = math.fsum(a * b for a, b in zip(dx, dy, strict=True))
    return max(-1.0, min(1.0, product / math.sqrt(spread_x * spread_y)))


def _item(cell, check, points, rows, count, checks=()):
    """rows: (mark, points, mark of all else, points of all else, ...) for each judged student.

    count: of all students.
    """
    total = math.fsum(row[1] for row in rows)
    share = math.fsum(row[0] for row in rows) / total if total else None
    found, why_not = _discrimination(rows)
    return Item(
        cell.grade_id,
        check,
        check.replace("_", " ") if check else cell.title,
        cell.part,
        points,
        len(rows),
        share,
        found,
        why_not,
        _remark(share, found, len(rows), count),
        checks,
    )


def _discrimination(rows):
    """(the correlation, "") or (None, why not)."""
    compared = [(row[0], row[2] / row[3]) for row in rows if row[3] > NEARLY]
    if rows and not compared:
        return None, ALONE
    if len(compared) < FEWEST:
        return None, TOO_FEW
    found = correlation([mark for mark, _ in compared], [rest for _, rest in compared])
    return (None, ALIKE) if found is None else (found, "")


def _remark(share, discrimination, judged, count):
    # Who gave no answer has a zero before anybody else's is marked.
    if share is None or 2 * judged < count:
        return ""
    if share <= NEARLY:
        return NOBODY
    if discrimination is not None and discrimination < 0:
        # Without any connection it strays this far from 0 once in twenty items.
        return AGAINST if discrimination < -2 / math.sqrt(judged) else DOUBTFUL
    if share >= 1 - NEARLY:
        return EVERYBODY
    return HARD_ITEM if share < HARD else ""
