"""A candidate behind the wire: the same answers as next door, and no belief in what is sent."""

import gc

import numpy as np
import pytest
from wired import Wire, wired

from autograder import oracle
from autograder.candidate import CandidateError, LocalCandidate, NotWritten, WrongReturn
from autograder.candidate.codec import decode, encode
from autograder.candidate.errors import CallTimeout
from autograder.candidate.remote import Died, RemoteCandidate, TimedOut
from autograder.marking.judge import judge_cell


class Net:
    """A class as students write them."""

    def __init__(self, sizes, dtype=np.float32):
        self.params = {f"W{i}": np.ones(n, dtype) for i, n in enumerate(sizes)}

    def loss(self, X, y=None):
        total = sum(float(w.sum()) for w in self.params.values())
        return (total, {"W0": X}) if y is not None else X * total


NAMES = {
    "Net": Net,
    "double": lambda x: 2 * x,
    "overwrite": lambda x, y: np.multiply(x, 0, out=x),
    "pair": lambda x: (x, {"secret": object()}),
    "opens": lambda cache: sorted(cache),
    "stub": lambda: (_ for _ in ()).throw(NotImplementedError),
    "raises": lambda: 1 / 0,
    "number": 3,
    "thing": object(),
}


def asked(candidate):
    """What a check may do with a candidate, and what came of it, failures included."""
    x = np.arange(6.0).reshape(2, 3)

    def answers():
        yield lambda: candidate.call("double", x)
        yield lambda: candidate.call("overwrite", x, np.ones(3))
        yield lambda: candidate.call("opens", candidate.call("pair", x, keep=(1,), returns=2)[0][1])
        yield lambda: candidate.call("opens", candidate.hold({"b": 1, "a": 2}))
        yield lambda: candidate.call("pair", x)
        yield lambda: candidate.call("double", x, returns=2)
        yield lambda: candidate.call("nowhere")
        yield lambda: candidate.call("stub")
        yield lambda: candidate.call("raises")
        yield lambda: candidate.call("thing")
        yield lambda: candidate.parameters("Net")
        yield lambda: candidate.parameters("number")
        yield lambda: candidate.read("number")
        yield lambda: candidate.read("thing")
        yield lambda: [candidate.describe(n) for n in ("Net", "double", "number", "nowhere")]
        net = candidate.create("Net", [2, 3], dtype=np.float64)
        yield lambda: candidate.attribute(net, "params")
        yield lambda: candidate.set_items(net, "params", {"W0": np.array([5.0, 6.0])})
        yield lambda: candidate.call_method(net, "loss", x)
        yield lambda: candidate.call_method(net, "loss", x, x, returns=2)
        yield lambda: candidate.call_method(net, "nothing")
        yield lambda: candidate.attribute(net, "nothing")
        with candidate.replaced({"double": lambda x: 3 * x, "number": 4}):
            yield lambda: (candidate.call("double", x), candidate.read("number"))
            yield lambda: candidate.call("double", "text")
        yield lambda: (candidate.call("double", x), candidate.read("number"))

    for answer in answers():
        try:
            yield repr(answer())
        except CandidateError as error:
            yield type(error).__name__, error.called, error.problem


def test_it_answers_as_a_local_candidate_does():
    """Values, dtypes, changed arguments, handles, replaced names, and errors in the same words."""
    ours, theirs = list(asked(LocalCandidate(dict(NAMES)))), list(asked(wired(dict(NAMES))))
    assert len(ours) == 24
    for here, there in zip(ours, theirs, strict=True):
        if here[0] == "CandidateError" and "raised" in here[2]:
            assert there[:2] == here[:2]
        elif here[0] in ("CandidateError", "NotWritten", "WrongReturn"):
            assert (there[0], there[2]) == (here[0], here[2])
        else:
            assert there == here


