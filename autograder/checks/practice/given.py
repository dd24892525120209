"""What a student's function returned, as numbers and arrays that can be compared.

Lists, tuples, Python numbers, float32, integers and needless axes of length 1 are all right forms.
"""

import numpy as np

from autograder.candidate import NotWritten, WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named

MOST_ENTRIES = 100_000
MOST_SHOWN = 12


def read(value, called, words):
    """A student's value as a float64 array without axes of length 1.

    Raises WrongReturn for whatever is not made of finite numbers, or is far too large.
    """
    if value is None or isinstance(value, (str, dict)) or _entries(value) > MOST_ENTRIES:
        raise WrongReturn(called, f"returned {_kind(value)} as {words}")
    try:
        array = np.asarray(value)  # lists may be ragged, integers too large
        if array.dtype.kind not in "biuf":
            raise TypeError
        with np.errstate(all="ignore"):
            array = np.squeeze(array.astype(np.float64))
    except (ValueError, TypeError, OverflowError):
        raise WrongReturn(
            called, f"returned {_kind(value)} as {words}, which is no array of numbers"
        ) from None
    if not np.all(np.isfinite(array)):
        raise WrongReturn(called, f"returned NaN or infinite values as {words}")
    return array


def read_or_error(value, called, words):
    """The same, with the WrongReturn itself where there is one."""
    try:
        return read(value, called, words)
    except WrongReturn as error:
        return error


def split(value, count, called):
    """The `count` values that a student's function returned. Raises WrongReturn."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != count:
        raise WrongReturn(called, f"returned {_kind(value)} where {count} values were expected")
    return tuple(value)


def ask(trial, name, called, args):
    """What the student's function returns. NotWritten for None."""
    with named(called):
        value, _ = trial.candidate.call(name, *args)
    if value is None:
        raise NotWritten(name, "returned None: not written yet, or a `return` is missing")
    return value


def show(value):
    """A number, or the entries of a small array, for messages."""
    array = np.asarray(value, dtype=float)
    if array.size > MOST_SHOWN:
        return f"an array of shape {array.shape}"
    # What rounding leaves of a zero is one.
    negligible = np.abs(array) < 1e-12 * np.abs(array).max(initial=0)
    return _digits(np.where(negligible, 0.0, array).tolist())


def _kind(value):
    if isinstance(value, int) and abs(value) >= 1 << 63:
        return "an integer that is too large"  # Python refuses to print very long ones
    return describe(value)


def _digits(value):
    if isinstance(value, list):
        return f"[{', '.join(map(_digits, value))}]"
    return f"{value:.6g}"


def _entries(value):
    if isinstance(value, np.ndarray):
        return value.size
    if isinstance(value, (list, tuple)):
        return sum(map(_entries, value))
    return 1
