"""The statistical decisions reject what they should and hold their error bounds."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograder.checks.statistics import (
    ALPHA,
    Ledger,
    agree_by_pairs,
    bernoulli_divergence,
    count_fits,
    counts_never_vary,
    fraction_interval,
    means_differ,
    most_likely_count,
)


@given(p=st.floats(0.01, 0.99), n=st.integers(50, 2000))
@settings(max_examples=40, deadline=None)
def test_chernoff_holds_against_the_exact_binomial(p, n):
    """The exact chance of a rejected count is below alpha, for a large alpha too."""
    alpha = 1e-3
    log_pmf = [
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
        + k * math.log(p) + (n - k) * math.log1p(-p)
        for k in range(n + 1)
    ]  # fmt: skip
    rejected = sum(
        math.exp(log) for k, log in enumerate(log_pmf) if not count_fits(Ledger(), k, n, p, alpha)
    )
    assert rejected <= alpha


def test_the_interval_for_messages_is_what_is_accepted():
    """Counts just inside the printed interval pass, just outside fail."""
    n, p = 40_000, 0.25
    low, high = fraction_interval(n, p)
    least, most = math.ceil(low * n), math.floor(high * n)
    for count, fits in ((least, True), (most, True), (least - 1, False), (most + 1, False)):
        assert count_fits(Ledger(), count, n, p) is fits


def test_swapped_and_normal_rates_are_rejected_away_from_a_half():
    """1 - p, and the .599 of randn(...) < .25, are far outside."""
    assert not count_fits(Ledger(), 30_000, 40_000, 0.25)
    assert not count_fits(Ledger(), round(0.599 * 40_000), 40_000, 0.25)
    assert count_fits(Ledger(), 10_087, 40_000, 0.25)


@pytest.mark.parametrize("rate", [0.1, 0.25, 0.5, 0.9])
def test_independent_pairs_pass_and_equal_pairs_fail(rate):
    """At any common rate: the test does not know the rate."""
    rng = np.random.default_rng(1)
    a, b = rng.random((2, 20_000)) < rate
    assert not agree_by_pairs(Ledger(), a, b, rng)[0]
    dependent, correlation = agree_by_pairs(Ledger(), a, a, rng)
    assert dependent
    assert correlation == pytest.approx(1, abs=0.05)


def test_pairs_are_rejected_no_more_often_than_hoeffding_allows():
    """With alpha = .05 far fewer than one in twenty right pairs are rejected."""
    rng = np.random.default_rng(2)
    rejected = sum(
        agree_by_pairs(Ledger(), *(rng.random((2, 400)) < 0.5), rng, alpha=0.05)[0]
        for _ in range(1000)
    )
    assert rejected <= 50


def test_means_of_two_groups():
    """Equal rates pass, rates .25 and .35 of 20 000 each do not."""
    rng = np.random.default_rng(3)
    quarter, again, more = rng.random((3, 20_000)) < np.array([[0.25], [0.25], [0.35]])
    assert not means_differ(Ledger(), quarter, again)
    assert means_differ(Ledger(), quarter, more)


def test_most_likely_count_is_the_largest_binomial_probability():
    """Compared with the sum of logarithms for a small case."""
    n, p = 10, 0.3
    exact = max(math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1))
    assert most_likely_count(n, p) == pytest.approx(exact)


def test_counts_that_never_vary():
    """Nine equal counts are an exact count; nine of which one differs are not."""
    assert counts_never_vary(Ledger(), [1000] * 9, 2500, 0.4)
    assert not counts_never_vary(Ledger(), [1000] * 8 + [1001], 2500, 0.4)


def test_the_ledger_adds_up_what_is_spent():
    """Each decision enters its bound."""
    ledger = Ledger()
    count_fits(ledger, 5, 10, 0.5)
    counts_never_vary(ledger, [5, 5], 10, 0.5)
    assert ledger.total == pytest.approx(ALPHA + most_likely_count(10, 0.5))


def test_divergence_is_zero_at_home_and_infinite_out_of_reach():
    """KL(p || p) = 0; a certain event never fails."""
    assert bernoulli_divergence(0.3, 0.3) == 0
    assert bernoulli_divergence(0.5, 1.0) == math.inf
