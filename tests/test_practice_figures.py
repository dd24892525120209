"""The facts of `dropout_in_practice` that `make figures` prints."""

import dataclasses
import io

import numpy as np
import pytest

from autograder.figures import practice


@pytest.fixture(scope="module")
def exact():
    """The exact facts, by name."""
    return {fact.name: fact for fact in practice.exact_facts()}


def test_every_fact_holds_and_the_stream_is_left_alone():
    """Exact facts to their accuracy, measured ones within what runs differ by."""
    stream, before = io.StringIO(), np.random.get_state()[1].copy()
    assert practice.report_figures(stream, seeds=range(3)) is True
    np.testing.assert_array_equal(np.random.get_state()[1], before)
    printed = stream.getvalue()
    assert "does not hold" not in printed
    assert printed.count("holds") == 17 + 7


@pytest.mark.parametrize(
    ("edit", "broken"),
    [
        ({"to_inverted": lambda params, lr, p: (params, lr)}, "vanilla against inverted"),
        ({"linear_ensemble": lambda h, W, b, p: h @ W + b}, "linear layer"),
        ({"head_variance": lambda w, h, dropout: np.sum((w * h) ** 2)}, "linear head"),
        ({"relu_dropout_variance": lambda s, dropout: s**2}, "behind a ReLU"),
        ({"dropout_penalty": lambda X, w, dropout: np.sum(w**2)}, "linear regression"),
        ({"fault_1": lambda: ("b", 0.25)}, "by the normal distribution"),
    ],
)
def test_a_wrong_solution_breaks_its_fact(monkeypatch, edit, broken):
    """Each exact fact is computed a second way, so that a wrong reference shows."""
    solution = practice.oracle.reference_of("dropout_in_practice")
    for name, function in edit.items():
        monkeypatch.setattr(solution, name, function)
    failing = [fact.name for fact in practice.exact_facts() if not fact.holds]
    assert len(failing) == 1
    assert broken in failing[0]


def test_a_fact_outside_its_bounds_fails_the_report(monkeypatch, exact):
    """The line of such a fact gives the bounds."""
    worse = dataclasses.replace(next(iter(exact.values())), ours=1.0)
    monkeypatch.setattr(practice, "exact_facts", lambda: [worse])
    monkeypatch.setattr(practice, "measured_facts", lambda seeds: [])
    stream = io.StringIO()
    assert practice.report_figures(stream) is False
    assert "does not hold (0 to 2.4e-15)" in stream.getvalue()
