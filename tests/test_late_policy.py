"""What late work costs, by the course's policy: in nbgrader's gradebook and in words."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import TraitError
from traitlets.config import Config

from autograder.execute.late_marks import (
    LatePolicyFailed,
    load_policy,
    penalty_now,
    refresh_penalties,
)
from autograder.execute.late_policy import DAY, HOUR, LatePolicy, describe, duration, points
from tests import small_course as small
from tests.export_course import NAME, grade, gradebook_of, make_course, mark_by_hand
from tests.processes import autograder, nbgrader

DUE = datetime(2026, 1, 10, 12)


@pytest.mark.parametrize(
    ("settings", "late", "percent"),
    [
        ({}, 30 * DAY, 0),
        ({"percent_per_day": 10}, 0, 0),
        ({"percent_per_day": 10}, 1, 10),
        ({"percent_per_day": 10}, DAY, 10),
        ({"percent_per_day": 10}, DAY + 1, 20),
        ({"percent_per_day": 10}, 300 * DAY, 100),
        ({"percent_per_day": 10, "most_percent": 50}, 4 * DAY, 40),
        ({"percent_per_day": 10, "most_percent": 50}, 9 * DAY, 50),
        ({"percent_per_day": 10, "grace_hours": 2}, 2 * HOUR, 0),
        ({"percent_per_day": 10, "grace_hours": 2}, 2 * HOUR + 1, 10),
        ({"percent_per_day": 10, "grace_hours": 2}, DAY + 2 * HOUR, 10),
        ({"percent_per_day": 10, "nothing_after_days": 7}, 7 * DAY, 70),
        ({"percent_per_day": 10, "nothing_after_days": 7}, 7 * DAY + 1, 100),
        ({"nothing_after_days": 0, "grace_hours": 1}, HOUR, 0),
        ({"nothing_after_days": 0, "grace_hours": 1}, HOUR + 1, 100),
        ({"nothing_after_days": 2, "most_percent": 50}, 3 * DAY, 100),
        ({"penalty_method": "zero"}, 1, 100),
        ({"penalty_method": "zero", "grace_hours": 1}, HOUR, 0),
    ],
)
def test_percent_of_what_was_earned(settings, late, percent):
    policy = LatePolicy(**settings)
    assert policy.percent(late) == percent
    penalty = policy.late_submission_penalty("student", 74.0, late)
    assert penalty == (pytest.approx(0.74 * percent) if percent else None)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("percent_per_day", -1, "must be between 0 and 100 percent, not -1"),
        ("percent_per_day", 101, "must be between 0 and 100 percent, not 101"),
        ("percent_per_day", float("nan"), "not nan"),
        ("most_percent", 100.5, "must be between 0 and 100 percent, not 100.5"),
        ("grace_hours", -0.5, "must be 0 hours or more, not -0.5"),
        ("grace_hours", float("inf"), "must be 0 hours or more, not inf"),
        ("nothing_after_days", -1, "must be 0 days or more, not -1"),
        ("percent_per_day", "10 %", "expected a float"),
    ],
)
def test_settings_that_make_no_sense_are_refused(name, value, said):
    with pytest.raises(TraitError, match=said) as error:
        LatePolicy(config=Config({"LatePolicy": {name: value}}))
    assert name in str(error.value)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({}, "Late work loses no points."),
        (
            {"percent_per_day": 10, "most_percent": 50, "nothing_after_days": 7, "grace_hours": 2},
            "Each day begun after the due date takes off 10 % of the points earned, at most 50 %; "
            "nothing is accepted more than 7 days late. The first 2 hours are not counted.",
        ),
        ({"nothing_after_days": 0}, "Nothing is accepted late."),
        ({"penalty_method": "zero"}, "Late work is worth nothing."),
    ],
)
def test_the_policy_in_words(settings, words):
    assert LatePolicy(**settings).in_words() == words


@pytest.mark.parametrize(
    ("late", "extension", "words"),
    [
        (0, None, ""),
        (-DAY, None, ""),
        (27 * HOUR, timedelta(days=2), ""),
        (
            27 * HOUR,
            None,
            "Handed in 1 day 3 hours late: 14.8 of 74 points are taken off "
            "(20 % for 2 days begun).",
        ),
        (
            27 * HOUR,
            timedelta(days=1),
            "Handed in 3 hours late, after an extension of 1 day: 7.4 of 74 points are taken off "
            "(10 % for the day begun).",
        ),
        (
            HOUR,
            None,
            "Handed in 1 hour late: no points are taken off (the first 2 hours are not counted).",
        ),
        (
            6 * DAY,
            None,
            "Handed in 6 days late: 37 of 74 points are taken off (50 %, the most that is taken "
            "off).",
        ),
        (
            8 * DAY,
            None,
            "Handed in 8 days late: all 74 points are taken off (nothing is accepted more than 7 "
            "days late).",
        ),
    ],
)
def test_what_the_student_is_told(late, extension, words):
    policy = LatePolicy(percent_per_day=10, most_percent=50, nothing_after_days=7, grace_hours=2)
    timestamp = DUE + timedelta(seconds=late)
    seconds = max(0, late - (extension.total_seconds() if extension else 0))
    said = describe(
        policy,
        timestamp=timestamp,
        duedate=DUE,
        extension=extension,
        earned=74.0,
        penalty=policy.late_submission_penalty("student", 74.0, seconds),
    )
    assert said == words


@pytest.mark.parametrize(
    ("policy", "timestamp", "earned", "penalty", "words"),
    [
        # The words follow what is recorded, whoever decided it, and explain only what agrees.
        (None, DUE + timedelta(hours=1), 74, 3, "1 hour late: 3 of 74 points are taken off."),
        ("ours", DUE + timedelta(hours=1), 74, 3, "1 hour late: 3 of 74 points are taken off."),
        (
            "ours",
            DUE + timedelta(hours=1),
            0,
            None,
            "1 hour late: there are no points to take off.",
        ),
        ("ours", None, 74, None, ""),
        (None, None, 74, 3, "Late penalty: 3 of 74 points are taken off."),
    ],
)
def test_words_where_the_policy_does_not_tell(policy, timestamp, earned, penalty, words):
    policy = policy and LatePolicy(percent_per_day=10)
    said = describe(
        policy, timestamp=timestamp, duedate=DUE, extension=None, earned=earned, penalty=penalty
    )
    assert said.removeprefix("Handed in ") == words


def test_numbers_in_words():
    assert [duration(s) for s in (0, 1, 60, 61, 3600, DAY, DAY + 1, 2 * DAY + 90 * 60)] == [
        "0 minutes",
        "1 minute",
        "1 minute",
        "2 minutes",
        "1 hour",
        "1 day",
        "1 day 1 minute",
        "2 days 1 hour",
    ]
    assert [points(n) for n in (0.0, 14.8, 100.0, 1 / 3, 12345.678)] == [
        "0",
        "14.8",
        "100",
        "0.33",
        "12345.68",
    ]


def _assigner(**settings):
    config = Config({"LatePolicy": settings})
    return AssignLatePenalties(plugin_class=LatePolicy, config=config)


def _penalties(folder):
    with gradebook_of(folder) as gradebook:
        found = gradebook.find_assignment(NAME).submissions
        return {s.student_id: [n.late_submission_penalty for n in s.notebooks] for s in found}


def test_penalties_follow_hand_given_marks_extensions_and_the_policy(tmp_path):
    folder = make_course(tmp_path)
    late = timedelta(hours=1)
    grade(folder, "ada", 2, None, late=late, penalty=0.2)
    grade(folder, "bob", 4, 0, late=late, extension=timedelta(days=1), penalty=0.4)
    grade(folder, "eve", 5, 5, late=late, penalty=1.0)
    mark_by_hand(folder, "ada", 5)
    with gradebook_of(folder) as gradebook:
        ten_percent = _assigner(percent_per_day=10)
        assert refresh_penalties(gradebook, NAME, ten_percent, student="eve") == {}
        changed = refresh_penalties(gradebook, NAME, ten_percent)
        assert refresh_penalties(gradebook, NAME, _assigner(percent_per_day=10)) == {}
    assert changed == {"ada": (0.2, pytest.approx(0.7)), "bob": (0.4, 0.0)}
    assert _penalties(folder) == {"ada": [pytest.approx(0.7)], "bob": [None], "eve": [1.0]}
    with gradebook_of(folder) as gradebook:
        refresh_penalties(gradebook, NAME, _assigner())
        assert refresh_penalties(gradebook, NAME, None) == {}
    assert _penalties(folder) == {"ada": [None], "bob": [None], "eve": [None]}


def test_a_policy_that_breaks_down_changes_nothing(tmp_path):
    folder = make_course(tmp_path)
    for student in ("ada", "eve"):
        grade(folder, student, 2, 2, late=timedelta(hours=1), penalty=1.5)

    class Breaks(LatePolicy):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            return 0.5 if student_id == "ada" else 1 / 0

    with gradebook_of(folder) as gradebook:
        with pytest.raises(LatePolicyFailed, match="for eve: ZeroDivisionError"):
            refresh_penalties(gradebook, NAME, AssignLatePenalties(plugin_class=Breaks))
        with pytest.raises(LatePolicyFailed, match="percent_per_day must be between 0 and 100"):
            refresh_penalties(gradebook, NAME, _assigner(percent_per_day=200))
    assert _penalties(folder) == {"ada": [1.5], "eve": [1.5]}


def test_whose_policy_it_is():
    assert load_policy(_assigner(percent_per_day=3)).percent_per_day == 3
    assert load_policy(AssignLatePenalties()) is None
    assert load_policy(None) is None


@pytest.fixture(scope="module")
def late_class(course, tmp_path_factory):
    """A course with a policy; of those who hand in, some are late."""
    folder = small.new_course(tmp_path_factory.mktemp("late") / "course", course)
    config = folder / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "\nc.AssignLatePenalties.plugin_class = 'autograder.execute.late_policy.LatePolicy'"
        "\nc.LatePolicy.percent_per_day = 20\nc.LatePolicy.most_percent = 50\n"
    )
    due = ["db", "assignment", "add", small.NAME, "--duedate=2026-01-10 12:00:00 UTC"]
    assert nbgrader(folder, *due).returncode == 0
    for student, stamp, answer in (
        ("in-time", "2026-01-10 11:59:59", small.ANSWER),
        ("late", "2026-01-10 12:00:01", small.ANSWER),
        ("later", "2026-01-19 12:00:00", None),
    ):
        small.hand_in(folder, student, answer=answer, stamp=f"{stamp} UTC")
    return folder


def _grade_class(folder):
    return autograder(folder, "class", small.NAME)


def _recorded(folder):
    rows = small.gradebook_rows(folder)["grade"]
    return {row[0]: row[4] for row in rows}


def test_class_and_nbgrader_autograde_take_off_the_same(late_class, tmp_path):
    by_nbgrader = small.copy_of(late_class, tmp_path / "nbgrader")
    assert nbgrader(by_nbgrader, "autograde", small.NAME).returncode == 0
    by_class = small.copy_of(late_class, tmp_path / "class")
    assert _grade_class(by_class).returncode == 0
    assert _recorded(by_class) == {"in-time": None, "late": 0.5, "later": 1.25}
    assert _recorded(by_nbgrader) == _recorded(by_class)
    # A mark given by hand later: nbgrader's penalty stays behind, until any of ours runs.
    small.mark_by_hand(by_class, "late", "why", 3)
    assert _recorded(by_class)["late"] == 0.5
    assert _grade_class(by_class).returncode == 0
    assert _recorded(by_class)["late"] == pytest.approx(1.1)
    small.mark_by_hand(by_nbgrader, "late", "why", 3)
    done = nbgrader(
        by_nbgrader, "export", "--exporter=autograder.reports.export.nbgrader_csv.NbgraderExport"
    )
    assert done.returncode == 0, done.stderr
    assert "late penalties follow new marks or dates now: late" in done.stderr
    assert _recorded(by_nbgrader)["late"] == pytest.approx(1.1)
    # So does an extension.
    with Gradebook(f"sqlite:///{by_class}/gradebook.db") as gradebook:
        gradebook.grant_extension(small.NAME, "late", days=1)
        assert gradebook.find_submission(small.NAME, "late").total_seconds_late == 0
    assert _grade_class(by_class).returncode == 0
    assert _recorded(by_class) == {"in-time": None, "late": None, "later": 1.25}


def test_bounds_are_nbgraders():
    """No plugin takes more than there is."""

    class TooMuch(LatePolicy):
        def late_submission_penalty(self, student_id, score, total_seconds_late):
            return 99.0 if student_id == "much" else -1.0

    assigner = AssignLatePenalties(plugin_class=TooMuch)
    load_policy(assigner)
    notebook = SimpleNamespace(score=2.5)
    assert penalty_now(assigner, "much", 1, notebook) == 2.5
    assert penalty_now(assigner, "little", 1, notebook) == 0
    assert penalty_now(assigner, "much", 0, notebook) is None
