"""What comes out of judging."""

from dataclasses import dataclass, field
from fractions import Fraction

RIGHT, PARTLY, WRONG, UNREAD, BLANK = "right", "partly", "wrong", "unread", "blank"


@dataclass(frozen=True)
class Assessment:
    """One reading of an answer. share: of the points. names: diagnoses in the catalogue, the
    first matters most. notes: sentences about this answer."""

    share: Fraction
    names: tuple = ()
    notes: tuple = ()

    @property
    def is_right(self):
        return self.share == 1


FULL = Assessment(Fraction(1))


@dataclass(frozen=True)
class Judgement:
    """An answer judged.

    status: 'right', 'partly', 'wrong', 'unread' (no formula; error says where and what is
    allowed) or 'blank'. points: of the item; mark: what was earned, to a quarter of a point.
    diagnoses: from the catalogue. notes: sentences for the student. tex, plain: how the answer
    was read. by_other_reading: whether a reading counted that is not the one shown.
    """

    item: str
    points: int
    status: str
    share: Fraction
    diagnoses: tuple = ()
    notes: tuple = ()
    tex: str = ""
    plain: str = ""
    error: str = ""
    by_other_reading: bool = False
    readings: tuple = field(default=(), compare=False)

    @property
    def mark(self):
        """Points earned, rounded to quarters."""
        return float(Fraction(round(self.share * self.points * 4), 4))
