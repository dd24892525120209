"""The class report's figures: worked out by hand here, so that they are known to be right."""

import random
import xml.etree.ElementTree as ElementTree

import pytest

from autograder.marking.judge import CellResult, Outcome
from autograder.reports.class_report import plots, tallies
from autograder.reports.class_report.distribution import (
    Bin,
    PartRow,
    histogram,
    part_rows,
    summarise,
)
from autograder.reports.class_report.items import (
    AGAINST,
    ALIKE,
    ALONE,
    DOUBTFUL,
    EVERYBODY,
    HARD_ITEM,
    NOBODY,
    TOO_FEW,
    cell_items,
    correlation,
)
from autograder.reports.class_report.words import duration, fixed, number, percent, sentence, shown
from autograder.reports.standing import GRADER, PERSON, CellStanding, Standing

TRACEBACK = "Traceback (most recent call last):\n  File x\nZeroDivisionError: division by zero\n"


def cell(name, points, mark, part=1, checks=None, awaits="", **more):
    """A marked cell. checks: {check: (mark, points)}, a mark None for the grader's own fault."""
    result = None
    if checks is not None:
        outcomes = (
            Outcome(check, "grader_fault", 0.0, points, fault=TRACEBACK)
            if mark is None
            else Outcome(check, "passed" if mark == points else "failed", mark, points)
            for check, (mark, points) in checks.items()
        )
        result = CellResult("x", name, name, part, tuple(outcomes))
    if mark is None and not awaits:
        awaits = PERSON
    return CellStanding(name, name.upper(), part, points, mark, awaits, result, **more)


def student(*cells, name="s", parts=None, **more):
    return Standing(name, "x", "X", cells, parts or {}, **more)


def class_of(**marks):
    """Students by number, with the same cells: {cell: (points, [marks])}."""
    count = len(next(iter(marks.values()))[1])
    return [
        student(*(cell(name, points, given[i]) for name, (points, given) in marks.items()))
        for i in range(count)
    ]


def misunderstanding(name, lost_by_misconception):
    outcomes = tuple(
        Outcome(f"check_{i}", "failed", 3.0 - lost, 3.0, misconception=which)
        for i, (which, lost) in enumerate(lost_by_misconception)
    )
    result = CellResult("x", "c", "C", 1, outcomes)
    return student(CellStanding("c", "C", 1, 9.0, result.mark, "", result), name=name)


def test_summary():
    found = summarise([4, 1, 3, 2])
    assert (found.count, found.mean, found.least, found.most) == (4, 2.5, 1, 4)
    assert (found.lower, found.median, found.upper) == (1.75, 2.5, 3.25)
    assert found.deviation == pytest.approx((5 / 3) ** 0.5)


def test_summary_of_one_and_of_none():
    found = summarise([7])
    assert (found.lower, found.median, found.upper, found.mean) == (7, 7, 7, 7)
    assert found.deviation is None
    with pytest.raises(ValueError, match="nothing"):
        summarise([])


def test_histogram_counts_edges_once_and_tells_the_provisional():
    marks = [0.0, 0.99, 1.0, 9.0, 10.0, 11.0]  # eleven of ten: extra credit
    standings = [student(cell("a", 10, mark)) for mark in marks]
    standings.append(student(cell("a", 10, 1.5), cell("b", 1, None)))
    found = histogram(standings, 10)
    assert [b.count for b in found] == [2, 2, 0, 0, 0, 0, 0, 0, 0, 3]
    assert found[1] == Bin(1.0, 2.0, 1, 1)
    assert (found[0].least, found[-1].below) == (0.0, 10.0)


def test_histogram_is_not_misled_by_the_last_digit():
    assert 0.3 / 0.1 < 3
    assert [b.count for b in histogram([student(cell("a", 1, 0.3))], 1)].index(1) == 3


@pytest.mark.parametrize(
    ("points", "edges"),
    [
        (100, list(range(0, 101, 10))),
        (20, [i * 2.5 for i in range(9)]),
        (5.5, [i / 2 for i in range(12)]),
        (7, list(range(8))),
        (15, [0, 2, 4, 6, 8, 10, 12, 14, 15]),
        (0.5, [i / 20 for i in range(11)]),
    ],
)
def test_bins_have_round_edges(points, edges):
    bins = histogram([], points)
    assert [b.least for b in bins] + [bins[-1].below] == pytest.approx(edges)


