"""The checks' messages and manners, judged without a notebook around them.

That every wrong solution is caught and every right one accepted is test_validate's business.
"""

from collections import Counter

import numpy as np
import pytest
from wired import wired

from autograder import oracle
from autograder.candidate import CandidateError, LocalCandidate
from autograder.candidate.errors import CallTimeout
from autograder.checks.misconceptions import catalogue
from autograder.checks.registry import checks_of
from autograder.marking.judge import judge_cell
from autograder.marking.render import render
from autograder.marking.scheme import load_scheme
from autograder.validate.grade_cases import load_cases
from autograder.validate.sweep import namespace_of

FORWARD = """
def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    mask = None
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "train":
        mask = {mask}
        return x * mask, (dropout_param, mask)
    return {test}, (dropout_param, mask)
"""
NET_CELLS = ("test_net", "test_batchnorm_order")


@pytest.fixture
def judged(notebook_with):
    """judged("test_backward", dropout_forward="..."): the cell's result with these cells."""

    def run(grade_id, seconds=20, **cells):
        np.random.seed(3)
        return judge_cell(
            "dropout", grade_id, LocalCandidate(notebook_with(**cells), seconds), oracle
        )

    return run


def forward_with(mask="(np.random.rand(*x.shape) < p) / p", test="x"):
    return FORWARD.format(mask=mask, test=test)


def statuses(result):
    return {o.check: o.status for o in result.outcomes}


def test_every_check_has_points_and_every_point_a_check():
    """The marking scheme and the check functions name the same checks; the sum is 100."""
    scheme = load_scheme("dropout")
    assert {c for cell in scheme.cells.values() for c in cell.checks} == set(checks_of("dropout"))
    assert scheme.points == 100


def test_a_swapped_p_is_named_with_what_was_measured(judged):
    """The message says what was called, what came back, what was expected, and the mistake."""
    text = render(judged("test_forward_mask", dropout_forward=forward_with(
        mask="(np.random.rand(*x.shape) > p) / p")), "text")  # fmt: skip
    assert "dropout_forward(x, {'mode': 'train', 'p': 0.25}) with x of shape (200, 200)" in text
    assert "dropped a fraction 0.25" in text
    assert "a fraction 0.25 should be kept" in text
    assert "p taken for the probability of dropping" in text
    assert "KEEPING" in text


def test_several_mistakes_are_all_named(judged):
    """A student with an unscaled, test-multiplied and seedless layer finds all of it."""
    source = forward_with(mask="np.random.default_rng().random(x.shape) < p", test="x * p")
    named = {
        o.misconception
        for cell in ("test_forward_mask", "test_forward_interface")
        for o in judged(cell, dropout_forward=source).outcomes
    }
    assert {"vanilla-dropout", "seed-ignored"} <= named


def test_full_marks_come_without_any_message(judged):
    """A right cell shows its marks and nothing to worry about."""
    text = render(judged("test_backward"), "text")
    assert text.strip() == "Dropout backward: 15 of 15 points"


def test_equal_problems_are_said_once(judged):
    """A function that always crashes is one message a cell, not one a check."""
    source = "def dropout_backward(d, c): 1 / 0"
    text = render(judged("test_backward", dropout_backward=source), "text")
    assert text.count("raised ZeroDivisionError: division by zero.") == 1


def test_html_is_escaped(judged):
    """What a student's exception says cannot become markup."""
    source = "def dropout_backward(dout, cache):\n    raise ValueError('<script>alert(1)</script>')"
    page = render(judged("test_backward", dropout_backward=source), "html")
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "source",
    [
        forward_with(mask="(np.random.rand(*x.shape) > p) / p"),
        forward_with(mask="np.random.rand(*x.shape) < p"),
        forward_with(mask="(np.random.rand(*x.shape) < p) / (1 - p)"),
        forward_with(mask="np.random.rand(*x.shape) < p", test="x * p"),
        "def dropout_forward(x, dropout_param):\n    raise NotImplementedError()",
        "def dropout_forward(x, dropout_param):\n    return x",
        "def dropout_forward(x, dropout_param):\n    1 / 0",
    ],
    ids=["swapped", "unscaled", "by 1 - p", "vanilla", "stub", "no cache", "crash"],
)
def test_a_wrong_forward_costs_nothing_elsewhere(judged, source):
    """Backward and the net keep their marks: one mistake is punished once."""
    for cell in ("test_backward", *NET_CELLS):
        result = judged(cell, dropout_forward=source)
        assert result.mark == result.points, render(result, "text")


