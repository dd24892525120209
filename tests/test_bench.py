"""The benchmark's figures, from made-up measurements."""

import pytest

from autograder.sample.hand_in import hand_in
from autograder.validate.grade_cases import load_cases
from benchmarks.__main__ import summary, table
from benchmarks.machine import Meter
from benchmarks.simulate import Costs, play
from benchmarks.submissions import light_class, mixed_class

RELEASE = "release/dropout/dropout.ipynb"


def found(differing=()):
    """Two rounds of 4 submissions on 2 cores: (wall, CPU) of the whole class, and bare cells."""
    grade = {
        "stock": [(40.0, 60.0), (20.0, 30.0)],
        "stock_one_thread": [(20.0, 16.0), (16.0, 16.0)],
        "ours": [(4.0, 6.0), (4.0, 6.0)],
    }
    return {
        "submissions": 4,
        "rounds": 2,
        "cores": 2,
        "costs": {name: {"grade": c, "feedback": [(1.0, 2.0)] * 2} for name, c in grade.items()},
        "bare": [{"cpu_s": {"a": 1.1, "b": 1.1, "c": 1.1, "d": 1.1}, "copy_cpu_s": 0.1}] * 2,
        "differing_marks": list(differing),
    }


def test_ratios_are_taken_within_a_round():
    figures = summary(found())
    assert figures["stock_wall_over_ours"] == pytest.approx((10 + 5) / 2)
    assert figures["stock_one_thread_wall_over_ours"] == pytest.approx((5 + 4) / 2)
    # The bare cells take 4 s of CPU, so 2 s on two cores: that is the limit.
    assert figures["bare_cpu_s"] == pytest.approx(1.0)
    assert figures["ours_wall_over_limit"] == pytest.approx(2.0)
    assert figures["ours_cpu_minus_bare_s"] == pytest.approx(0.5)
    assert figures["ways"]["ours"]["feedback_cpu_s"] == pytest.approx(0.5)


def test_marks_that_differ_are_named():
    assert summary(found())["marks_identical"]
    measured = found([["ours", "ada", "test_net", 3.0, 2.0]])
    measured |= summary(measured)
    assert not measured["marks_identical"]
    assert any("ada, test_net: 3.0 and, ours, 2.0" in line for line in table(measured))


def test_the_class_is_half_right_half_wrong_and_from_the_whole_catalogue(course, tmp_path):
    verdicts = {case.name: case.verdict for case in load_cases("dropout")}
    students = mixed_class("dropout", 24)
    names = [student.options["case"] for student in students]
    assert len({student.id for student in students}) == len(set(names)) == 24
    assert [verdicts[name] for name in names].count("accepted") == 12
    wrong = [name for name in verdicts if verdicts[name] == "wrong"]
    assert names[12] in sorted(wrong)[:10]
    assert names[-1] in sorted(wrong)[-20:]
    for student in (*students[::11], *light_class(1)):
        hand_in(student, "dropout", course / RELEASE, tmp_path / student.id)
        assert (tmp_path / student.id / "dropout.ipynb").is_file()


def test_the_meter_counts_what_this_machine_computes():
    with Meter() as meter:
        sum(range(20_000_000))
    assert meter.cost.cpu > 0
    assert meter.cost.wall > 0


COSTS = Costs(start=0.1, find_out=0.001, execute=(1.0,), record=0.015)


@pytest.mark.parametrize(
    ("submissions", "cores", "seconds", "bottleneck"),
    [
        (100, 1, 0.2 + 100 + 0.01, "executing"),
        (100, 4, 0.2 + 25 + 0.04, "executing"),
        # A hundred results at once, and one process that records them.
        (100, 100, 0.2 + 1 + 1.5, "recording"),
        (1, 256, 0.101 + 1 + 0.015, "executing"),
    ],
)
def test_a_run_is_played_through(submissions, cores, seconds, bottleneck):
    played = play(COSTS, submissions, cores)
    assert played.seconds == pytest.approx(seconds, abs=0.05)
    if submissions > 1:
        assert played.bottleneck == bottleneck


def test_unequal_submissions_go_to_whoever_is_free():
    costs = Costs(start=0.0, find_out=0.0, execute=(3.0, 1.0, 1.0, 1.0), record=0.0)
    assert play(costs, 4, 2).seconds == pytest.approx(3.0)
