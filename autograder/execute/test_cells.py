"""Test cells run here, in the grading process; the student's names stand for another process."""

import ast
import builtins
import contextlib
import io
from dataclasses import dataclass, field

from nbformat.v4 import new_output

from autograder.candidate import CandidateError
from autograder.marking.cell import RESULT_MIME, GraderFault

# Errors whose words are made to be read by students.
READABLE = (CandidateError, GraderFault, AssertionError)


@dataclass
class TestCellEnd:
    """How a test cell ended.

    value: what its last line gave. result: the dictionary of the CellResult it showed, or None.
    error: the exception that ended it, or None. outputs: for the notebook.
    """

    __test__ = False  # a name that pytest would collect

    value: object = None
    result: dict | None = None
    error: BaseException | None = None
    outputs: list = field(default_factory=list)


class CandidateNames(dict):
    """A test cell's global names: its own, and the student's as calls by value.

    candidate: the student's callables. show(data): takes what the cell displays. memory: kept
    for all test cells of a submission. isolation: which one the student's code runs under.
    submitter: whose work it is, a checks.trial.Submitter.
    """

    def __init__(self, candidate, show, memory, isolation, submitter=None):
        super().__init__(__name__="__main__")
        self.candidate, self.show = candidate, show
        self.memory, self.isolation = memory, isolation
        self.submitter = submitter

    def __missing__(self, name):
        if hasattr(builtins, name) or name.startswith("__"):
            raise KeyError(name)
        kind = self.candidate.describe(name)
        if kind == "nothing":
            raise KeyError(name)
        if kind == "value":
            return self.candidate.read(name)
        return _Callable(self.candidate, name, kind)


class _Callable:
    """A function or class of the student's, for test cells that call it themselves."""

    def __init__(self, candidate, name, kind):
        self._candidate, self._name, self._kind = candidate, name, kind

    def __call__(self, *args, **kwargs):
        if self._kind == "class":
            return _Instance(self._candidate, self._candidate.create(self._name, *args, **kwargs))
        if kwargs:
            raise TypeError(f"{self._name}: test cells call functions without keywords")
        return self._candidate.call(self._name, *args)[0]


class _Instance:
    """An object that a student's class has made; its methods are called by value."""

    def __init__(self, candidate, handle):
        self._candidate, self._handle = candidate, handle

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self._candidate.call_method(self._handle, name, *args)[0]


def run_test_cell(source, candidate, memory, isolation, submitter=None):
    """Run a test cell's source; returns a TestCellEnd.

    What it prints is kept, what it writes to stderr is not: NumPy's warnings about right work
    belong nowhere.
    """
    end = TestCellEnd()

    def show(data):
        end.result = data.get(RESULT_MIME, end.result)
        end.outputs.append(new_output("display_data", data=data))

    names = CandidateNames(candidate, show, memory, isolation, submitter)
    printed = io.StringIO()
    try:
        body, last = _split(source)
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(io.StringIO()):
            exec(body, names)
            if last is not None:
                end.value = eval(last, names)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        end.error = error
        end.outputs.append(_error_output(error))
    if printed.getvalue():
        end.outputs.insert(0, new_output("stream", name="stdout", text=printed.getvalue()))
    return end


def _split(source):
    """The compiled statements of a cell, and its last line if that is an expression."""
    tree = ast.parse(source, "<test cell>")
    last = None
    if tree.body and isinstance(tree.body[-1], ast.Expr):
        last = compile(ast.Expression(tree.body.pop().value), "<test cell>", "eval")
    return compile(tree, "<test cell>", "exec"), last


def _error_output(error):
    """What the notebook shows: the words only of errors that are made to be read there."""
    name = type(error).__name__
    words = str(error) if isinstance(error, READABLE) else "see the log"
    return new_output("error", ename=name, evalue=words, traceback=[f"{name}: {words}"])
