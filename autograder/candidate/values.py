"""Values that may cross between the student's code and the checks: plain copies only.

Arrays become base-class ndarrays of numbers or booleans, scalars become Python numbers,
containers become list, tuple and dict. Anything else is refused, so that a check never holds
an object whose methods a student wrote.
"""

import numbers

import numpy as np

MAX_DEPTH = 8
MAX_ITEMS = 10_000
MAX_ELEMENTS = 50_000_000


class NotPlain(ValueError):
    """A value that may not cross; the message says why in one phrase."""


def plain(value, depth=0):
    """Return a plain deep copy of `value`, sharing no memory with it.

    Raises NotPlain for anything but numbers, strings, None, arrays and containers of these.
    """
    if depth > MAX_DEPTH:
        raise NotPlain(f"nested more than {MAX_DEPTH} levels deep")
    if value is None or type(value) in (bool, int, float, str):
        return value
    if isinstance(value, np.ndarray):
        return _plain_array(value)
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict):
        return {_key(k): plain(v, depth + 1) for k, v in _items(value.items(), len(value))}
    if isinstance(value, (list, tuple)):
        items = [plain(v, depth + 1) for v in _items(value, len(value))]
        return tuple(items) if isinstance(value, tuple) else items
    raise NotPlain(f"a {type(value).__name__}")


def _plain_array(value):
    if value.dtype.kind not in "biuf":
        raise NotPlain(f"an array of dtype {value.dtype}")
    if value.size > MAX_ELEMENTS:
        raise NotPlain(f"an array of {value.size} elements")
    if isinstance(value, np.ma.MaskedArray):
        value = value.filled(0)
    return np.array(value, dtype=value.dtype.newbyteorder("="), subok=False, copy=True, order="C")


def _items(items, count):
    if count > MAX_ITEMS:
        raise NotPlain(f"a container of {count} items")
    return items


def _key(key):
    if isinstance(key, (str, bool, int, float)):
        return plain(key)
    if isinstance(key, numbers.Real):
        return float(key)
    raise NotPlain(f"a dictionary key of type {type(key).__name__}")


def as_sent(value):
    """Return a private copy of an argument for one call (dtype objects pass as they are)."""
    if isinstance(value, np.ndarray):
        return value.copy()
    if isinstance(value, dict):
        return {k: as_sent(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(as_sent(v) for v in value)
    return value


def same(before, after):
    """Whether an argument is unchanged: same shape, dtype and values (NaN equals NaN)."""
    if not isinstance(before, np.ndarray):
        return True
    if (
        not isinstance(after, np.ndarray)
        or before.shape != after.shape
        or before.dtype != after.dtype
    ):
        return False
    if before.flags.c_contiguous and after.flags.c_contiguous:
        word = np.uint64 if before.nbytes % 8 == 0 else np.uint8
        words = (a.reshape(-1).view(word) for a in (before, after))
        if np.array_equal(*words):
            return True  # by far the cheapest answer
    return np.array_equal(before, after, equal_nan=before.dtype.kind == "f")


def describe(value):
    """A short phrase for messages: what a student's value is, without printing all of it."""
    if isinstance(value, np.ndarray):
        return f"an array of shape {value.shape}, dtype {value.dtype}"
    if value is None:
        return "None"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)} items"
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 10**60:
        return "a whole number of more than 60 digits"  # Python refuses to write the largest
    if isinstance(value, (bool, int, float, str)):
        text = repr(value)
        return text if len(text) <= 60 else text[:57] + "..."
    return f"a {type(value).__name__}"
