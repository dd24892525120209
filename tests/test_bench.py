"""The benchmark's arithmetic; its timings are never tested."""

import pytest

from autograder.sample.hand_in import sample_class
from benchmarks.__main__ import stock_can_grade, summary, table
from benchmarks.ways import Cost

COSTS = {
    "stock": [Cost(20, 16), Cost(24, 17), Cost(22, 18)],
    "ours, landlock": [Cost(10, 9), Cost(24, 8), Cost(11, 10)],
}


def test_ratios_are_taken_within_a_round():
    """A loaded moment that slows both down does not show in the ratio."""
    found = summary(COSTS, 2, [True, True])
    assert [way["wall_s"] for way in found["ways"]] == [11, 5.5]
    assert found["ways"][1]["wall_over_stock_one_thread"] == pytest.approx(0.5)
    assert found["stock_one_thread_wall_over_ours"] == pytest.approx(2)
    assert found["marks_identical"]


def test_different_marks_are_told():
    """In the table, and in the figure that decides the exit status."""
    found = summary(COSTS, 2, [True, False])
    assert not found["marks_identical"]
    lines = list(table(found))
    assert "identical" in lines[2]
    assert "DIFFER" in lines[3]


def test_there_are_enough_submissions_that_both_can_grade():
    """Stock stops at copied cells, other names and old formats."""
    assert sum(map(stock_can_grade, sample_class())) >= 8
