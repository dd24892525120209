"""What a function of `dropout_in_practice` may return in the place of anything, for tests."""

import contextlib
import decimal
import fractions
import itertools

import numpy as np

from autograder.candidate.values import NotPlain, plain
from autograder.checks.practice.every_mask import NAMES


class Unreadable:
    """An object of the student's own, whose every use raises."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __float__(self):
        raise RuntimeError("no number")

    def __len__(self):
        return -1


# Alone, twice and three times.
ODD = {
    "None": None,
    "no text": "",
    "a number as text": "0.25",
    "nan as text": "nan",
    "bytes": b"bytes",
    "an empty tuple": (),
    "an empty list": [],
    "an empty dictionary": {},
    "NaN": float("nan"),
    "infinity": np.inf,
    "a long integer": 10**400,
    "an integer that cannot be printed": 10**5000,
    "a huge number": 1e308,
    "zero": 0,
    "a truth value": True,
    "a complex number": 1j,
    "a decimal": decimal.Decimal("0.1"),
    "a fraction": fractions.Fraction(1, 3),
    "a dictionary": {"mean": 1.0},
    "an object": Unreadable(),
    "a class": Unreadable,
    "a set": {1.0, 2.0},
    "a ragged list": [[1.0, 2.0], [3.0]],
    "strings in an array": np.array(["a", "b"]),
    "objects in an array": np.array([None, 1], dtype=object),
    "complex numbers in an array": np.array([1j]),
    "an empty array": np.zeros((0, 3)),
    "a 0-d array": np.array(3.0),
    "a 0-d array of text": np.array("b"),
    "many axes": np.ones((1,) * 20),
    "three axes": np.zeros((3, 3, 3)),
    "a large array": np.zeros(200_001),
    "huge numbers": np.full((2, 2), 1e308),
    "NaN in an array": np.full((3, 3), np.nan),
    "infinite numbers in an array": np.full((60, 60), np.inf),
    "numbers beyond float64": np.full((60, 60), np.longdouble("1e4000")),
    "a masked array": np.ma.masked_array([1.0, 2.0], [True, False]),
    "an array with all masked": np.ma.masked_all((60, 60)),
    "a deep list": [[[[[[[[[[1.0]]]]]]]]]],
    "a date": np.datetime64("2020-01-01"),
    "parameters without values": dict.fromkeys(NAMES),
}
PAIRS = {
    "a letter and a dictionary": ("x", {"W1": 1}),
    "a number and no parameters": (1.0, {}),
    "no parameters and a number": ({}, 1.0),
    "long text": ("b" * 2000, "9" * 2000),
    "a letter and an infinite number": ("d", "1e999"),
    "a letter and a division by zero": ("d", "1/0"),
    "ragged lists": ([1, [2, 3]], [[1], [2, 3]]),
    "percent signs": ("%%%", "%"),
    "truth values": (True, False),
    "parameters of text": (1.0, dict.fromkeys(NAMES, "text")),
    "parameters of long integers": (1.0, dict.fromkeys(NAMES, 10**400)),
    "large parameters": (1.0, dict.fromkeys(NAMES, np.zeros(20_000))),
}
ERRORS = {
    type(error).__name__: error
    for error in (
        KeyError("x"),
        RecursionError(),
        SystemExit(3),
        KeyboardInterrupt(),
        MemoryError(),
    )
}


def garbage():
    """{words: function that returns or raises it}: whatever a student's function may give."""

    def raises(error):
        raise error

    made = {words: (lambda value=value: value) for words, value in (ODD | PAIRS).items()}
    for count, (words, value) in itertools.product((2, 3), ODD.items()):
        made[f"{count} times {words}"] = lambda value=value, count=count: (value,) * count
    made["a generator"] = lambda: (x for x in (1.0, 2.0))
    for words, error in ERRORS.items():
        made[words] = lambda error=error: raises(error)
    return made


def plain_garbage():
    """Those of ODD that reach a check: the others are refused with all beside them."""
    found = {}
    for name, value in ODD.items():
        with contextlib.suppress(NotPlain):
            plain(value)
            found[name] = value
    return found
