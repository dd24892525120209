"""Whatever a student's functions return, it is the student's error and never the grader's."""

import random

import numpy as np
import pytest
from wired import wired

from autograder import oracle
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme

LETTERS = "?bBhHiIlLqQefdg"


class Garbage:
    """Makes values of any plain kind; often of the shape that is expected."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.np = np.random.default_rng(seed)

    def value(self, like=None, depth=0):
        kinds = [self.number, self.text, lambda: None, lambda: self.array(like)]
        if like is not None:
            kinds += [lambda: self.array(like, like.shape)] * 8
        if depth < 2:
            kinds += [lambda: self.container(like, depth)]
        return self.rng.choice(kinds)()

    def number(self):
        return self.rng.choice(
            [0, 1, -1, 0.25, 4.0, float("nan"), float("inf"), 10**400, True, 1e308, -0.0]
        )

    def text(self):
        return self.rng.choice(["", "raise", "W1", "9" * 5000, "é\ud800", "nan", "<script>"])

    def array(self, like=None, shape=None):
        shapes = [(), (0,), (1,), (3,), (2, 0), (5, 4), (1, 1, 1)]
        if shape is None:
            shape = self.rng.choice(shapes)
        letter = self.rng.choice(LETTERS + "ddddff")
        kind = self.rng.randrange(6)
        if like is not None and like.shape == shape and kind > 1:
            made = like * self.np.choice([0, 1, 2.5, -1], size=shape)
        else:
            made = self.np.normal(size=shape) * self.rng.choice([0, 1, 1e300, 1e-300])
        with np.errstate(all="ignore"):
            made = np.asarray(made, dtype=letter)
        if kind == 0 and letter in "efdg" and made.size:
            made.flat[0] = self.rng.choice([np.nan, np.inf, -np.inf])
        return made

    def container(self, like, depth):
        items = [self.value(like, depth + 1) for _ in range(self.rng.randrange(5))]
        kind = self.rng.randrange(3)
        if kind == 2:
            names = [
                "W1",
                "b1",
                "W2",
                "b2",
                "gamma1",
                "train",
                "val",
                1,
                0.25,
                "9" * 5000,
                "W" + "1" * 50,
            ]
            return {self.rng.choice(names): item for item in items}
        return items if kind else tuple(items)


def notebook_of_garbage(seed, right):
    """Names that answer with garbage; `right` is the chance of a proper answer instead."""
    made = Garbage(seed)
    reference = oracle.reference()

    def proper():
        return made.rng.random() < right

    def forward(x, param):
        if proper():
            return reference.dropout_forward(x, param)
        return (made.value(x), None) if made.rng.random() < 0.9 else made.value(x)

    def backward(dout, cache):
        return dout * 1.0 if proper() else made.value(dout)

    class FullyConnectedNet(reference.FullyConnectedNet):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if not proper():
                names = made.rng.sample(list(self.params), made.rng.randrange(len(self.params)))
                self.params |= {n: made.value(self.params[n]) for n in names}
            if made.rng.random() < 0.05:
                self.params = made.value()

        def loss(self, X, y=None):
            if y is None:
                scores = super().loss(X)
                return scores if proper() else made.value(scores)
            loss, grads = super().loss(X, y)
            if proper():
                return loss, grads
            names = made.rng.sample(list(grads), made.rng.randrange(len(grads)))
            grads |= {n: made.value(grads[n]) for n in names}
            return made.rng.choice([loss, made.value()]), grads

    answer = lambda: made.value() if made.rng.random() < 0.5 else [made.value() for _ in range(4)]  # noqa: E731
    return {
        "dropout_forward": forward,
        "dropout_backward": backward,
        "FullyConnectedNet": FullyConnectedNet,
        "inline_question_1": lambda: [made.value(), made.value()] if proper() else answer(),
        "inline_question_2": answer,
        "inline_question_3": answer,
        "histories": made.rng.choice(
            [
                made.value(),
                {1: {"train": made.value(), "val": [0.6]}, 0.25: made.value()},
                {1: {"train": [1.0], "val": [0.6]}, 0.25: {"train": [0.6], "val": [0.88]}},
            ]
        ),
    }


def judge_garbage(seeds, grade_ids):
    """Judge so many notebooks; returns the tracebacks of grader faults, and the full marks."""
    faults, full = {}, 0
    for seed in seeds:
        candidate = wired(notebook_of_garbage(seed, right=(seed % 5) * 0.245))
        memory = {}
        for grade_id in grade_ids:
            result = judge_cell("dropout", grade_id, candidate, oracle, memory=memory)
            full += result.mark == result.points
            for outcome in result.outcomes:
                if outcome.fault:
                    faults.setdefault(outcome.fault[-300:], (seed, grade_id, outcome.check))
    return faults, full


QUICK = [
    name
    for name in load_scheme("dropout").cells
    if name not in ("test_experiment", "test_inline_question_2")
]


@pytest.mark.filterwarnings("ignore")
def test_garbage_is_never_the_grader_s_fault():
    """Forty notebooks of it, on every cell but those that may train a net."""
    faults, _ = judge_garbage(range(40), QUICK)
    assert not faults, "\n\n".join(f"{where}\n{text}" for text, where in faults.items())


@pytest.mark.filterwarnings("ignore")
def test_garbage_in_the_experiment_is_never_the_grader_s_fault(monkeypatch):
    """With short training runs."""
    monkeypatch.setattr("autograder.checks.training.EPOCHS", 1)
    faults, _ = judge_garbage(range(100, 120), ["test_experiment", "test_inline_question_2"])
    assert not faults, "\n\n".join(f"{where}\n{text}" for text, where in faults.items())


@pytest.mark.sweep
@pytest.mark.filterwarnings("ignore")
def test_much_garbage_is_never_the_grader_s_fault():
    """A thousand notebooks."""
    faults, _ = judge_garbage(range(1000, 2000), QUICK)
    assert not faults, "\n\n".join(f"{where}\n{text}" for text, where in faults.items())
