"""Values on the wire: they arrive as they were sent, and nothing else gets in."""

import json
import math
import random
import struct
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_np

from autograder.candidate.codec import LENGTH, MAX_TEXT, Malformed, Ref, decode, encode
from autograder.candidate.values import MAX_ITEMS, NotPlain

DTYPES = [np.dtype(letter) for letter in "?bBhHiIlLqQefdg"]
numbers = st.one_of(st.integers(-(10**40), 10**40), st.floats(), st.booleans())
arrays = st.sampled_from(DTYPES).flatmap(
    lambda dtype: st_np.arrays(dtype, st_np.array_shapes(min_dims=0, min_side=0, max_side=4))
)
leaves = st.one_of(st.none(), numbers, st.text(max_size=20), arrays)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.one_of(st.text(max_size=5), st.integers(2, 99)), inner, max_size=4),
    ),
    max_leaves=12,
)


def equal(a, b):
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, float):
        return a == b or (math.isnan(a) and math.isnan(b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(equal(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return len(a) == len(b) and all(map(equal, a, b))
    return a == b


@settings(max_examples=300, deadline=None)
@given(values)
def test_what_is_sent_arrives(value):
    """Types, dtypes, shapes and bits; surrogates and NaN included."""
    assert equal(decode(encode(value)), value)


def test_arrays_arrive_in_c_order_writable_and_native():
    """However they lie in memory where they come from."""
    swapped = np.arange(6, dtype=">f8").reshape(2, 3)
    for sent in (np.asfortranarray(swapped), swapped[:, ::-1], swapped.T, swapped[::2]):
        got = decode(encode(sent))
        assert np.array_equal(got, sent)
        assert got.dtype.isnative
        assert got.flags.c_contiguous
        assert got.flags.writeable


def test_an_array_s_bytes_are_its_own():
    """Writing to one array of a message changes no other."""
    first, second = decode(encode([np.zeros(3), np.zeros(3)]))
    first[:] = 1
    assert not second.any()


def test_booleans_are_zero_or_one():
    """Bytes that NumPy would take for a third truth value are made True."""
    message = bytearray(encode(np.array([True, False])))
    message[-2] = 7
    got = decode(bytes(message))
    assert got.tobytes() == b"\x01\x00"


@pytest.mark.parametrize(
    "value",
    [
        object(),
        np.array([object()]),
        np.array([1j]),
        np.zeros(2, "M8[s]"),
        np.zeros(2, [("a", "f8")]),
        np.array(["text"]),
        {1, 2},
        10 ** (10**4),
        [0] * (MAX_ITEMS + 1),
        "x" * (MAX_TEXT + 1),
        np.zeros(10_000_000),
        b"bytes",
    ],
    ids=lambda v: type(v).__name__,
)
def test_what_cannot_be_sent_is_refused(value):
    """In words, by the sender."""
    with pytest.raises(NotPlain):
        encode(value)


def message(tree, data=b""):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    return LENGTH.pack(len(text)) + text + data


BAD = {
    "nothing": b"",
    "half a length": b"\x00\x00",
    "length beyond the end": LENGTH.pack(100) + b"null",
    "enormous length": LENGTH.pack(2**32 - 1) + b"null",
    "no JSON": message(b"nul"),
    "no UTF-8": message(b'"\xff"'),
    "NaN": message(b"NaN"),
    "Infinity": message(b"-Infinity"),
    "overflow": message(b"1e999"),
    "bytes after the value": message(None, b"x"),
    "a bare list": message([1]),
    "a bare object": message({}),
    "two tags": message({"l": [], "t": []}),
    "an unknown tag": message({"pickle": "gASVAAA="}),
    "a list that is none": message({"l": "abc"}),
    "a big integer as number": message(2**60),
    "digits that are none": message({"i": "1_0"}),
    "endless digits": message({"i": "9" * 5000}),
    "digits of another script": message({"i": "١٢"}),
    "a float by name": message({"n": "1"}),
    "a pair of three": message({"d": [[1, 2, 3]]}),
    "a key twice": message({"d": [["a", 1], ["a", 2]]}),
    "equal keys": message({"d": [[1, 1], [True, 2]]}),
    "a list as key": message({"d": [[{"l": []}, 2]]}),
    "an object dtype": message({"a": ["O", [1]]}, b"\0" * 8),
    "a dtype with fields": message({"a": ["f8,f8", [1]]}, b"\0" * 16),
    "a dtype by name": message({"a": ["float64", [1]]}, b"\0" * 8),
    "too few bytes": message({"a": ["d", [2]]}, b"\0" * 15),
    "too many bytes": message({"a": ["d", [2]]}, b"\0" * 17),
    "a negative dimension": message({"a": ["d", [-1]]}, b""),
    "an endless dimension": message({"a": ["d", [2**62]]}, b""),
    "dimensions that multiply to a lot": message({"a": ["d", [2**30, 2**30]]}, b""),
    "nothing, by an endless dimension": message({"a": ["d", [0, 2**50, 2**50]]}, b""),
    "many dimensions": message({"a": ["d", [1] * 100]}, b"\0" * 8),
    "a float as dimension": message({"a": ["d", [1.0]]}, b"\0" * 8),
    "true as dimension": message({"a": ["d", [True]]}, b"\0" * 8),
    "a reference": message({"r": 1}),
    "a dtype": message({"y": "d"}),
    "deep": message(b'{"l":[' * 60 + b"]}" * 60),
    "very deep": message(b'{"l":[' * 100_000),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_message_is_malformed(name):
    """And never another exception."""
    with pytest.raises(Malformed):
        decode(BAD[name])


def test_references_and_dtypes_are_the_grader_s():
    """They are read only where the grader is the sender."""
    (ref, dtype) = decode(encode([Ref(3), np.float32]), from_grader=True)
    assert (ref.number, dtype) == (3, np.dtype("f4"))
    with pytest.raises(Malformed):
        decode(encode(Ref(3)))


def mutated(rng, message):
    """A message with bytes changed, cut, repeated or put in."""
    data = bytearray(message)
    for _ in range(rng.randint(1, 4)):
        kind, at = rng.randrange(6), rng.randrange(len(data) + 1)
        if kind == 0 and data:
            data[at % len(data)] = rng.randrange(256)
        elif kind == 1:
            del data[at : at + rng.randint(1, 8)]
        elif kind == 2:
            data[at:at] = data[: rng.randint(0, 16)]
        elif kind == 3:
            data[:4] = struct.pack(">I", rng.choice([0, 1, len(data), 2**31, 2**32 - 1]))
        elif kind == 4:
            data[at:at] = rng.choice(
                [b"NaN", b"1e999", b'{"l":[', b"[", b"-1", b'"O"', b"99999999999", b"true"]
            )
        else:
            data[at:at] = rng.randbytes(rng.randint(1, 8))
    return bytes(data)


def fuzz(seed, rounds):
    """Decode so many damaged messages; returns how many were still messages."""
    rng, good = random.Random(seed), 0
    stock = [
        encode(v)
        for v in (
            None,
            [1, 2.5, "three", (None, True)],
            {"value": (np.arange(6.0).reshape(2, 3), np.array(True)), "changed": [0]},
            {"nonce": 17, "error": None, "handles": {1: 4}, "value": -(10**30)},
            {"weights": [np.zeros((3, 0), "f4"), np.ones((2, 2), "i1")], 0.25: float("nan")},
        )
    ]
    for _ in range(rounds):
        try:
            assert_plain(decode(mutated(rng, rng.choice(stock))))
            good += 1
        except Malformed:
            pass
    return good


def assert_plain(value):
    if type(value) in (list, tuple):
        for item in value:
            assert_plain(item)
    elif type(value) is dict:
        for item in (*value, *value.values()):
            assert_plain(item)
    elif type(value) is np.ndarray:
        assert value.dtype in DTYPES
        assert value.flags.owndata or value.base.flags.owndata
    else:
        assert value is None or type(value) in (bool, int, float, str)


def test_damaged_messages_are_malformed_or_plain():
    """Neither another exception nor another type comes of 5000 damaged messages."""
    assert 0 < fuzz(1, 5000) < 5000


@pytest.mark.sweep
def test_a_long_fuzz_grows_no_memory():
    """200 000 damaged messages: no escape, and no memory kept."""
    fuzz(2, 5000)
    tracemalloc.start()
    try:
        fuzz(3, 20_000)
        before = tracemalloc.get_traced_memory()[0]
        fuzz(4, 180_000)
        assert tracemalloc.get_traced_memory()[0] - before < 200_000
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()