@pytest.mark.parametrize("grade_id", ["test_forward_mask", "test_backward", "test_net"])
def test_marks_are_the_same_over_the_wire(notebook_with, grade_id):
    """The reference, with our layer standing in for the student's in the net's checks."""
    result = judge_cell("dropout", grade_id, wired(notebook_with()), oracle)
    assert result.mark == result.points


def test_what_stands_in_cannot_be_read_by_the_student():
    """The student's side holds a caller without the reference's code or names."""
    names = dict(NAMES)
    candidate = wired(names)
    with candidate.replaced({"double": oracle.reference().dropout_forward}):
        stand_in = names["double"]
        seen = [c.cell_contents for c in stand_in.__closure__]
        assert all("reference" not in repr(s) for s in seen)
        assert "np.random" not in str(stand_in.__code__.co_names)
    with pytest.raises(ValueError, match="not there any more"):
        stand_in(np.ones(2), {"p": 1, "mode": "test"})


def test_handles_are_let_go():
    """What no check holds any more is forgotten over there too."""
    wire = Wire({"pair": lambda: (1, object())})
    candidate = RemoteCandidate(wire)
    for _ in range(50):
        candidate.call("pair", keep=(1,), returns=2)
    gc.collect()
    candidate.describe("pair")
    assert len(wire.server._held) <= 1


class Liar:
    """A process that answers as it likes: `reply` makes the answer from the request."""

    def __init__(self, reply):
        self.epoch, self.ended, self.asked, self._reply = 0, None, 0, reply

    def alive(self):
        """Always."""

    def ask(self, body, seconds, call_back):
        self.asked += 1
        self.request, self.call_back = decode(body, from_grader=True), call_back
        return self._reply(self.request)

    def distrust(self, why):
        self.ended = why


def answering(**parts):
    right = {"error": None, "value": (1, None), "changed": [], "handles": {1: 5}}
    return lambda request: encode({"nonce": request["nonce"]} | right | parts)


LIES = {
    "no message": lambda request: b"garbage",
    "nothing": lambda request: b"",
    "another question's answer": answering(nonce=7),
    "a nonce of another type": lambda r: encode({"nonce": float(r["nonce"]) + 0.5, "error": None}),
    "not a dictionary": lambda request: encode([1]),
    "no error field": lambda request: encode({"nonce": request["nonce"]}),
    "an error of unknown kind": answering(error={"kind": "Passed", "called": "", "problem": ""}),
    "an error that is a number": answering(error=3),
    "an error with an array": answering(
        error={"kind": "NotWritten", "called": np.zeros(3), "problem": ""}
    ),
    "changed arguments that do not exist": answering(changed=[4]),
    "changed is true": answering(changed=[True]),
    "changed is a number": answering(changed=1),
    "no handles": answering(handles={}),
    "handles for the wrong place": answering(handles={0: 5}),
    "a handle that is a float": answering(handles={1: 5.0}),
    "a handle that is negative": answering(handles={1: -5}),
    "handles in a list": answering(handles=[5]),
    "three values": answering(value=(1, 2, 3)),
    "a list of values": answering(value=[1, None]),
    "no values": answering(value=None),
}


@pytest.mark.parametrize("name", LIES)
def test_a_liar_loses_its_process_and_is_told_why(name):
    """Never an exception that would count as the grader's fault, and never an answer."""
    liar = Liar(LIES[name])
    candidate = RemoteCandidate(liar)
    with pytest.raises(CandidateError, match="notebook's process sent"):
        candidate.call("f", 1, keep=(1,), returns=2)
    assert liar.ended
    asked = liar.asked
    with pytest.raises(CandidateError, match="notebook's process sent"):
        candidate.call("f", 1, keep=(1,), returns=2)
    assert liar.asked == asked  # not asked again


def test_an_honest_answer_in_the_liar_s_words_is_taken():
    """The lies above differ from this one in one part each."""
    (value, handle), changed = RemoteCandidate(Liar(answering())).call("f", 1, keep=(1,), returns=2)
    assert (value, handle.number, changed) == (1, 5, ())


