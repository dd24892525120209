"""A candidate in this process: the student's names, called by value."""

import contextlib
import inspect
import io
import warnings

import numpy as np

from autograder.candidate.errors import (
    MISSING,
    CallTimeout,
    CandidateError,
    NotWritten,
    WrongReturn,
)
from autograder.candidate.limit import Expired, at_most
from autograder.candidate.values import NotPlain, as_sent, describe, plain, same


class Handle:
    """Stands for an object that stays on the student's side (a cache, a net)."""

    __slots__ = ("_object",)

    def __init__(self, held):
        self._object = held


class LocalCandidate:
    """The student's callables, taken from a namespace.

    Arguments travel as private copies; results come back as plain values
    (autograder.candidate.values) or, where the caller asks for it, as handles. Printing,
    warnings and anything on stderr are swallowed. Every failure of the student's code is
    raised as a CandidateError.
    """

    def __init__(self, namespace, seconds=20):
        """namespace: the notebook's names. seconds: the limit of each call; a function that has
        exceeded it once is not called again, so that an endless loop costs its limit once.
        """
        self._namespace = namespace
        self.seconds = seconds
        self._expired = {}

    def call(self, name, *args, keep=(), returns=None):
        """Call the function `name` and return (result, indices of arguments it changed).

        returns: how many values it must return (None: one value, whatever it is).
        keep: indices of those values that stay on the student's side, as handles.
        """
        function = self._find(name)
        return self._invoke(f"{name}(...)", function, args, {}, keep, returns)

    def create(self, name, *args, **kwargs):
        """Build an instance of the class `name`; returns a handle."""
        made, _ = self._invoke(
            f"{name}(...)", self._find(name), args, kwargs, (0,), 1, unpack=False
        )
        return made

    def hold(self, value):
        """Put a copy of a plain value on the student's side; returns a handle."""
        return Handle(as_sent(value))

    def call_method(self, handle, method, *args, keep=(), returns=None, first=None):
        """Like call, for a method of an object created earlier.

        first: {attribute: items} to assign before the call, as set_items does.
        """
        called = f"{type(handle._object).__name__}.{method}(...)"
        for attribute, items in (first or {}).items():
            self.set_items(handle, attribute, items)
        bound = self._run(called, lambda: getattr(handle._object, method, None))
        if bound is None:
            raise NotWritten(called, "does not exist")
        return self._invoke(called, bound, args, {}, keep, returns)

    def parameters(self, name):
        """(parameter names of the function or class `name`, whether it takes any keyword)."""
        try:
            found = inspect.signature(self._find(name)).parameters.values()
        except (TypeError, ValueError):
            return [], True
        any_keyword = any(p.kind is p.VAR_KEYWORD for p in found)
        return [p.name for p in found if p.kind is not p.VAR_KEYWORD], any_keyword

    def attribute(self, handle, name):
        """A plain copy of an attribute of an object created earlier."""
        return self._run(f".{name}", lambda: self._plain(f".{name}", getattr(handle._object, name)))

    def set_items(self, handle, attribute, items):
        """Assign items of a dictionary attribute (a net's params)."""

        def assign():
            held = getattr(handle._object, attribute)
            for key, value in items.items():
                held[key] = as_sent(value)

        self._run(f".{attribute}[...] = ...", assign)

    def read(self, name):
        """A plain copy of a variable. Raises NotWritten if there is none of that name."""
        return self._plain(name, self._find(name))

    def describe(self, name):
        """What a name means: "class", "function", "value" or "nothing"."""
        found = self._namespace.get(name, self)
        if found is self:
            return "nothing"
        if isinstance(found, type):
            return "class"
        return "function" if callable(found) else "value"

    @contextlib.contextmanager
    def replaced(self, replacements):
        """Within the block, the names in `replacements` mean the given objects instead.

        A handle stands for what it holds.
        """
        missing = object()
        before = {name: self._namespace.get(name, missing) for name in replacements}
        for name, value in replacements.items():
            self._namespace[name] = value._object if isinstance(value, Handle) else value
        try:
            yield
        finally:
            for name, value in before.items():
                if value is missing:
                    self._namespace.pop(name, None)
                else:
                    self._namespace[name] = value

    def _find(self, name):
        try:
            return self._namespace[name]
        except KeyError:
            raise NotWritten(name, MISSING) from None

    def _invoke(self, called, function, args, kwargs, keep, returns, unpack=True):
        sent = [a._object if isinstance(a, Handle) else as_sent(a) for a in args]
        result = self._run(called, lambda: function(*sent, **as_sent(kwargs)))
        changed = tuple(
            i
            for i, (a, s) in enumerate(zip(args, sent, strict=True))
            if not isinstance(a, Handle) and not same(a, s)
        )
        if returns is None:
            return self._plain(called, result), changed
        if not unpack:
            return Handle(result), changed
        if not isinstance(result, (tuple, list)) or len(result) != returns:
            raise WrongReturn(
                called, f"returned {describe(result)} where {returns} values were expected"
            )
        values = tuple(
            Handle(v) if i in keep else self._plain(called, v) for i, v in enumerate(result)
        )
        return values, changed

    def _plain(self, called, value):
        try:
            return plain(value)
        except NotPlain as reason:
            raise WrongReturn(called, f"returned {reason}, which the checks cannot use") from None

    def _run(self, called, action):
        if called in self._expired:
            raise self._expired[called]
        quiet = io.StringIO()
        try:
            with (
                contextlib.redirect_stdout(quiet),
                contextlib.redirect_stderr(quiet),
                warnings.catch_warnings(),
                np.errstate(),  # restores what a np.seterr in the call changes
                at_most(self.seconds),
            ):
                warnings.simplefilter("ignore")
                return action()
        except Expired:
            self._expired[called] = CallTimeout(called, f"did not end within {self.seconds:g} s")
            raise self._expired[called] from None
        except CandidateError:
            raise
        except NotImplementedError as error:
            raise NotWritten(_stub_of(error), "is not written yet") from None
        except BaseException as error:  # a student may raise anything, KeyboardInterrupt too
            detail = _first_line(error)
            raise CandidateError(called, f"raised {type(error).__name__}{detail}") from None


def _stub_of(error):
    """The function or class whose stub raised NotImplementedError: the innermost frame's."""
    frame = error.__traceback__
    while frame.tb_next is not None:
        frame = frame.tb_next
    return frame.tb_frame.f_code.co_qualname.split(".")[0]


def _first_line(error):
    """ ": ..." with the first line of an exception's message; empty where it has none."""
    try:
        lines = str(error).strip().splitlines()
    except Exception:  # its __str__ is the student's too
        lines = []
    return f": {lines[0][:300]}" if lines else ""
