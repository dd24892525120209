"""The notebook's self-check cells say what is not written yet, and hide no mistake."""

import pytest

from solutions.selfcheck import self_check


def unwritten():
    raise NotImplementedError


class Net:
    def loss(self):
        raise NotImplementedError


def returns_none():
    return None


def has_a_mistake():
    return None + 1


def test_a_block_without_trouble_runs_to_its_end(capsys):
    """And prints only what it prints."""
    with self_check("dropout_forward"):
        print("done")
    assert capsys.readouterr().out == "done\n"


@pytest.mark.parametrize(("call", "name"), [(unwritten, "unwritten"), (Net().loss, "Net.loss")])
def test_the_function_that_is_not_written_is_named(capsys, call, name):
    """Not the first one of the block, but the one that raised."""
    with self_check("dropout_backward"):
        call()
    assert capsys.readouterr().out.startswith(f"`{name}` is not written yet")


def test_a_missing_name_is_named(capsys):
    """When a cell above was not run, or failed."""
    with self_check("inline_question_2", "histories"):
        histories  # noqa: B018, F821
    assert capsys.readouterr().out.startswith("`histories` does not exist yet")


def test_another_missing_name_is_an_error():
    """A misspelt variable is the student's to find."""
    with pytest.raises(NameError, match="histroies"), self_check("histories"):
        histroies  # noqa: B018, F821


def test_a_result_of_none_is_named(capsys):
    """The error is in the block, which takes the result apart."""
    with self_check("returns_none"):
        _, _ = returns_none()
    assert capsys.readouterr().out.startswith("`returns_none` returned None")


@pytest.mark.parametrize("block", [has_a_mistake, lambda: [] + 1, lambda: int("x")])
def test_mistakes_in_written_code_keep_their_traceback(block):
    """Also a TypeError over None inside a function."""
    with pytest.raises((TypeError, ValueError)), self_check("has_a_mistake"):
        block()
