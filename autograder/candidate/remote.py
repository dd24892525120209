"""A candidate behind the wire: the student's functions run in another process, which may lie.

Everything that comes back is taken for hostile: only plain values are decoded, each reply must
answer the request that is open, and whatever is not of the agreed form is the student's error
and never the grader's. What a check gets are numbers, strings, containers and base-class arrays.
"""

import contextlib

import numpy as np

from autograder.candidate.codec import Malformed, Ref, decode, encode
from autograder.candidate.errors import (
    MISSING,
    CallTimeout,
    CandidateError,
    NotWritten,
    WrongReturn,
)
from autograder.candidate.values import NotPlain

KINDS = {kind.__name__: kind for kind in (CandidateError, NotWritten, WrongReturn, CallTimeout)}
# Requests that run the student's code: where one has cost a process, it is not made again.
RUN_THEIR_CODE = ("call", "create", "call_method", "attribute", "set_items", "read")
DESCRIPTIONS = ("class", "function", "value", "nothing")
# The process is given this much longer than the call that it has to interrupt by itself.
GRACE = 2.0
MOST_CHARACTERS = 500


class Died(Exception):
    """The student's process ended, or broke the protocol, before it answered."""


class TimedOut(Exception):
    """The student's process did not answer in time, and was ended."""


class Handle:
    """Stands for an object that stays on the student's side (a cache, a net)."""

    __slots__ = ("_owner", "epoch", "number")

    def __init__(self, number, epoch, owner):
        self.number, self.epoch, self._owner = number, epoch, owner

    def __del__(self):
        self._owner.append((self.epoch, self.number))


