"""Result files: whole or none."""

import dataclasses

import pytest

from autograder.execute.result import (
    FILE,
    NoResult,
    NotebookResult,
    Result,
    digest_of,
    read_head,
    read_result,
    write_result,
)

TEXT = '{"cells": []}\n\u2028 한 \ud800'
NOTEBOOK = NotebookResult(
    "small",
    {"a": 1.5, "b": None, "c": 0.0},
    {"w": "No response.", "v": None},
    {"b": "the grader failed", "c": "the student's code raised"},
    {"a": "d1"},
    ("the file x could not be read", "graded as y"),
    digest_of(TEXT),
    TEXT,
)
RESULT = Result("ada", "small", "k", None, (NOTEBOOK,), ("a warning",), "landlock", 0.5, 0.75)


def test_what_is_written_is_read(tmp_path):
    write_result(tmp_path / "new", RESULT)
    assert read_result(tmp_path / "new") == RESULT
    bare = dataclasses.replace(RESULT, notebooks=(dataclasses.replace(NOTEBOOK, text=""),))
    assert read_head(tmp_path / "new") == bare
    assert [path.name for path in (tmp_path / "new").iterdir()] == [FILE]


def test_every_shorter_file_is_no_result(tmp_path):
    write_result(tmp_path, RESULT)
    whole = (tmp_path / FILE).read_bytes()
    for length in range(len(whole) - 1):
        (tmp_path / FILE).write_bytes(whole[:length])
        with pytest.raises(NoResult):
            read_result(tmp_path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"result/v1", b"result/v9"),
        (b"cells", b"calls"),
        (b'"student"', b'"studens"'),
        (b"[", b"{"),
        (b"{", b"\xff"),
    ],
)
def test_another_file_is_no_result(tmp_path, old, new):
    write_result(tmp_path, RESULT)
    whole = (tmp_path / FILE).read_bytes()
    assert old in whole
    (tmp_path / FILE).write_bytes(whole.replace(old, new))
    with pytest.raises(NoResult):
        read_result(tmp_path)


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    write_result(tmp_path, RESULT)
    broken = dataclasses.replace(NOTEBOOK, marks={"a": object()})
    with pytest.raises(TypeError):
        write_result(tmp_path, dataclasses.replace(RESULT, notebooks=(broken,)))
    assert read_result(tmp_path) == RESULT
    assert [path.name for path in tmp_path.iterdir()] == [FILE]


def test_complaints_are_about_what_was_not_read_or_marked():
    assert RESULT.complaints == ("the file x could not be read", "b: the grader failed")
    assert RESULT.mark == 1.5
