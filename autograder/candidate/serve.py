"""The student's side of the wire: answers the grader's requests with a LocalCandidate.

Runs in the process that runs the student's code, which may lie, so nothing here protects the
grader; autograder.candidate.remote does. No check, oracle or solution is ever in this process.
"""

from autograder.candidate.codec import Ref, decode, encode
from autograder.candidate.errors import CandidateError
from autograder.candidate.local import Handle, LocalCandidate
from autograder.candidate.values import NotPlain, plain


class CallServer:
    """Answers requests about the names of one notebook."""

    def __init__(self, namespace, call_back):
        """namespace: the notebook's names. call_back(bytes) -> bytes asks the grader to run one
        of the functions with which it has replaced names.
        """
        self._candidate = LocalCandidate(namespace)
        self._call_back = call_back
        self._held = {}
        self._number = 0
        self._open = []

    def answer(self, body):
        """The reply to one request, both as bytes (autograder.candidate.codec)."""
        request = decode(body, from_grader=True)
        reply = {"nonce": request["nonce"]}
        try:
            for number in request["drop"]:
                self._held.pop(number, None)
            reply |= getattr(self, f"_op_{request['op']}")(**request["with"])
            return encode(reply | {"error": None})
        except CandidateError as error:
            failed = error
        except NotPlain as reason:
            failed = CandidateError("the call", f"returned {reason}, which the checks cannot use")
        found = {
            "kind": type(failed).__name__,
            "called": str(failed.called),
            "problem": str(failed.problem),
        }
        return encode({"nonce": request["nonce"], "error": found})

    def _op_call(self, name, args, keep, returns, seconds):
        self._candidate.seconds = seconds
        return self._result(
            self._candidate.call(name, *self._given(args), keep=keep, returns=returns)
        )

    def _op_create(self, name, args, kwargs, seconds):
        self._candidate.seconds = seconds
        made = self._candidate.create(name, *self._given(args), **kwargs)
        return {"handle": self._hold(made)}

    def _op_hold(self, value):
        return {"handle": self._hold(self._candidate.hold(value))}

    def _op_call_method(self, handle, method, args, keep, returns, seconds, first):
        self._candidate.seconds = seconds
        held, args = self._given([handle])[0], self._given(args)
        return self._result(
            self._candidate.call_method(
                held, method, *args, keep=keep, returns=returns, first=first
            )
        )

    def _op_parameters(self, name):
        names, any_keyword = self._candidate.parameters(name)
        return {"value": [list(map(str, names)), bool(any_keyword)]}

    def _op_attribute(self, handle, name):
        return {"value": self._candidate.attribute(self._given([handle])[0], name)}

    def _op_set_items(self, handle, attribute, items):
        self._candidate.set_items(self._given([handle])[0], attribute, items)
        return {}

    def _op_read(self, name):
        return {"value": self._candidate.read(name)}

    def _op_describe(self, name):
        return {"value": self._candidate.describe(name)}

    def _op_replace(self, values, functions):
        replacements = dict(zip(values, self._given(list(values.values())), strict=True))
        for name in functions:
            replacements[name] = self._stand_in(name)
        block = self._candidate.replaced(replacements)
        block.__enter__()
        self._open.append(block)
        return {}

    def _op_restore(self):
        if self._open:
            self._open.pop().__exit__(None, None, None)
        return {}

    def _result(self, outcome):
        value, changed = outcome
        handles = {}
        if isinstance(value, tuple) and any(isinstance(v, Handle) for v in value):
            for i, part in enumerate(value):
                if isinstance(part, Handle):
                    handles[i] = self._hold(part)
            value = tuple(None if i in handles else v for i, v in enumerate(value))
        return {"value": value, "changed": list(changed), "handles": handles}

    def _hold(self, handle):
        self._number += 1
        self._held[self._number] = handle
        return self._number

    def _given(self, args):
        try:
            return [self._held[a.number] if type(a) is Ref else a for a in args]
        except KeyError:
            raise CandidateError("the call", "needs an object that is gone") from None

    def _stand_in(self, name):
        def stand_in(*args, **kwargs):
            try:
                request = encode({"name": name, "args": plain(args), "kwargs": plain(kwargs)})
            except NotPlain as reason:
                raise TypeError(f"{name} was given {reason}") from None
            reply = decode(self._call_back(request))
            if reply["error"] is not None:
                raise ValueError(reply["error"])
            return reply["value"]

        stand_in.__name__ = stand_in.__qualname__ = name
        return stand_in
