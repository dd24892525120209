"""How a check says that a property does not hold, in the student's terms."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """called: what was called. returned: what came back. expected: what should have.

    misconception: the name of the likely one (autograder.checks.misconceptions), or None.
    """

    called: str
    returned: str
    expected: str
    misconception: str | None = None


class Failed(Exception):
    """Raised by a check: the property does not hold. `credit` is the part of the points kept."""

    def __init__(self, called, returned, expected, misconception=None, credit=0.0):
        super().__init__(f"{called} {returned}; {expected}")
        self.finding = Finding(called, returned, expected, misconception)
        self.credit = credit
