"""Judging some cells of `dropout_in_practice` in this process, for tests."""

import zlib

import numpy as np

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.marking.judge import judge_cell
from autograder.validate.sweep import namespace_of
from solutions.dropout_in_practice.cases import reference_cells

ASSIGNMENT = "dropout_in_practice"
WORKED = reference_cells()


class Anything:
    """An object of the student's own, whose every use raises."""

    def __getattr__(self, name):
        raise RuntimeError(name)

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no array")

    def __float__(self):
        raise RuntimeError("no number")


def generator():
    yield 1


# What a function may return in the place of anything.
HOSTILE = [
    None,
    "",
    "nan",
    b"bytes",
    float("nan"),
    float("inf"),
    10**400,
    1e308,
    True,
    1 + 2j,
    Anything(),
    Anything,
    generator(),
    [],
    {},
    (None, None),
    ("x", {"W1": 1}),
    (1.0, {}),
    (float("nan"), float("nan")),
    ({}, 1.0),
    ("", ""),
    ("b" * 2000, "9" * 2000),
    ("d", "1e999"),
    ("d", "1/0"),
    (10**400, 10**400),
    ([1, [2, 3]], [[1], [2, 3]]),
    ("%%%", "%"),
    (True, False),
    np.array("b"),
    np.array([]),
    np.zeros((0, 3)),
    np.array([1j]),
    np.array([None]),
    np.full((3, 3), np.nan),
    np.full((60, 60), np.inf),
    np.zeros((3, 3, 3)),
    np.zeros((60, 60), dtype=np.longdouble) + np.longdouble("1e4000"),
    np.ma.masked_all((60, 60)),
    {"W1": None, "b1": None, "W2": None, "b2": None, "W3": None, "b3": None},
    (1.0, dict.fromkeys(("W1", "b1", "W2", "b2", "W3", "b3"), "text")),
    (1.0, dict.fromkeys(("W1", "b1", "W2", "b2", "W3", "b3"), 10**400)),
    (1.0, dict.fromkeys(("W1", "b1", "W2", "b2", "W3", "b3"), np.zeros(10**6))),
]


def judged(stubs, cells=None, seed=0, kind=LocalCandidate, only=None, **names):
    """{check: Outcome} of the stubs' test cells, for the worked solution with other cells or names.

    Asserts that nothing was the grader's fault.
    """
    candidate = kind(namespace_of(WORKED | (cells or {})) | names)
    np.random.seed(seed)
    found = {}
    for stub in stubs:
        checks_seed = zlib.crc32(f"test_{stub} {seed}".encode())
        result = judge_cell(ASSIGNMENT, f"test_{stub}", candidate, oracle, checks_seed, only)
        found |= {o.check: o for o in result.outcomes}
    faults = [o.fault for o in found.values() if o.status == "grader_fault"]
    assert not faults, faults[0]
    return found


def failing(found):
    return {name for name, outcome in found.items() if outcome.mark != outcome.points}


def edited(stub, *edits):
    """{stub: the worked cell with (old, new) pairs, each of which occurs once}."""
    source = WORKED[stub]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {stub: source}
