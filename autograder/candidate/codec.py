"""Plain values as bytes and back, for the wire between the checks and the student's process.

A message is the length of a JSON text (4 bytes), that text, and the arrays' bytes one after the
other. What JSON has no form for is an object of one member:
    {"l": [...]} list, {"t": [...]} tuple, {"d": [[key, value], ...]} dict,
    {"a": [dtype, shape]} array, {"n": "nan"} a float that is not finite, {"i": "12"} a big int,
    {"y": dtype} a dtype, {"r": number} an object that stays on the student's side; these two only
    the grader sends.
Nothing is ever unpickled, looked up or called. `decode` believes nothing: whatever is not exactly
this raises Malformed, and no allocation exceeds what arrived by more than a small factor.
"""

import json
import math
import struct

import numpy as np

from autograder.candidate.values import MAX_DEPTH, MAX_ITEMS, NotPlain

LENGTH = struct.Struct(">I")
MAX_BYTES = 56 * 1024 * 1024
MAX_TEXT = 4 * 1024 * 1024
MAX_NODES = 200_000
MAX_DIGITS = 1000
MAX_DIMENSIONS = 32
# A message wraps a value in a few levels of its own.
LEVELS = MAX_DEPTH + 6
# Booleans, integers, floats (NumPy's letters).
LETTERS = "?bBhHiIlLqQefdg"
SMALL = 1 << 53


class Malformed(ValueError):
    """The bytes are no message: the other side is broken, or plays false."""


class Ref:
    """A reference to an object on the student's side, in what the grader sends."""

    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number


def encode(value):
    """Bytes of a value of plain types (autograder.candidate.values), Refs and dtypes in it.

    Raises NotPlain for anything else, and for what is too large to send.
    """
    arrays = []
    text = json.dumps(_tree(value, arrays, 0), allow_nan=False, check_circular=False).encode()
    size = len(text) + sum(a.nbytes for a in arrays)
    if len(text) > MAX_TEXT or size > MAX_BYTES:
        raise NotPlain(f"a value of {size} bytes")
    return b"".join([LENGTH.pack(len(text)), text, *map(_bytes_of, arrays)])