class RemoteCandidate:
    """LocalCandidate's methods, asked of another process.

    run: has ask(body, seconds, call_back) -> bytes, which raises Died or TimedOut; epoch, the
    number of processes that there have been before this one; and distrust(why), which ends it.
    seconds: the limit of each call. A function that has exceeded it, or has ended its process,
    is not called again. failures: {name of a cell: the error it ended in}, filled as cells run.
    """

    def __init__(self, run, seconds=20.0, failures=None):
        self._run, self._seconds = run, float(seconds)
        self._failures = {} if failures is None else failures
        self._nonce = 0
        self._given_up = {}
        self._dropped = []
        self._functions = [{}]
        self._replaced = []
        self._epoch = None

    def call(self, name, *args, keep=(), returns=None):
        """As LocalCandidate.call."""
        request = {"name": name, "args": args, "keep": tuple(keep), "returns": returns}
        return self._ask("call", f"{name}(...)", self._result, seconds=self._seconds, **request)

    def create(self, name, *args, **kwargs):
        """As LocalCandidate.create."""
        request = {"name": name, "args": args, "kwargs": kwargs}
        return self._ask("create", f"{name}(...)", self._made, seconds=self._seconds, **request)

    def hold(self, value):
        """As LocalCandidate.hold."""
        return self._ask("hold", "the call", self._made, value=value)

    def call_method(self, handle, method, *args, keep=(), returns=None, first=None):
        """As LocalCandidate.call_method."""
        request = {"handle": handle, "method": method, "args": args, "keep": tuple(keep)}
        request |= {"returns": returns, "seconds": self._seconds, "first": first or {}}
        return self._ask("call_method", f".{method}(...)", self._result, **request)

    def parameters(self, name):
        """As LocalCandidate.parameters."""
        return self._ask("parameters", name, self._parameters, name=name)

    def attribute(self, handle, name):
        """As LocalCandidate.attribute."""
        return self._ask("attribute", f".{name}", self._value, handle=handle, name=name)

    def set_items(self, handle, attribute, items):
        """As LocalCandidate.set_items."""
        request = {"handle": handle, "attribute": attribute, "items": items}
        self._ask("set_items", f".{attribute}[...] = ...", _nothing, **request)

    def read(self, name):
        """As LocalCandidate.read."""
        return self._ask("read", name, self._value, name=name)

    def describe(self, name):
        """As LocalCandidate.describe."""
        return self._ask("describe", name, self._description, name=name)

    @contextlib.contextmanager
    def replaced(self, replacements):
        """As LocalCandidate.replaced. Functions stay here: the student's code calls them over
        the wire, by value, and can read neither their code nor anything around them.
        """
        functions = {n: f for n, f in replacements.items() if callable(f)}
        values = {n: v for n, v in replacements.items() if n not in functions}
        request = {"values": values, "functions": tuple(functions)}
        # Changed before it is asked for: if the process dies, the next one gets all of it.
        self._functions.append(self._functions[-1] | functions)
        try:
            self._ask("replace", "the call", _nothing, **request)
            self._replaced.append(request)
            try:
                yield
            finally:
                self._replaced.pop()
                # If this fails, the process is gone, and with it what was replaced.
                with contextlib.suppress(CandidateError):
                    self._ask("restore", "the call", _nothing, start=False)
        finally:
            self._functions.pop()

    def _ask(self, op, called, read, start=True, **request):
        """One request, its reply read by `read(reply, request)`.

        Raises CandidateError for whatever goes wrong there.
        """
        key = (op, request.get("name") or request.get("method"))
        if key in self._given_up:
            raise self._again(key)
        try:
            self._catch_up(start)
            return read(self._exchange(op, called, request), request)
        except TimedOut as late:
            failed = CallTimeout(called, str(late))
        except Died as died:
            failed = CandidateError(called, f"could not be finished: {died}")
        if op in RUN_THEIR_CODE:
            self._given_up[key] = failed
        raise failed

    def _again(self, key):
        known = self._given_up[key]
        return type(known)(known.called, known.problem)  # checks may word theirs anew

    def _catch_up(self, start):
        """Bring a process that has been started anew to where the last one was."""
        if start:
            self._run.alive()
        if self._epoch == self._run.epoch:
            return
        first, self._epoch = self._epoch is None, self._run.epoch
        self._dropped.clear()
        if not first:
            for request in self._replaced:
                self._exchange("replace", "the call", request)

    def _exchange(self, op, called, request):
        self._nonce += 1
        dropped, self._dropped[:] = list(self._dropped), []
        message = {
            "nonce": self._nonce,
            "op": op,
            "drop": [number for epoch, number in dropped if epoch == self._epoch],
            "with": {k: self._sent(v, called) for k, v in request.items()},
        }
        limit = request.get("seconds", self._seconds)
        body = self._run.ask(encode(message), limit + GRACE, self._call_back)
        try:
            reply = decode(body)
        except Malformed as error:
            self._broken(str(error))
        if not isinstance(reply, dict) or reply.get("nonce") != self._nonce:
            self._broken("an answer to another question")
        error = reply.get("error", "")
        if error is None:
            return reply
        self._raise(error)

    def _raise(self, error):
        match error:
            case {"kind": str(kind), "called": str(called), "problem": str(problem)} if (
                kind in KINDS
            ):
                if problem == MISSING and called in self._failures:
                    problem = f"is missing: its cell ended in {self._failures[called]}"
                raise KINDS[kind](_tidy(called), _tidy(problem))
        self._broken("an error of another form")

    def _broken(self, why):
        """The student's process does not keep to the protocol: it is not asked again."""
        self._run.distrust(why)
        raise Died(f"the notebook's process sent {why}")

    def _sent(self, value, called):
        if isinstance(value, Handle):
            if value.epoch != self._epoch:
                raise CandidateError(called, "needs an object that was lost with its process")
            return Ref(value.number)
        if type(value) in (tuple, list):
            return type(value)(self._sent(v, called) for v in value)
        if type(value) is dict:
            return {k: self._sent(v, called) for k, v in value.items()}
        return value

    def _made(self, reply, request):
        return self._handle(reply.get("handle"))

    def _handle(self, number):
        if type(number) is not int or number < 1:
            self._broken("an answer of another form")
        return Handle(number, self._epoch, self._dropped)

    def _value(self, reply, request):
        if "value" not in reply:
            self._broken("an answer of another form")
        return reply["value"]

    def _parameters(self, reply, request):
        match reply.get("value"):
            case [list(names), bool(any_keyword)] if all(type(n) is str for n in names):
                return names, any_keyword
        self._broken("an answer of another form")

    def _description(self, reply, request):
        found = reply.get("value")
        if type(found) is not str or found not in DESCRIPTIONS:
            self._broken("an answer of another form")
        return found

    def _result(self, reply, request):
        value, changed, handles = (reply.get(k) for k in ("value", "changed", "handles"))
        count, returns = len(request["args"]), request["returns"]
        if not isinstance(changed, list) or not all(
            type(i) is int and 0 <= i < count for i in changed
        ):
            self._broken("an answer of another form")
        if returns is None:
            return value, tuple(changed)
        if not isinstance(value, tuple) or len(value) != returns or not isinstance(handles, dict):
            self._broken("an answer of another form")
        if set(handles) != set(request["keep"]):
            self._broken("an answer of another form")
        made = tuple(self._handle(handles[i]) if i in handles else v for i, v in enumerate(value))
        return made, tuple(changed)

    def _call_back(self, body):
        """Run one of the functions that stand in for the student's; never raises."""
        try:
            match decode(body):
                case {"name": str(name), "args": tuple(args), "kwargs": dict(kwargs)} if all(
                    type(k) is str for k in kwargs
                ):
                    function = self._functions[-1].get(name)
                    if function is None:
                        return encode({"error": f"{name[:100]} is not there any more"})
                    with np.errstate(all="ignore"):
                        return encode({"error": None, "value": function(*args, **kwargs)})
            return encode({"error": "no call"})
        except (Malformed, NotPlain) as error:
            return encode({"error": str(error)})
        except Exception as error:  # the student's arguments
            return encode({"error": f"{type(error).__name__}: {error}"[:MOST_CHARACTERS]})


def _tidy(text):
    """A student's text fit for a message: one printable line of bounded length."""
    line = "".join(c if c.isprintable() else " " for c in text[: 4 * MOST_CHARACTERS])
    return line if len(line) <= MOST_CHARACTERS else line[: MOST_CHARACTERS - 3] + "..."


def _nothing(reply, request):
    """For requests whose answer is that they were carried out."""