def test_histogram_without_points_and_with_a_penalty():
    assert histogram([student(cell("a", 0, 0.0))], 0) == (Bin(0, 0, 1, 0),)
    late = student(cell("a", 10, 3.0), late_penalty=2.5)
    assert histogram([late], 10)[0].count == 1


def test_parts():
    parts = {1: "One", 2: "Two"}
    standings = [
        student(cell("a", 2, 2.0), cell("b", 3, 3.0), cell("c", 4, None, part=2), parts=parts),
        student(cell("a", 2, 0.0), cell("b", 3, 0.0), cell("c", 4, 1.0, part=2), parts=parts),
        student(cell("a", 2, 1.0), cell("b", 3, None), cell("c", 4, 3.0, part=2), parts=parts),
    ]
    # Part 1: 2 + 3 + 0 + 0 + 1 = 6 of the 2 + 3 + 2 + 3 + 2 = 12 points that are marked.
    assert part_rows(standings) == (
        PartRow(1, "One", 5, 0.5, 2.5, 1, 0, 1, 1),
        PartRow(2, "Two", 4, 0.5, 2.0, 0, 2, 0, 1),
    )


def test_no_mean_of_those_alone_who_answered_nothing():
    standings = [student(cell("a", 2, 2.0), cell("b", 3, None))] * 3
    standings.append(student(cell("a", 2, 0.0), cell("b", 3, 0.0)))
    (row,) = part_rows(standings)
    assert (row.share, row.mean, row.nothing, row.waiting) == (6 / 11, None, 1, 3)


def test_parts_of_an_assignment_that_has_none_are_its_cells():
    standings = [student(cell("a", 2, 1.0, part=0), cell("b", 3, None, part=0))]
    assert part_rows(standings) == (
        PartRow(0, "A", 2, 0.5, 1.0, 0, 1, 0, 0),
        PartRow(0, "B", 3, None, None, 0, 0, 0, 1),
    )


