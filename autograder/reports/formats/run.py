"""What a format says of the run itself."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

FAULT = (
    "The grader failed, so this submission has no mark yet. It is not the student's fault and "
    "costs nothing: it will be graded again."
)


@dataclass(frozen=True)
class Run:
    """assignment: its name. at: when grading ended, in UTC. seconds: how long it took.

    environment: variables that the platform has set. why: in a few words, why the grader failed
    altogether; for students too.
    """

    assignment: str
    student: str = ""
    at: datetime = datetime(1970, 1, 1, tzinfo=UTC)
    seconds: float = 0.0
    environment: dict = field(default_factory=dict)
    why: str = ""

    @property
    def stamp(self):
        """When grading ended, as 2026-01-31T09:30:00Z."""
        return stamp(self.at)

    @property
    def fault(self):
        """What to say where the grader failed altogether."""
        return f"{FAULT} ({self.why})" if self.why else FAULT


def stamp(moment):
    """A datetime in UTC as 2026-01-31T09:30:00Z."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
