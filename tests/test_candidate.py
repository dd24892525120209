"""The student's callables are called by value, and fail in words."""

import time

import numpy as np
import pytest

from autograder.candidate import CandidateError, LocalCandidate, NotWritten, WrongReturn
from autograder.candidate.errors import CallTimeout


def candidate_of(**names):
    return LocalCandidate(names)


def test_arguments_are_copies_and_changes_are_reported():
    """A function that overwrites its argument does not reach the caller's array."""

    def overwrite(x, y):
        x *= 0
        return x + y

    x, y = np.ones(3), np.ones(3)
    value, changed = candidate_of(f=overwrite).call("f", x, y)
    assert changed == (0,)
    assert x.tolist() == [1, 1, 1]
    assert value.tolist() == [1, 1, 1]


@pytest.mark.parametrize("made", [10**5000, -(10**80)], ids=["5001 digits", "81 digits"])
def test_a_huge_number_is_described_and_not_written_out(made):
    """Python refuses to write thousands of digits: that would be the grader's fault."""
    with pytest.raises(WrongReturn, match="returned a whole number of more than 60 digits"):
        candidate_of(f=lambda: made).call("f", returns=2)


def test_results_share_no_memory_and_no_subclass():
    """A subclass, a masked array and a view come back as plain arrays of their own."""
    kept = np.arange(4.0)
    masked = np.ma.masked_array([1.0, 2.0], [False, True])
    for made in (kept.view(np.recarray), masked, kept[1:]):
        value, _ = candidate_of(f=lambda made=made: made).call("f")
        assert type(value) is np.ndarray
        assert not np.shares_memory(value, kept)


def test_a_cache_stays_on_the_students_side():
    """What is kept comes back to the student as the very same object, whatever it is."""
    secret = object()
    candidate = candidate_of(f=lambda: (1.0, secret), g=lambda cache: cache is secret)
    (_, cache), _ = candidate.call("f", keep=(1,), returns=2)
    assert candidate.call("g", cache)[0] is True


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (np.array([object()]), "dtype object"),
        (object(), "object"),
        (np.array([1j]), "complex"),
        ([[[[[[[[[[1]]]]]]]]]], "levels deep"),
    ],
)
def test_what_is_not_plain_is_refused_in_words(made, words):
    """No object of a student's making reaches a check."""
    with pytest.raises(WrongReturn, match=words):
        candidate_of(f=lambda: made).call("f")


def test_errors_carry_the_call_and_the_reason():
    """The student reads which call failed and how; the first line of the message suffices."""
    with pytest.raises(CandidateError, match=r"f\(\.\.\.\) raised ValueError: too bad"):
        candidate_of(f=lambda: (_ for _ in ()).throw(ValueError("too bad\nmore"))).call("f")


def test_exit_is_an_error_like_others():
    """sys.exit in a function does not end the grader."""

    def leave():
        raise SystemExit(0)

    with pytest.raises(CandidateError, match="SystemExit"):
        candidate_of(f=leave).call("f")


def test_a_stub_and_a_missing_name_are_not_written():
    """NotImplementedError names the stub that raised it, not the function that called it."""

    def inner_stub():
        raise NotImplementedError

    candidate = candidate_of(outer=lambda: inner_stub())
    with pytest.raises(NotWritten) as stub:
        candidate.call("outer")
    assert "inner_stub" in stub.value.called or "test_a_stub" in stub.value.called
    with pytest.raises(NotWritten, match="does not exist"):
        candidate.call("nothing")


def test_too_few_values_are_said():
    """dropout_forward must return (out, cache)."""
    with pytest.raises(WrongReturn, match="where 2 values were expected"):
        candidate_of(f=lambda: np.ones(2)).call("f", returns=2)


def test_an_endless_loop_costs_its_limit_once():
    """The call ends, the same function is not called again, and others still are."""

    def forever():
        while True:
            pass

    candidate = LocalCandidate({"f": forever, "g": lambda: 1}, seconds=0.2)
    with pytest.raises(CallTimeout, match=r"did not end within 0\.2 s"):
        candidate.call("f")
    started = time.monotonic()
    with pytest.raises(CallTimeout):
        candidate.call("f")
    assert time.monotonic() - started < 0.1
    assert candidate.call("g")[0] == 1


def test_a_loop_that_swallows_exceptions_is_interrupted_again():
    """A bare except catches the first interruption, not the next."""

    def stubborn():
        caught = 0
        while caught < 3:
            try:
                while True:
                    pass
            except BaseException:
                caught += 1
        while True:
            pass

    with pytest.raises(CallTimeout):
        LocalCandidate({"f": stubborn}, seconds=0.2).call("f")


def test_printing_and_warnings_are_swallowed(capsys):
    """A chatty function leaves nothing on stdout or stderr."""
    import sys
    import warnings

    def chatty():
        print("hello")
        print("oh", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return 1

    assert candidate_of(f=chatty).call("f")[0] == 1
    assert capsys.readouterr() == ("", "")


def test_replaced_names_come_back():
    """The student's functions are in place again after our layer was in theirs."""
    names = {"f": lambda: 1, "g": lambda: names["f"]()}
    candidate = LocalCandidate(names)
    with candidate.replaced({"f": lambda: 2, "new": None}):
        assert candidate.call("g")[0] == 2
    assert candidate.call("g")[0] == 1
    assert "new" not in names