def test_correlation():
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert correlation([1, 2, 3], [1, 0, -1]) == pytest.approx(-1)
    assert correlation([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(0)
    assert correlation([1, 2, 3], [5, 5, 5]) is None
    assert correlation([1], [1]) is None


# a and b agree in eight of ten students, both right in four: (.4 - .25) / .25 = .6.
A, B = [2] * 5 + [0] * 5, [4] * 4 + [0, 4] + [0] * 4


def test_difficulty_and_discrimination():
    a, b = cell_items(class_of(a=(2, A), b=(4, B)))
    assert (a.share, b.share, a.judged) == (0.5, 0.5, 10)
    # With the item left in the total both would be above .8.
    assert a.discrimination == pytest.approx(0.6)
    assert b.discrimination == pytest.approx(0.6)
    assert (a.remark, a.why_not) == ("", "")


def test_discrimination_of_checks_leaves_out_the_check_alone():
    standings = [
        student(
            cell("a", 2, 1 + first, checks={"one": (first, 1), "two_more": (1, 1)}),
            cell("b", 4, second),
        )
        for first, second in zip([1] * 5 + [0] * 5, B, strict=True)
    ]
    one, two = cell_items(standings)[0].checks
    assert (one.check, one.title, one.points, one.share) == ("one", "one", 1, 0.5)
    # The rest is (1 + b) / 5: as b itself.
    assert one.discrimination == pytest.approx(0.6)
    assert (two.title, two.discrimination, two.why_not) == ("two more", None, ALIKE)
    assert two.remark == EVERYBODY


def test_what_is_not_judged_makes_nothing_hard():
    standings = [student(cell("a", 2, 2, checks={"one": (2, 2)}), cell("b", 4, 1))] * 3
    standings.append(
        student(cell("a", 2, None, checks={"one": (None, 2)}, awaits=GRADER), cell("b", 4, None))
    )
    a, b = cell_items(standings)
    assert (a.share, a.judged, b.share, b.judged) == (1.0, 3, 0.25, 3)
    assert (a.checks[0].share, a.checks[0].judged) == (1.0, 3)


def test_the_rest_is_a_share_of_what_is_marked():
    """One whose other answer is worth more, but unmarked, is not weaker for it."""
    ten = class_of(a=(2, A), b=(4, B))
    for i in range(10):
        ten[i] = student(*ten[i].cells, cell("c", 100, None))
    assert cell_items(ten)[0].discrimination == pytest.approx(0.6)
    assert cell_items(ten)[2].share is None


def test_too_few_students_for_a_correlation():
    a, _ = cell_items(class_of(a=(2, A[:9]), b=(4, B[:9])))
    assert (a.discrimination, a.why_not) == (None, TOO_FEW)
    # Ten, but one of them has nothing to be compared with.
    ten = class_of(a=(2, A), b=(4, [*B[:9], None]))
    assert cell_items(ten)[0].why_not == TOO_FEW


def test_nothing_to_compare_with_and_nothing_that_varies():
    (alone,) = cell_items(class_of(a=(2, A)))
    assert (alone.why_not, alone.share) == (ALONE, 0.5)
    a, b = cell_items(class_of(a=(2, A), b=(4, [4] * 10)))
    assert (a.why_not, b.why_not) == (ALIKE, ALIKE)


@pytest.mark.parametrize(
    ("a", "b", "remark"),
    [
        ([0] * 10, B, NOBODY),
        ([2] * 10, B, EVERYBODY),
        ([2] + [0] * 9, B, HARD_ITEM),
        ([0] * 5 + [2] * 5, [4] * 5 + [0] * 5, AGAINST),  # -1
        (A[::-1], B, DOUBTFUL),  # -.6; chance reaches -2 / sqrt(10) = -.63
        (A, B, ""),
        ([0] * 4 + [None] * 6, B, ""),  # they gave no answer; the others' await a person
        ([0] * 5 + [None] * 5, B, NOBODY),
    ],
)
def test_remarks(a, b, remark):
    assert cell_items(class_of(a=(2, a), b=(4, b)))[0].remark == remark


def test_misconceptions_by_students_then_by_points():
    standings = [
        misunderstanding("s3", [("no-rescaling", 1.0), ("no-rescaling", 2.0)]),
        misunderstanding("s1", [("no-rescaling", 3.0), ("no-dropout", 0.5)]),
        misunderstanding("s2", [("keep-drop-swapped", 1.0), ("not in the catalogue", 3.0)]),
        misunderstanding("s4", [(None, 3.0)]),
    ]
    found = tallies.misunderstood(standings)
    assert [(row.misconception.name, row.students, row.lost) for row in found] == [
        ("no-rescaling", ("s1", "s3"), 6.0),
        ("keep-drop-swapped", ("s2",), 1.0),
        ("no-dropout", ("s1",), 0.5),
    ]


def test_waiting_is_for_people_only():
    standings = [
        student(cell("a", 2, None), cell("b", 3, 1.0), name="s2"),
        student(cell("a", 2, None), cell("b", 3, None, awaits=GRADER), name="s1"),
    ]
    assert [(row.title, row.students) for row in tallies.waiting(standings)] == [
        ("A", ("s1", "s2"))
    ]


def test_faults_are_grouped_by_what_broke():
    broken = {"one": (1, 1), "two": (None, 1)}
    standings = [
        student(cell("a", 2, None, checks=broken, awaits=GRADER), name="s2"),
        student(cell("a", 2, 1.5, checks=broken), name="s1"),  # marked by hand since
        student(cell("a", 2, None, awaits=GRADER, reason="not run"), name="s3"),
        student(cell("a", 2, 2.0, checks={"one": (1, 1), "two": (1, 1)}), name="s4"),
    ]
    whole, two = tallies.faults(standings)
    assert (whole.check, whole.last_line, whole.students) == ("", "not run", ("s3",))
    assert (two.cell, two.check, two.students, two.unmarked) == ("A", "two", ("s1", "s2"), ("s2",))
    assert two.last_line == "ZeroDivisionError: division by zero"
    assert two.traceback == TRACEBACK


def test_notes_and_isolations():
    standings = [
        student(cell("a", 1, 0.0), name="b", notes=("it could not be read",), isolation="landlock"),
        student(cell("a", 1, 0.0), name="a", notes=("a copy was left out",), isolation="x"),
        student(cell("a", 1, 0.0), name="c", isolation="landlock"),
    ]
    unreadable, mended = tallies.notes(standings)
    assert (list(unreadable), list(mended)) == (["b"], ["a"])
    assert list(tallies.isolations(standings).items()) == [("landlock", 2), ("x", 1)]


def test_no_figure_depends_on_the_students_order():
    rng = random.Random(5)
    names = list(map(str, range(30)))
    standings = [
        misunderstanding(name, [(rng.choice(["no-dropout", "no-rescaling", None]), rng.random())])
        for name in names
    ]
    again = rng.sample(standings, 30)
    assert tallies.misunderstood(standings) == tallies.misunderstood(again)
    assert cell_items(standings) == cell_items(again)
    assert part_rows(standings) == part_rows(again)


# Plots


def drawings(markup):
    """The SVG drawings as element trees; each must be well-formed XML."""
    return list(ElementTree.fromstring(f"<all>{markup}</all>"))


def test_histogram_says_in_words_and_numbers_what_it_shows():
    bins = (Bin(0, 5, 3, 1), Bin(5, 10, 6, 0))
    wide, narrow = drawings(plots.mark_histogram(bins, summarise([1] * 4 + [6] * 6)))
    ids = [e.get("id") for svg in (wide, narrow) for e in svg.iter() if e.get("id")]
    assert len(ids) == len(set(ids))
    for svg in (wide, narrow):
        assert svg.get("role") == "img"
        named = [
            next(e for e in svg if e.get("id") == i) for i in svg.get("aria-labelledby").split()
        ]
        assert [e.tag for e in named] == ["title", "desc"]
        assert "10 marks" in named[1].text
        assert [t.text for t in svg.iter("text") if t.get("class") == "count"] == ["4", "6"]


def test_bars_are_as_long_as_their_numbers():
    bins = (Bin(0, 5, 3, 1), Bin(5, 10, 6, 0))
    wide, _ = drawings(plots.mark_histogram(bins, summarise([1] * 4 + [6] * 6)))
    rects = [r for r in wide.iter("rect") if r.get("class") in ("strong", "waiting")]
    final, provisional, other = (float(r.get("height")) for r in rects)
    assert final == pytest.approx(3 * provisional, abs=0.2)
    assert other == pytest.approx(2 * final, abs=0.2)
    row = PartRow(1, "One", 5, 0.5, 2.5, 1, 0, 2, 3)
    wide, _ = drawings(plots.part_bars([row]))
    widths = {
        r.get("class"): float(r.get("width"))
        for r in wide.iter("rect")
        if r.get("class") in ("strong", "soft", "none", "waiting")
    }
    assert "soft" not in widths
    assert widths["none"] + 2 == pytest.approx(2 * (widths["strong"] + 2), abs=0.3)
    assert widths["waiting"] + 2 == pytest.approx(3 * (widths["strong"] + 2), abs=0.3)


def test_titles_cannot_break_out_of_a_drawing():
    row = PartRow(
        1,
        '<script>]]>&" \0\u202e a title that is far too long for any plot ' * 3,
        5,
        1,
        5,
        1,
        0,
        0,
        0,
    )
    for svg in drawings(plots.part_bars([row])):
        words = [e.text for e in svg.iter() if e.text]
        assert sum("<script>" in text for text in words) == 2  # description and label
        assert not list(svg.iter("script"))
        assert not any("\u202e" in text or "\0" in text for text in words)
        label = next(t.text for t in svg.iter("text"))
        assert len(label) < 80
        assert label.endswith("…")


@pytest.mark.parametrize("count", [1, 3, 7, 99, 100, 101, 12_345])
def test_the_axis_has_whole_numbers_above_every_bar(count):
    wide, _ = drawings(plots.mark_histogram((Bin(0, 1, count, 0),), summarise([1])))
    ticks = [t.text for t in wide.iter("text") if t.get("class") == "tick" and t.get("x") == "27.0"]
    assert int(ticks[-1]) >= count
    assert 2 <= len(ticks) <= 7


@pytest.mark.parametrize(
    ("value", "text"),
    [(2, "2"), (2.50, "2.5"), (2.005, "2"), (-0.001, "0"), (-1.5, "−1.5"), (100.0, "100")],
)
def test_numbers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("function", "value", "text"),
    [
        (fixed, 0.5, "0.50"),
        (fixed, -0.004, "0.00"),
        (fixed, -0.126, "−0.13"),
        (percent, 0.0, "0 %"),
        (percent, 0.001, "<1 %"),
        (percent, 0.999, ">99 %"),
        (percent, 1.0, "100 %"),
        (duration, 0.84, "0.8 s"),
        (duration, 89, "89 s"),
        (duration, 600, "10 min"),
        (duration, 3600 * 2, "2 h"),
        (duration, 86400 * 2.5, "2.5 days"),
        (sentence, "the rate is fixed", "The rate is fixed"),
        (sentence, "a layer has none", "A layer has none"),
        (sentence, "p taken for 1 - p", "p taken for 1 - p"),
        (shown, "a\u202eb\x00\ud800\n한", "a\\u202eb\\u0000\\ud800\n한"),
        (shown, "क्\u200dष", "क्\u200dष"),
    ],
)
def test_words(function, value, text):
    assert function(value) == text