def decode(message, from_grader=False):
    """The value in bytes that anyone may have written; arrays own their memory.

    from_grader: whether dtypes and Refs may be among it. Raises Malformed.
    """
    if len(message) < LENGTH.size:
        raise Malformed("shorter than its length")
    (length,) = LENGTH.unpack_from(message)
    if length > MAX_TEXT or LENGTH.size + length > len(message):
        raise Malformed(f"a text of {length} bytes")
    view = memoryview(message)
    try:
        tree = json.loads(
            bytes(view[LENGTH.size : LENGTH.size + length]), parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as error:  # UnicodeDecodeError among them
        raise Malformed(f"no JSON: {type(error).__name__}") from None
    reader = _Reader(view[LENGTH.size + length :], from_grader)
    value = reader.value(tree, 0)
    reader.assert_finished()
    return value


def _tree(value, arrays, depth):
    if depth > LEVELS:
        raise NotPlain("nested too deeply")
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return value
    if kind is int:
        if -SMALL < value < SMALL:
            return value
        if value.bit_length() > 3 * MAX_DIGITS:
            raise NotPlain("an integer of thousands of digits")
        return {"i": str(value)}
    if kind is float:
        return value if math.isfinite(value) else {"n": repr(value)}
    if kind is np.ndarray:
        if value.dtype.newbyteorder("=").char not in LETTERS:
            raise NotPlain(f"an array of dtype {value.dtype}")
        arrays.append(np.ascontiguousarray(value.astype(value.dtype.newbyteorder("="), copy=False)))
        return {"a": [_letter(value.dtype), list(value.shape)]}
    if kind is list or kind is tuple:
        _count(value)
        return {"l" if kind is list else "t": [_tree(item, arrays, depth + 1) for item in value]}
    if kind is dict:
        _count(value)
        pairs = [
            [_tree(k, arrays, depth + 1), _tree(v, arrays, depth + 1)] for k, v in value.items()
        ]
        return {"d": pairs}
    if kind is Ref:
        return {"r": value.number}
    if isinstance(value, type) and issubclass(value, np.generic):
        value = np.dtype(value)
    if isinstance(value, np.dtype):
        return {"y": _letter(value)}
    if isinstance(value, np.generic):
        return _tree(value.item(), arrays, depth)
    raise NotPlain(f"a {kind.__name__}")


def _letter(dtype):
    return dtype.newbyteorder("=").char


def _bytes_of(array):
    return memoryview(array.reshape(-1)).cast("B") if array.size else b""


def _count(items):
    if len(items) > MAX_ITEMS:
        raise NotPlain(f"a container of {len(items)} items")


def _no_constant(name):
    raise ValueError(name)


class _Reader:
    """Builds the value of a message, taking the arrays' bytes in turn."""

    def __init__(self, data, from_grader):
        self._data, self._at, self._nodes = data, 0, 0
        self._readers = self._READERS | (self._GRADERS if from_grader else {})

    def assert_finished(self):
        if self._at != len(self._data):
            raise Malformed(f"{len(self._data) - self._at} bytes too many")

    def value(self, tree, depth):
        self._nodes += 1
        if depth > LEVELS or self._nodes > MAX_NODES:
            raise Malformed("too deep or too many parts")
        if tree is None or type(tree) in (bool, str):
            return tree
        if type(tree) is float:
            if not math.isfinite(tree):  # "1e999" is valid JSON
                raise Malformed("an infinite number")
            return tree
        if type(tree) is int:
            if not -SMALL < tree < SMALL:
                raise Malformed("a large integer as a number")
            return tree
        if type(tree) is not dict or len(tree) != 1:
            raise Malformed("no value")
        ((tag, content),) = tree.items()
        read = self._readers.get(tag)
        if read is None:
            raise Malformed("an unknown tag")
        return read(self, content, depth)

    def _list(self, content, depth):
        if type(content) is not list or len(content) > MAX_ITEMS:
            raise Malformed("no list")
        return [self.value(item, depth + 1) for item in content]

    def _tuple(self, content, depth):
        return tuple(self._list(content, depth))

    def _dict(self, content, depth):
        if type(content) is not list or len(content) > MAX_ITEMS:
            raise Malformed("no pairs")
        made = {}
        for pair in content:
            if type(pair) is not list or len(pair) != 2:
                raise Malformed("no pair")
            key = self.value(pair[0], depth + 1)
            if type(key) not in (str, bool, int, float):
                raise Malformed("a key of another kind")
            made[key] = self.value(pair[1], depth + 1)
        if len(made) != len(content):
            raise Malformed("a key twice")
        return made

    def _array(self, content, depth):
        if type(content) is not list or len(content) != 2 or type(content[1]) is not list:
            raise Malformed("no array")
        dtype, shape = self._dtype(content[0], depth), content[1]
        if len(shape) > MAX_DIMENSIONS or not all(type(n) is int and 0 <= n < SMALL for n in shape):
            raise Malformed("no shape")
        size = math.prod(shape)
        end = self._at + size * dtype.itemsize
        if end > len(self._data):
            raise Malformed("an array longer than its bytes")
        if size == 0 and math.prod(n for n in shape if n) >= SMALL:
            raise Malformed("no shape")
        flat = np.frombuffer(self._data[self._at : end], np.uint8)
        self._at = end
        if dtype.char == "?":
            return (flat != 0).reshape(shape)  # other bytes than 0 and 1 are no booleans
        return flat.copy().view(dtype).reshape(shape)

    def _dtype(self, content, depth):
        if type(content) is not str or len(content) != 1 or content not in LETTERS:
            raise Malformed("an unknown dtype")
        return np.dtype(content)

    def _special(self, content, depth):
        if content not in ("nan", "inf", "-inf"):
            raise Malformed("no float")
        return float(content)

    def _big(self, content, depth):
        digits = content.removeprefix("-") if type(content) is str else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MAX_DIGITS):
            raise Malformed("no integer")
        return int(content)

    def _ref(self, content, depth):
        if type(content) is not int or not 0 <= content < SMALL:
            raise Malformed("no reference")
        return Ref(content)

    _READERS = {  # noqa: RUF012
        "l": _list,
        "t": _tuple,
        "d": _dict,
        "a": _array,
        "n": _special,
        "i": _big,
    }
    _GRADERS = {"y": _dtype, "r": _ref}  # noqa: RUF012
