"""What the checks of `dropout_in_practice` share: all masks of a net, requirements on masks."""

import numpy as np
import pytest

from autograder import oracle
from autograder.candidate import LocalCandidate, WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.practice.beside import either
from autograder.checks.practice.every_mask import (
    constant,
    drawn_params,
    nearest,
    passes,
    zeros_and,
)
from autograder.checks.practice.masks import (
    explain_rate,
    require_blind,
    require_both,
    require_fraction,
    require_fresh,
    require_independent,
)
from autograder.checks.trial import Trial


@pytest.fixture
def trial():
    return Trial(LocalCandidate({}), oracle, np.random.default_rng(0))


def signed_params(rng, sizes):
    """Weights and biases of either sign, so that some units are off."""
    return {k: v * rng.choice((-1, 1), v.shape) for k, v in drawn_params(rng, sizes).items()}


@pytest.mark.parametrize("sizes", [(3, 3, 3, 4), (2, 2, 4, 3)])
def test_every_pass_is_the_oracles(sizes):
    """Scores, losses and gradients under every pair of masks, against loops over examples."""
    rng, nets = np.random.default_rng(1), oracle.practice("nets")
    params, X, y = signed_params(rng, sizes), rng.uniform(0.5, 1, (2, sizes[0])), np.array([2, 0])
    every = passes(params, X, zeros_and(2.5, 2, sizes[1]), zeros_and(1.25, 2, sizes[2]))
    assert len(every.scores) == 2 ** (2 * (sizes[1] + sizes[2]))
    losses, grads = every.losses(y), every.loss_gradients(y)
    dscores = rng.standard_normal((2, sizes[3]))
    others = every.gradients(dscores)
    for i in rng.choice(len(losses), 40, replace=False):
        masks = every.mask1[i], every.mask2[i]
        np.testing.assert_allclose(every.scores[i], nets.scores(params, X, *masks), atol=1e-12)
        loss, expected = nets.loss_and_gradients(params, X, y, *masks)
        assert losses[i] == pytest.approx(loss, abs=1e-12)
        given = nets.gradients(params, X, dscores, *masks)
        for name in params:
            np.testing.assert_allclose(grads[name][i], expected[name], atol=1e-12)
            np.testing.assert_allclose(others[name][i], given[name], atol=1e-12)


def test_the_oracles_gradients_are_the_derivatives_of_its_loss():
    """Numerical differences, masks given."""
    rng, nets = np.random.default_rng(2), oracle.practice("nets")
    params, X, y = signed_params(rng, (3, 4, 2, 3)), rng.standard_normal((3, 3)), [0, 2, 1]
    masks = rng.integers(2, size=(3, 4)) * 2.0, rng.integers(2, size=(3, 2)) * 4.0
    _, grads = nets.loss_and_gradients(params, X, y, *masks)
    for name, w in params.items():
        direction = rng.standard_normal(w.shape)
        moved = [params | {name: w + h * direction} for h in (1e-6, -1e-6)]
        up, down = (nets.loss_and_gradients(p, X, y, *masks)[0] for p in moved)
        assert np.sum(grads[name] * direction) == pytest.approx((up - down) / 2e-6, abs=1e-7)


def test_the_nearest_pass_is_found():
    """The masks can be told from the scores, and no dropout has a single mask."""
    rng = np.random.default_rng(3)
    params, X = drawn_params(rng, (3, 3, 3, 3)), rng.uniform(0.5, 1, (1, 3))
    every = passes(params, X, zeros_and(2, 1, 3), zeros_and(2, 1, 3))
    assert nearest(every.scores[37] + 1e-9, every.scores)[0] == 37
    plain = passes(params, X, constant(1, 1, 3), constant(1, 1, 3))
    assert len(plain.scores) == 1
    assert nearest(plain.scores[0], every.scores)[1] > 1e-3


@pytest.mark.parametrize(
    ("draw", "why"),
    [
        (lambda rng, keep: rng.random(40_000) < 1 - keep, "swapped"),
        (lambda rng, keep: rng.standard_normal(40_000) < keep, "normal"),
        (lambda rng, keep: rng.standard_normal(40_000) > 1 - keep, "normal"),
        (lambda rng, keep: rng.random(40_000) < 0.5, "fixed"),
        (lambda rng, keep: rng.random(40_000) < keep**2, "other"),
        (lambda rng, keep: np.ones(40_000, bool), "nothing dropped"),
        (lambda rng, keep: np.zeros(40_000, bool), "everything dropped"),
    ],
)
def test_a_wrong_rate_is_explained(draw, why):
    """From two probabilities away from one half."""
    rng = np.random.default_rng(4)
    assert explain_rate({keep: draw(rng, keep) for keep in (0.3, 0.8)}) == why


def test_independent_draws_meet_every_requirement(trial):
    """Each requirement enters its bound in the ledger."""
    rng = np.random.default_rng(5)
    first, second = (rng.random((60, 70)) < 0.3 for _ in range(2))
    require_fraction(trial, "f()", first, 0.3, "p = 0.3 (keep)", "m")
    require_both("f()", first, "m")
    require_independent(trial, "f()", first, "m")
    require_fresh(trial, "f()", first, second, "m")
    require_blind(trial, "f()", first, rng.random(first.shape) < 0.5, "large and small", "m")
    assert 0 < trial.ledger.total < 1e-11


@pytest.mark.parametrize(
    "requirement",
    [
        lambda trial, kept: require_fraction(trial, "f()", kept, 0.7, "p = 0.7 (keep)", "m"),
        lambda trial, kept: require_both("f()", kept | True, lambda: "m"),
        lambda trial, kept: require_independent(trial, "f()", kept[:1] | (kept & False), "m"),
        lambda trial, kept: require_independent(trial, "f()", kept[:, :1] | (kept & False), "m"),
        lambda trial, kept: require_fresh(trial, "f()", kept, kept, "m"),
        lambda trial, kept: require_blind(trial, "f()", kept, kept, "large and small", "m"),
    ],
    ids=["rate", "nothing dropped", "rows alike", "columns alike", "frozen", "by value"],
)
def test_what_is_not_met_is_a_finding(trial, requirement):
    """With the misconception given, or found by the function given."""
    kept = np.random.default_rng(6).random((60, 70)) < 0.3
    with pytest.raises(Failed) as caught:
        requirement(trial, kept)
    assert caught.value.finding.misconception == "m"


def test_a_wrong_helper_of_another_cell_costs_nothing(trial):
    """Judged with right ones in its place; what fails both ways raises what it first raised."""
    names = {"helper": lambda: 1}
    exec("def user():\n    return helper()", names)
    trial.candidate = LocalCandidate(names)

    def check(trial):
        returned, _ = trial.candidate.call("user")
        if returned != 2:
            raise Failed("user()", f"returned {returned}", "it should be 2")

    either(trial, check, {"helper": lambda: 2})
    assert names["helper"]() == 1
    # What goes wrong beside a right helper is the function's own mistake.
    with pytest.raises(Failed, match="returned 3"):
        either(trial, check, {"helper": lambda: 3})
    names["helper"] = None  # not callable
    either(trial, check, {"helper": lambda: 2})

    def stubborn(trial):
        raise WrongReturn("user()", "is odd")

    with pytest.raises(WrongReturn, match="odd"):
        either(trial, stubborn, {})
