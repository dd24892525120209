"""The variants: which letters and numbers a question may have.

A variant is a number for each of the four drawn items; number 1 is the original quiz. A table's
order is part of the codes that students hold: append, never insert.
"""

import re
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Dropout:
    """Letters of a dropout question. value: the probability of keeping, None if it is a letter."""

    number: int
    mask: str
    activation: str
    output: str
    keep: str
    value: Fraction | None


@dataclass(frozen=True)
class Convolution:
    """Letters and sizes of the small convolution; x, w, o: input, filter, output."""

    number: int
    x: str
    w: str
    o: str
    x_shape: tuple
    w_shape: tuple
    stride: int

    @property
    def o_shape(self):
        """(rows, columns) of the output."""
        sides = zip(self.x_shape, self.w_shape, strict=True)
        return tuple((x - w) // self.stride + 1 for x, w in sides)

    @property
    def asked(self):
        """The entries of dL/dX that are asked for, counted from 0."""
        rows, columns = self.x_shape
        return ((0, 0), (0, 1), (1, 1), (rows - 1, columns - 1))


@dataclass(frozen=True)
class General:
    """Letters of the general convolution. stride, pad: None where they are the letters s and P."""

    number: int
    x: str
    w: str
    o: str
    kernel: tuple
    stride: int | None
    pad: int | None


ITEM_NAMES = ("forward", "backward", "convolution", "general", "extension")
# No value is one half, where keeping and dropping look alike.
DROPOUT_LETTERS = (
    ("D", "Y", "H"),
    ("M", "A", "Z"),
    ("B", "V", "U"),
    ("D", "A", "Z"),
    ("M", "V", "H"),
    ("B", "Y", "U"),
)
FORWARD_KEEPS = (("p", None), ("r", None), ("p", Fraction(4, 5)), ("p", Fraction(2, 5)))
BACKWARD_KEEPS = (("p", None), ("ρ", None), ("p", Fraction(7, 10)), ("p", Fraction(1, 4)))
CONVOLUTION_LETTERS = (("X", "W", "O"), ("A", "K", "B"), ("U", "F", "V"))
# (input, filter, stride), all with four outputs.
CONVOLUTION_SIZES = (
    ((3, 3), (2, 2), 1),
    ((3, 4), (2, 3), 1),
    ((4, 3), (3, 2), 1),
    ((4, 4), (2, 2), 2),
    ((4, 5), (2, 3), 2),
    ((5, 4), (3, 2), 2),
    ((5, 5), (2, 2), 3),
)
GENERAL_LETTERS = (
    ("X", "W", "O", ("HH", "WW")),
    ("A", "K", "Y", ("R", "S")),
    ("U", "V", "Z", ("HH", "WW")),
)
# (stride, padding). Where the stride or the stride less one is the padding or its double, a wrong
# first window and a forgotten padding would be the same formula.
GENERAL_STEPS = ((None, None), (4, 1), (5, 1), (2, 3), (5, 3), (None, 1), (4, None), (2, None))


def _numbered(kind, rows):
    return tuple(kind(number, *row) for number, row in enumerate(rows, 1))


FORWARD = _numbered(Dropout, [(*names, *k) for k in FORWARD_KEEPS for names in DROPOUT_LETTERS])
BACKWARD = _numbered(Dropout, [(*names, *k) for k in BACKWARD_KEEPS for names in DROPOUT_LETTERS])
CONVOLUTION = _numbered(
    Convolution, [(*names, *s) for s in CONVOLUTION_SIZES for names in CONVOLUTION_LETTERS]
)
GENERAL = _numbered(General, [(*names, *s) for s in GENERAL_STEPS for names in GENERAL_LETTERS])
TABLES = (FORWARD, BACKWARD, CONVOLUTION, GENERAL)
COUNTS = tuple(len(table) for table in TABLES)


@dataclass(frozen=True)
class Variant:
    """One student's quiz. The extension goes with the convolution."""

    forward: Dropout
    backward: Dropout
    convolution: Convolution
    general: General

    @property
    def code(self):
        """Such as 7-3-12-5: the number of each item's variant."""
        items = (self.forward, self.backward, self.convolution, self.general)
        return "-".join(str(item.number) for item in items)

    def of(self, item):
        """The letters and numbers of one item: 'forward', ..., 'extension'."""
        return getattr(self, "convolution" if item == "extension" else item)


def variant_of_numbers(numbers):
    """The Variant with these numbers, each from 1."""
    return Variant(*(table[n - 1] for table, n in zip(TABLES, numbers, strict=True)))


def variant_from_code(code):
    """The Variant a code stands for. ValueError says what a code looks like."""
    text = code.strip() if isinstance(code, str) else ""
    if re.fullmatch(r"[0-9]{1,3}(-[0-9]{1,3}){3}", text):
        numbers = tuple(map(int, text.split("-")))
        if all(1 <= n <= count for n, count in zip(numbers, COUNTS, strict=True)):
            return variant_of_numbers(numbers)
    raise ValueError(
        f"{str(code)[:30]!r} is no code of this quiz: "
        "a code is on your paper and looks like 7-3-12-5"
    )


BASE = variant_of_numbers((1, 1, 1, 1))
