"""What a student's function returned, as numbers and arrays that can be compared.

Lists, tuples, Python numbers, float32, integers, truth values and axes of length 1, missing or
too many, are all right forms.
"""

import numpy as np

from autograder.candidate import NotWritten, WrongReturn
from autograder.candidate.values import describe
from autograder.checks.layer_calls import named

# Far above what an answer of any shape that is asked for has.
MOST_ENTRIES = 100_000
MOST_SHOWN = 12


def ask(trial, name, called, args):
    """What the student's function returns. NotWritten for None."""
    with named(called):
        value, _ = trial.candidate.call(name, *args)
    if value is None:
        raise NotWritten(name, "returned None: not written yet, or a `return` is missing")
    return value


def split(called, value, count):
    """The `count` values that a student's function returned. Raises WrongReturn."""
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value.item()
    if not isinstance(value, (tuple, list, np.ndarray)) or len(value) != count:
        raise WrongReturn(called, f"returned {describe(value)} where {count} values were expected")
    return tuple(value)


def numeric(value):
    """The value as an array of real numbers or truth values, None if it is none."""
    try:
        array = np.asarray(value)  # lists may be ragged, whole numbers too large
    except (TypeError, ValueError, OverflowError):
        return None
    return array if array.dtype.kind in "biuf" else None


def numbers(called, value, words=""):
    """A value as a float64 array of finite numbers, of its own shape; words say what it is.

    Raises WrongReturn.
    """
    return _bounded(called, _numeric(called, value, words), words, np.inf)


def number(called, value, words):
    """A finite number as a float, from any array or list of one entry. Raises WrongReturn."""
    array = _numeric(called, value, words)
    if array.size != 1:
        raise WrongReturn(called, f"returned {describe(value)} as {words}, not a number")
    return float(_bounded(called, array, words, np.inf).ravel()[0])


def array_of_shape(called, value, shape, words="", misconception=None, most=np.inf):
    """A float64 array of this shape; axes of length 1 do not count.

    most: entries must be smaller, and not NaN; None: they may be anything. Raises WrongReturn,
    with the misconception where the shape is another.
    """
    array = _numeric(called, value, words)
    if _without_ones(array.shape) != _without_ones(shape):
        problem = f"returned {words or 'an array'} of shape {array.shape}, not {shape}"
        raise WrongReturn(called, problem, misconception)
    return _bounded(called, array, words, most).reshape(shape)


def squeezed(called, value, words):
    """A value as a float64 array of finite numbers without axes of length 1, which may be of any
    other shape, but not immense. Raises WrongReturn.
    """
    array = _numeric(called, value, words)
    if array.size > MOST_ENTRIES:
        raise WrongReturn(called, f"returned {array.size} numbers{_as(words)}")
    return np.squeeze(_bounded(called, array, words, np.inf))


def squeezed_or_error(called, value, words):
    """The same, with the WrongReturn itself where there is one."""
    try:
        return squeezed(called, value, words)
    except WrongReturn as error:
        return error


def show(value):
    """A number, or the entries of a small array, for messages."""
    array = np.asarray(value, dtype=float)
    if array.size > MOST_SHOWN:
        return f"an array of shape {array.shape}"
    # What rounding leaves of a zero is one.
    negligible = np.abs(array) < 1e-12 * np.abs(array).max(initial=0)
    return _digits(np.where(negligible, 0.0, array).tolist())


def _numeric(called, value, words):
    array = numeric(value)
    if array is None:
        problem = f"returned {describe(value)}{_as(words)}, not an array of numbers"
        raise WrongReturn(called, problem)
    return array


def _bounded(called, array, words, most):
    with np.errstate(all="ignore"):  # a longdouble may be too large
        array = array.astype(np.float64)
    if most is not None and not np.all(np.abs(array) < most):
        kinds = "NaN or infinite" if most == np.inf else "NaN, infinite or immense"
        raise WrongReturn(called, f"returned {kinds} values{_as(words)}")
    return array


def _without_ones(shape):
    return tuple(n for n in shape if n != 1)


def _as(words):
    return f" as {words}" if words else ""


def _digits(value):
    if isinstance(value, list):
        return f"[{', '.join(map(_digits, value))}]"
    return f"{value:.6g}"