def test_two_faults_that_cancel_are_both_punished(judged):
    """An inverted forward does not excuse a backward that scales twice."""
    forward = forward_with(mask="(np.random.rand(*x.shape) > p) / p")
    backward = "def dropout_backward(dout, cache):\n    return dout * cache[1] / cache[0]['p']"
    outcome = statuses(judged("test_backward", dropout_forward=forward, dropout_backward=backward))
    assert outcome["dx_is_dout_times_mask"] == "failed"


def test_an_endless_forward_leaves_backward_its_marks(judged):
    """The hanging function is not called again; backward is judged with a right forward."""
    source = "def dropout_forward(x, dropout_param):\n    while True: pass"
    assert set(statuses(judged("test_forward_mask", 0.2, dropout_forward=source)).values()) == {
        "timeout"
    }
    assert judged("test_backward", 0.2, dropout_forward=source).mark == 15


@pytest.mark.parametrize(
    "body",
    [
        "raise KeyboardInterrupt",
        "raise GeneratorExit",
        "raise type('Odd', (Exception,), {'__str__': lambda self: 1 / 0})()",
        "np.seterr(all='raise'); return x / 0, None",
        "return np.full(x.shape, np.nan), None",
        "return x.astype(object), None",
        "return 'out', None",
        "return None",
        "import warnings; warnings.simplefilter('error'); return x * np.inf, None",
        "return dropout_forward(x, dropout_param)",
    ],
)
def test_whatever_forward_does_is_no_grader_fault(judged, body):
    """Odd exceptions, NaN, wrong types and endless recursion are the student's, and cost marks."""
    source = f"def dropout_forward(x, dropout_param):\n    {body}"
    for cell in ("test_forward_mask", "test_forward_interface", "test_backward"):
        assert "grader_fault" not in statuses(judged(cell, dropout_forward=source)).values()
    assert judged("test_forward_mask", dropout_forward=source).mark == 0


@pytest.mark.parametrize(
    "ending",
    [
        "return None, grads",
        "return 'loss', grads",
        "return np.nan, grads",
        "return loss",
        "return loss, {}",
        "return loss, {k: None for k in grads}",
        "return loss, {k: v * np.nan for k, v in grads.items()}",
        "return loss, {k: v * 0 for k, v in grads.items()}",
        "return loss, {k: [1, [2]] for k in grads}",
    ],
)
def test_whatever_the_net_returns_is_no_grader_fault(judged, right_cells, ending):
    """A loss or gradients that are no numbers cost the net's marks and are said."""
    source = right_cells["FullyConnectedNet"].replace("return loss, grads", ending)
    for cell in NET_CELLS:
        result = judged(cell, FullyConnectedNet=source)
        assert "grader_fault" not in statuses(result).values(), [o.fault for o in result.outcomes]
        assert result.mark < result.points


def test_stubs_passed_over_earn_nothing(judged, right_cells):
    """`pass` in the place of both stubs is a plain net, and earns nothing for being one."""
    source = right_cells["FullyConnectedNet"]
    source = source.replace("h, dropout_cache = dropout_forward(h, self.dropout_param)", "pass")
    source = source.replace("dh = dropout_backward(dh, dropout_cache)", "pass")
    for cell in NET_CELLS:
        assert judged(cell, FullyConnectedNet=source).mark == 0


def test_every_misconception_points_to_a_part_and_says_what_is_right():
    """No empty advice, and a part of the notebook to read again."""
    for misconception in catalogue().values():
        assert misconception.part in range(0 if misconception.name.startswith("quiz-") else 1, 7)
        assert len(misconception.advice) > 15


def test_a_broken_check_is_a_grader_fault_and_takes_no_marks(judged, monkeypatch):
    """An exception in our own code is told apart from the student's errors."""
    from autograder.checks import backward

    def broken(trial):
        raise RuntimeError("ours")

    broken.__module__ = backward.__name__
    monkeypatch.setattr(backward, "check_dout_is_left_alone", broken)
    result = judged("test_backward")
    assert statuses(result)["dout_is_left_alone"] == "grader_fault"
    assert result.has_grader_fault
    assert "not your mistake" in render(result, "text")


def test_a_call_that_did_not_end_names_no_other_mistake(judged, monkeypatch):
    """Whatever the check would have found: time ran out before it could."""
    from autograder.checks import backward

    def slow(trial):
        raise CallTimeout("dropout_backward(dout, cache)", "did not end", "backward-wrong")

    slow.__module__ = backward.__name__
    monkeypatch.setattr(backward, "check_dout_is_left_alone", slow)
    (found,) = (o for o in judged("test_backward").outcomes if o.check == "dout_is_left_alone")
    assert (found.status, found.misconception, found.mark) == ("timeout", None, 0)