@pytest.mark.parametrize(
    ("asks", "value"),
    [
        (lambda c: c.parameters("f"), None),
        (lambda c: c.parameters("f"), [[1], True]),
        (lambda c: c.describe("f"), "module"),
        (lambda c: c.describe("f"), ["class"]),
    ],
)
def test_other_questions_get_their_own_form_of_answer(asks, value):
    """Or none."""
    with pytest.raises(CandidateError, match="another form"):
        asks(RemoteCandidate(Liar(answering(value=value))))


def test_words_from_there_are_one_short_printable_line():
    """Terminal escapes, newlines and megabytes do not reach a message."""
    words = "\x1b[2J\n<script>" + "x" * 10**6
    error = {"kind": "WrongReturn", "called": words, "problem": words}
    with pytest.raises(WrongReturn) as caught:
        RemoteCandidate(Liar(answering(error=error))).call("f")
    assert len(caught.value.problem) <= 500
    assert caught.value.problem.isprintable()
    assert caught.value.called.isprintable()


@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [(Died("gone"), CandidateError, "gone"), (TimedOut("late"), CallTimeout, "late")],
)
def test_a_function_that_ends_its_process_is_not_called_again(failure, kind, words):
    """The others are."""

    def reply(request):
        if request["with"].get("name") == "bad":
            raise failure
        return answering(value=1)(request)

    liar = Liar(reply)
    candidate = RemoteCandidate(liar)
    for _ in range(2):
        with pytest.raises(kind, match=words):
            candidate.call("bad")
    assert candidate.call("good")[0] == 1
    assert liar.asked == 2


def test_a_new_process_gets_the_replaced_names_and_no_old_handles():
    """After a death, what was put in place is put in place again."""
    wire = Wire(dict(NAMES))
    candidate = RemoteCandidate(wire)
    net = candidate.create("Net", [2])
    with candidate.replaced({"number": 9}):
        wire.server = Wire(dict(NAMES)).server
        wire.server._call_back = lambda body: wire._call_back(body)
        wire.epoch = 1
        assert candidate.read("number") == 9
        with pytest.raises(CandidateError, match="lost with its process"):
            candidate.attribute(net, "params")
    assert candidate.read("number") == 3


def called_back(name, *args, functions, **kwargs):
    """What a process gets that asks for one of the functions while it answers."""
    got = {}

    def reply(request):
        if request["op"] == "call":
            got["reply"] = decode(liar.call_back(encode_request(name, args, kwargs)))
        return answering(value=1)(request)

    liar = Liar(reply)
    candidate = RemoteCandidate(liar)
    with candidate.replaced(functions):
        candidate.call("f")
    return got["reply"]


def encode_request(name, args, kwargs):
    return encode({"name": name, "args": args, "kwargs": kwargs})


def test_only_what_is_replaced_can_be_called_back():
    """By its name, with plain values; a failure over here is words over there."""
    functions = {"layer": lambda x, p=1: x / p}
    assert called_back("layer", 6, p=2, functions=functions) == {"error": None, "value": 3}
    assert "ZeroDivisionError" in called_back("layer", 6, p=0, functions=functions)["error"]
    assert "not there" in called_back("exec", "1", functions=functions)["error"]
    assert "not there" in called_back("__class__", functions=functions)["error"]


def test_a_call_back_that_is_none_is_refused():
    """Whatever bytes come."""
    liar = Liar(lambda request: answering(value=1)(request))
    candidate = RemoteCandidate(liar)
    candidate.call("f")
    for body in (b"", b"junk", encode(3), encode({"name": 3, "args": (), "kwargs": {}})):
        assert decode(liar.call_back(body))["error"]


def test_not_written_stays_not_written():
    """A stub is a stub behind the wire."""
    with pytest.raises(NotWritten):
        wired({}).call("dropout_forward")
