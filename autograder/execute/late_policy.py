"""What late work costs: so many percent a day begun, as the course sets it; and that in words.

nbgrader keeps a due date for each assignment and an extension for each student; `LatePolicy` says
what comes of them. It is nbgrader's plugin for late work (c.AssignLatePenalties.plugin_class).
"""

import math

from nbgrader.plugins import LateSubmissionPlugin
from traitlets import Float, TraitError, validate

HOUR, DAY = 3600, 86400  # seconds


class LatePolicy(LateSubmissionPlugin):
    """A percentage of what was earned for each day begun; a course that sets nothing takes nothing.

    nbgrader's own penalty_method = "zero" holds too: late work is then worth nothing.
    """

    grace_hours = Float(
        0.0,
        help="Hours after the due date that are not counted: as if it were that much later.",
    ).tag(config=True)
    percent_per_day = Float(
        0.0, help="Percent of the points earned that each day begun after that takes off."
    ).tag(config=True)
    most_percent = Float(
        100.0, help="Percent of the points earned that are taken off at most."
    ).tag(config=True)
    nothing_after_days = Float(
        None,
        allow_none=True,
        help="Work that is later than this many days is worth nothing. None: there is no such end.",
    ).tag(config=True)

    @validate("percent_per_day", "most_percent")
    def _is_percentage(self, proposal):
        return _within(proposal, 100, "between 0 and 100 percent")

    @validate("grace_hours", "nothing_after_days")
    def _is_no_less_than_nothing(self, proposal):
        unit = "hours" if proposal.trait.name == "grace_hours" else "days"
        return _within(proposal, math.inf, f"0 {unit} or more")

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """What nbgrader takes off a notebook with `score` points, in points; None: nothing."""
        percent = self.percent(total_seconds_late)
        return score * percent / 100 if percent else None

    def percent(self, seconds_late):
        """Percent of the points earned that are taken off work handed in so many seconds late."""
        counted = seconds_late - self.grace_hours * HOUR
        if counted <= 0:
            return 0.0
        if self.penalty_method == "zero" or self._is_past_the_end(counted):
            return 100.0
        return min(self.most_percent, self.percent_per_day * math.ceil(counted / DAY))

    def in_words(self):
        """The policy in a sentence or two, for the course's page or the feedback."""
        free = f" The first {duration(self.grace_hours * HOUR)} are not counted."
        free = free if self.grace_hours else ""
        if self.penalty_method == "zero":
            return f"Late work is worth nothing.{free}"
        rules = []
        if self.percent_per_day:
            most = f", at most {self.most_percent:g} %" if self.most_percent < 100 else ""
            rules.append(
                f"each day begun after the due date takes off {self.percent_per_day:g} % "
                f"of the points earned{most}"
            )
        if self.nothing_after_days is not None:
            rules.append(self._end())
        if not rules:
            return "Late work loses no points."
        words = "; ".join(rules)
        return f"{words[0].upper()}{words[1:]}.{free}"

    def why(self, seconds_late):
        """Why work so many seconds late loses what it does, as a part of a sentence."""
        percent = self.percent(seconds_late)
        if not percent:
            if self.grace_hours and seconds_late <= self.grace_hours * HOUR:
                return f"the first {duration(self.grace_hours * HOUR)} are not counted"
            return ""
        if self.penalty_method == "zero":
            return "late work is worth nothing"
        if self._is_past_the_end(seconds_late - self.grace_hours * HOUR):
            return self._end()
        if percent == self.most_percent:
            return f"{percent:g} %, the most that is taken off"
        days = math.ceil((seconds_late - self.grace_hours * HOUR) / DAY)
        counted = "for the day begun" if days == 1 else f"for {days} days begun"
        return f"{percent:g} % {counted}"

    def _end(self):
        if not self.nothing_after_days:
            return "nothing is accepted late"
        return f"nothing is accepted more than {duration(self.nothing_after_days * DAY)} late"

    def _is_past_the_end(self, counted):
        return self.nothing_after_days is not None and counted > self.nothing_after_days * DAY


def describe(policy, *, timestamp, duedate, extension, earned, penalty):
    """What a student is told of their being late: a sentence or two, "" if there is nothing to say.

    policy: the course's LatePolicy, or None where another plugin decides. timestamp, duedate,
    extension: the gradebook's SubmittedAssignment.timestamp, its Assignment.duedate (without the
    extension) and SubmittedAssignment.extension: datetimes in UTC, a timedelta; each may be None.
    earned, penalty: points before the penalty, and what is taken off (None: nothing).

    The words follow the penalty that is recorded; the policy explains it only where it agrees.
    """
    penalty = penalty or 0.0
    late = seconds_late(timestamp, duedate, extension)
    if not late and not penalty:
        return ""
    extended = f", after an extension of {duration(extension.total_seconds())}" if extension else ""
    when = f"Handed in {duration(late)} late{extended}" if late else "Late penalty"
    if not penalty and not earned:
        return f"{when}: there are no points to take off."
    agrees = isinstance(policy, LatePolicy) and math.isclose(
        earned * policy.percent(late) / 100, penalty, abs_tol=1e-6
    )
    why = policy.why(late) if agrees and late else ""
    because = f" ({why})" if why else ""
    if not penalty:
        return f"{when}: no points are taken off{because}."
    taken = (
        f"all {points(earned)}" if penalty >= earned else f"{points(penalty)} of {points(earned)}"
    )
    return f"{when}: {taken} points are taken off{because}."


def seconds_late(timestamp, duedate, extension):
    """As nbgrader's SubmittedAssignment.total_seconds_late: 0.0 if not late, or not known."""
    if timestamp is None or duedate is None:
        return 0.0
    due = duedate if extension is None else duedate + extension
    return max(0.0, (timestamp - due).total_seconds())


def duration(seconds):
    """A time in words, in its two largest units: "1 day 3 hours"; minutes begun count."""
    minutes = math.ceil(seconds / 60)
    parts = (minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute")
    said = [f"{n} {unit}{'s' if n != 1 else ''}" for n, unit in parts if n]
    return " ".join(said[:2]) or "0 minutes"


def points(number):
    """Points as people write them: at most two decimals, none that are 0."""
    return f"{round(number, 2):.10g}"


def _within(proposal, most, meant):
    value = proposal.value
    if value is None or (0 <= value <= most and math.isfinite(value)):
        return value
    raise TraitError(f"c.LatePolicy.{proposal.trait.name} must be {meant}, not {value:g}")
