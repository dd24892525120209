"""Test cells run in the grading process, and reach the student's names by value."""

import numpy as np
import pytest
from wired import wired

from autograder.candidate import CandidateError
from autograder.execute.test_cells import run_test_cell
from autograder.marking.cell import RESULT_MIME, GraderFault


class Counter:
    def __init__(self, start):
        self.at = start

    def add(self, n):
        self.at += n
        return self.at


STUDENTS = {
    "double": lambda x: 2 * x,
    "Counter": Counter,
    "answer": [1, 2],
    "raises": lambda: 1 / 0,
    "opaque": lambda: object(),
    "float": lambda x: 99.0,
    "print": None,
}


def run(source, students=STUDENTS):
    return run_test_cell(source, wired(dict(students)), {}, "landlock")


def test_the_last_line_is_the_value():
    """As a plain Python object of this process."""
    assert run("x = 2\nx + 1.5").value == 3.5
    assert run("x = 2").value is None
    assert run("").value is None


def test_it_calls_the_student_s_functions_and_classes():
    """From the top level and from functions; arrays come back as copies."""
    source = (
        "import numpy as np\n"
        "def total():\n    return float(double(np.arange(3.0)).sum())\n"
        "c = Counter(5)\nc.add(2)\ntotal() + c.add(1) + answer[1]"
    )
    assert run(source).value == 6 + 8 + 2


def test_a_student_s_name_does_not_replace_a_builtin():
    """`float` is Python's here, whatever the notebook calls so."""
    assert run("float(3)").value == 3.0


def test_a_name_that_nobody_has_is_a_name_error():
    """And so is one with underscores, which is never asked for."""
    for name in ("nowhere", "__secret__"):
        assert isinstance(run(name).error, NameError)


@pytest.mark.parametrize("source", ["raises()", "opaque()", "Counter()", "Counter(1).nothing()"])
def test_a_failure_of_the_student_s_is_known_for_one(source):
    """It must not count as the grader's."""
    assert isinstance(run(source).error, CandidateError)


def test_what_it_prints_is_kept_and_stderr_is_not():
    """Stock nbgrader gives 0 for anything on stderr."""
    end = run("import sys\nprint('seen')\nprint('unseen', file=sys.stderr)\n4.0")
    assert [o.text for o in end.outputs] == ["seen\n"]
    assert end.value == 4.0


def test_an_error_of_the_grader_s_shows_no_detail():
    """Its words may name files and checks; they go to the log."""
    end = run("raise RuntimeError('secret place')")
    assert isinstance(end.error, RuntimeError)
    assert "secret" not in str(end.outputs)
    assert run("1 +").error is not None


def test_mark_asks_the_candidate_and_shows_its_result():
    """With the isolation that the student's code ran under."""
    end = run("from autograder.marking import mark\nmark('dropout', 'test_backward', globals())")
    assert end.value == 0.0
    assert end.result["isolation"] == "landlock"
    assert end.outputs[0].data[RESULT_MIME]["mark"] == 0.0


def test_a_broken_check_is_a_grader_fault(monkeypatch):
    """And says which check, not why."""

    def broken(trial):
        raise AttributeError("secret")

    monkeypatch.setattr("autograder.marking.judge.checks_of", lambda a: _All(broken))
    end = run("from autograder.marking import mark\nmark('dropout', 'test_backward', globals())")
    assert isinstance(end.error, GraderFault)
    assert end.result["outcomes"][0]["status"] == "grader_fault"


class _All(dict):
    def __init__(self, value):
        self._value = value

    def __getitem__(self, name):
        return self._value


def test_numpy_s_state_is_the_grader_s_own():
    """What students do to NumPy happens elsewhere; here it is as it was."""
    before = np.geterr()
    run("import numpy as np\nnp.sqrt(-1.0)\n1.0")
    assert np.geterr() == before