@pytest.mark.parametrize("number", ["0.0", "7.0", "np.nan"])
def test_a_layer_of_constants_earns_nothing(notebook_with, number):
    """Zeros have the right shape, keep their caches apart and leave their arguments alone."""
    names = notebook_with(
        dropout_forward=f"def dropout_forward(x, p): return np.full_like(x, {number}), None",
        dropout_backward=f"def dropout_backward(dout, c): return np.full_like(dout, {number})",
    )
    for grade_id in ("test_forward_mask", "test_backward"):
        assert judge_cell("dropout", grade_id, LocalCandidate(names), oracle).mark == 0
    interface = judge_cell("dropout", "test_forward_interface", LocalCandidate(names), oracle)
    assert interface.mark <= (5 if number == "7.0" else 0)


LAYER_CELLS = ("test_forward_mask", "test_forward_interface", "test_backward")


class Counting(LocalCandidate):
    """Counts what would be requests over the wire."""

    def __init__(self, names):
        super().__init__(names)
        self.asked = Counter()

    def replaced(self, replacements):
        self.asked["replaced"] += 1
        return super().replaced(replacements)

    def create(self, name, *args, **kwargs):
        self.asked["create"] += 1
        return super().create(name, *args, **kwargs)


def test_a_net_beside_a_right_layer_is_judged_as_it_stands(notebook_with):
    """Our layer, which the student's process would have to call back for, is not needed."""
    candidate, memory = Counting(notebook_with()), {}
    for grade_id in (*LAYER_CELLS, *NET_CELLS):
        result = judge_cell("dropout", grade_id, candidate, oracle, memory=memory)
        assert result.mark == result.points
    assert candidate.asked["replaced"] == 0


def test_a_net_beside_a_wrong_layer_is_judged_with_ours(notebook_with):
    """Whether the layer's cells have said so before or not."""
    names = notebook_with(dropout_forward=forward_with(mask="np.random.rand(*x.shape) > p"))
    candidate, memory = Counting(names), {}
    marks = [judge_cell("dropout", g, candidate, oracle, memory=memory).mark for g in LAYER_CELLS]
    assert marks[0] < 17
    for known in (memory, {}):
        before = candidate.asked["replaced"]
        for grade_id in NET_CELLS:
            result = judge_cell("dropout", grade_id, candidate, oracle, memory=known)
            assert result.mark == result.points
        assert candidate.asked["replaced"] > before


def test_what_the_net_s_cell_has_found_is_not_found_out_again(notebook_with):
    """The experiment rests on a net whose checks have passed; without that cell it asks itself."""
    names = notebook_with()
    names["histories"] = {1: {"train": [1.0], "val": [0.63]}, 0.25: {"train": [0.6], "val": [0.87]}}
    candidate, memory = Counting(names), {}
    judge_cell("dropout", "test_net", candidate, oracle, memory=memory)
    built = candidate.asked["create"]
    assert judge_cell("dropout", "test_experiment", candidate, oracle, memory=memory).mark == 5
    assert candidate.asked["create"] == built
    assert judge_cell("dropout", "test_experiment", candidate, oracle, memory={}).mark == 5
    assert candidate.asked["create"] > built


@pytest.mark.parametrize("make", [LocalCandidate, wired])
def test_items_are_assigned_before_the_call_they_go_with(make):
    """In one request over the wire; an attribute that cannot take them is the student's error."""
    names = {}
    exec(
        "class Net:\n"
        "    def __init__(self):\n        self.params = {'W': 1}\n"
        "    def loss(self, x):\n        return x * self.params['W']\n",
        names,
    )
    candidate = make(names)
    net = candidate.create("Net")
    x = np.arange(3.0)
    moved, _ = candidate.call_method(net, "loss", x, first={"params": {"W": np.array(2.0)}})
    assert np.array_equal(moved, 2 * x)
    assert np.array_equal(candidate.call_method(net, "loss", x)[0], 2 * x)
    with pytest.raises(CandidateError):
        candidate.call_method(net, "loss", x, first={"nothing": {"W": 1.0}})


def test_a_layer_without_dropout_is_no_wrong_order_beside_batch_norm():
    """Dropout after the first hidden layer only has cost its points in the plain net."""
    case = next(c for c in load_cases("dropout") if c.name == "first_hidden_layer_only")
    memory, candidate = {}, LocalCandidate(namespace_of(case.cells))
    found = {
        cell: judge_cell("dropout", cell, candidate, oracle, memory=memory) for cell in NET_CELLS
    }
    failing = {o.check for result in found.values() for o in result.outcomes if o.mark < o.points}
    assert failing == {"every_hidden_layer_is_dropped"}
