"""Reading the pairs (letter, number) that fault_1 to fault_3 return, in any usual form."""

import math
import re

import numpy as np

from autograder.candidate import NotWritten, WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named
from autograder.checks.practice.returned import numeric

LETTERS = "abcde"
# "b", "(B)", "b)", "answer b", "b: the random numbers ..."
LETTER = re.compile(
    r"\W*(?:(?:letter|answer|option|fault)\W+)?([a-z])(?:\W*|\s*[).:,;-]\s.*)", re.IGNORECASE
)
PLAIN = r"(?:\d+\.?\d*|\.\d+)"
NUMBER = re.compile(rf"\W*?(-?{PLAIN}(?:e-?\d{{1,3}})?)(?:\s*/\s*({PLAIN}))?\s*(%?)\W*")
WORDS_BEFORE = re.compile(r"^(?:about|approximately|approx\.?|circa|ca\.?)\s+", re.IGNORECASE)


def letter_of(trial, name):
    """The letter, "a" to "e". Raises NotWritten, WrongReturn, CandidateError."""
    called, letter, _ = _answers(trial, name)
    found = LETTER.fullmatch(letter[:500]) if isinstance(letter, str) else None
    if found is None or found[1].lower() not in LETTERS:
        raise WrongReturn(
            called, f"gave {describe(letter)}, which is not one of the letters a to e"
        )
    return found[1].lower()


def number_of(trial, name):
    """The number, a finite float; one with a % sign is divided by 100. Raises as letter_of."""
    called, _, number = _answers(trial, name)
    value = _parsed(number) if isinstance(number, str) else _single(number)
    if value is None or not math.isfinite(value):
        raise WrongReturn(called, f"gave {describe(number)}, which is not a number")
    return value


def _answers(trial, name):
    """(the call in words, letter, number), as they came back; either may be of any type."""
    called = f"{name}()"

    def take():
        with named(called):
            return trial.candidate.call(name)[0]

    values = trial.measure(name, take)
    if isinstance(values, dict):
        values = list(values.values())
    if isinstance(values, np.ndarray):
        values = values.tolist()
    if values is None:
        raise NotWritten(name, "returned None: not answered yet, or a `return` is missing")
    if not isinstance(values, (list, tuple)) or len(values) != 2:
        raise WrongReturn(called, f"returned {describe(values)}, not a letter and a number")
    letter, number = values
    if _is_letter(number) and not _is_letter(letter):
        letter, number = number, letter
    return called, letter, number


def _is_letter(value):
    return isinstance(value, str) and LETTER.fullmatch(value[:500]) is not None


def _parsed(text):
    """A number as text: "0.4", "0,4", "2/5", "40 %", "about .6"; None for anything else."""
    text = text.strip()[:60]
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    found = NUMBER.fullmatch(WORDS_BEFORE.sub("", text))
    if found is None or (found[2] and float(found[2]) == 0):
        return None
    return float(found[1]) / float(found[2] or 1) / (100 if found[3] else 1)


def _single(value):
    """A float from a number, or from an array or list of one; None for anything else."""
    array = numeric(value)
    if array is None or array.size != 1 or array.dtype.kind == "b":
        return None
    return float(array.ravel()[0])
