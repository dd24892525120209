"""Monte-Carlo dropout, DropConnect, Bishop's noise, noise of one's own: what the checks say."""

import itertools
import re

import numpy as np
import pytest
from practice_judged import PARTS, WORKED, cases_of, failing, judged, judged_case
from wired import wired

from autograder.candidate import LocalCandidate
from autograder.checks.practice import dropconnect_masks, masks, own_noise
from autograder.checks.practice.montecarlo_passes import (
    DROPOUTS,
    EXAMPLES,
    QUANTITIES,
    RATES,
    TOLERANCE,
    every_pass,
    net,
)
from autograder.checks.practice.returned import array_of_shape
from autograder.checks.statistics import Ledger, sum_is_biased
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import nets

FUNCTIONS = PARTS["noise"]


@pytest.mark.parametrize(
    "name", [case.name for case in cases_of("noise", "wrong") if "ddof" in case.misconception]
)
def test_dividing_by_samples_minus_one_costs_a_part(name):
    """Half of one check, not the single pass that then has no variance."""
    outcomes = judged_case(name)
    lost = sum(o.points - o.mark for o in outcomes.values())
    assert lost == outcomes["mean_and_variance_of_passes"].points / 2


@pytest.mark.parametrize(
    ("name", "checks"),
    [
        ("own_noise_counts_need_positive_entries", {"own_noise_is_unbiased"}),
        ("own_noise_counts_without_sign", {"own_noise_is_unbiased"}),
        ("own_noise_zeroes_small_entries", {"own_noise_is_unbiased"}),
        ("own_noise_lognormal_of_median_one", {"own_noise_is_unbiased"}),
        ("own_noise_training_turned_round", {"own_noise_is_off_at_test_time"}),
        ("mc_one_mask_for_all_examples", {"passes_cover_the_masks"}),
        ("mc_softmax_sums_over_all", {"single_pass_is_a_prediction"}),
        ("dropconnect_keeps_an_exact_number", {"weights_drop_independently"}),
    ],
)
def test_a_mistake_costs_one_check_alone(name, checks):
    """The others judge the function on its own terms."""
    assert failing(judged_case(name)) == checks


@pytest.mark.parametrize(
    ("count", "choose"),
    [
        ("an output's", "np.random.rand(len(x), *W.shape).argsort(axis=1) < 0.7 * len(W)"),
        ("a unit's", "np.random.rand(len(x), *W.shape).argsort(axis=2) < 0.7 * W.shape[1]"),
        ("a weight's", "np.random.rand(len(x), *W.shape).argsort(axis=0) < 0.7 * len(x)"),
    ],
)
def test_a_count_that_never_varies_is_no_independent_draw(count, choose):
    """Of whichever weights; here with dropout = 0.3, where it is 8.4 of 12, 14 of 20, 70 of 100."""
    cell = WORKED["dropconnect"].replace(
        "np.random.rand(len(x), *W.shape) >= dropout", choose.replace("0.7", "(1 - dropout)")
    )
    outcome = judged(["dropconnect"], {"dropconnect": cell})["weights_drop_independently"]
    assert (outcome.misconception, outcome.mark) == ("practice-dropconnect-exact-count", 0.25)


@pytest.mark.parametrize("mean", [0.98, 1.02])
def test_a_factor_with_a_mean_two_percent_off_is_biased(mean):
    """And one of mean 1 is not."""
    for factor, status in ((mean, "failed"), (1.0, "passed")):
        cell = WORKED["my_noise"].replace("(1 +", f"({factor} +")
        found = judged(["my_noise"], {"my_noise": cell})["own_noise_is_unbiased"]
        assert found.status == status


def test_messages_say_that_dropout_drops():
    """Beside each value of it."""
    for case in cases_of("noise", "wrong") + cases_of("exercises", "wrong"):
        for outcome in judged_case(case.name).values():
            shown = f"{outcome.called} {outcome.expected}"
            values = re.findall(r"dropout(?:_\d)? = [\d.]+(?! \(drop\))(?![\d.])", shown)
            assert not values, shown


# ---- right work is not wronged ----


BROKEN = {
    "swapped": "mask = np.random.rand(*X.shape) < dropout",
    "never": "mask = np.ones(X.shape)",
    "frozen": "mask = np.random.RandomState(1).rand(*X.shape) >= dropout",
    "shared": "mask = np.random.rand(X.shape[-1]) >= dropout",
}


@pytest.mark.parametrize("candidate", [LocalCandidate, wired])
@pytest.mark.parametrize("fault", [*BROKEN, "missing", "not written"])
def test_a_broken_dropout_layer_costs_nothing_here(fault, candidate):
    """mc_predict by mlp_forward, dropconnect and my_noise by dropout_layer are judged beside a
    right one.
    """
    right = "mask = np.random.rand(*X.shape) >= dropout"
    layer = {
        "missing": "dropout_layer = None\ndel dropout_layer\n",
        "not written": "def dropout_layer(X, dropout):\n    raise NotImplementedError\n",
    }.get(fault) or WORKED["dropout_layer"].replace(right, BROKEN[fault])
    assert layer != WORKED["dropout_layer"]
    users = {
        "dropconnect": "def dropconnect(x, W, dropout):\n"
        "    return np.stack([row @ dropout_layer(W, dropout) for row in x])\n",
        "my_noise": "def my_noise(X, training):\n"
        "    if not training:\n        return X\n"
        "    return dropout_layer(X * np.random.uniform(0.5, 1.5, X.shape), 0.2)\n",
    }
    outcomes = judged(FUNCTIONS, {"dropout_layer": layer} | users, kind=candidate)
    assert not failing(outcomes), [outcomes[name] for name in failing(outcomes)]


@pytest.mark.parametrize("candidate", [LocalCandidate, wired])
@pytest.mark.parametrize(
    "edit", [("dropout_1) if training else 1.0", "dropout_1)"), ("h1 * mask1", "h1"), None]
)
def test_a_broken_net_costs_nothing_here(edit, candidate):
    """It drops at test time too, or forgets a mask, or is missing."""
    forward = WORKED["mlp_forward"].replace(*edit) if edit else "mlp_forward = 0\ndel mlp_forward\n"
    outcomes = judged(["mc_predict"], {"mlp_forward": forward}, kind=candidate)
    assert not failing(outcomes)


def test_a_seed_in_mc_predict_is_not_excused_by_right_helpers():
    """Beside them it would draw anew; a frozen dropout_layer is another cell's fault."""
    frozen = WORKED["dropout_layer"].replace("np.random.rand", "np.random.RandomState(1).rand")
    assert failing(judged_case("mc_seeds_every_pass")) == {"passes_cover_the_masks"}
    assert not failing(judged(["mc_predict"], {"dropout_layer": frozen}))


# ---- whatever comes back ----

ODD = {
    "None": "None",
    "text": "'a'",
    "numbers as text": "['1', '2']",
    "a number": "3",
    "NaN": "np.full(SHAPE, np.nan)",
    "infinite": "np.full(SHAPE, -np.inf)",
    "as large as floats go": "np.full(SHAPE, 1.7e308)",
    "another shape": "np.ones((2, 3, 4, 5))",
    "empty": "np.zeros((0, 3))",
    "ragged": "[[1, 2], [3]]",
    "a list of None": "[None, None]",
    "a huge integer": "10**5000",
    "huge integers": "[10**400, -(10**400)]",
    "complex": "np.ones(SHAPE, complex)",
    "objects": "np.array([object()] * 4)",
    "strings": "np.array(['a', 'b'])",
    "an object": "object()",
    "a class": "int",
    "a generator": "(i for i in range(3))",
    "a dictionary": "{'mean': 1, 'variance': 2}",
    "a set": "{1, 2}",
    "a pair": "(np.ones(SHAPE), np.ones(SHAPE))",
    "a pair of None": "(None, None)",
    "a pair of NaN": "(np.full((6, 3), np.nan), np.full((6, 3), np.nan))",
    "a pair of huge numbers": "(np.full((6, 3), 1e99), np.full((6, 3), 1e99))",
    "three": "(1, 2, 3)",
    "zeros": "np.zeros(SHAPE)",
    "truth": "np.ones(SHAPE, bool)",
    "deep": "[[[[[[[[[[[[1]]]]]]]]]]]]",
    "an error": "1 / 0",
    "an error of one's own": "(_ for _ in ()).throw(type('Odd', (Exception,), {})('x'))",
    "exit": "exit()",
    "keyboard": "(_ for _ in ()).throw(KeyboardInterrupt)",
}


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_odd_results_earn_nothing_and_are_no_fault_of_the_grader(value):
    """Whatever a function returns or raises; `judged` refuses grader faults."""
    first = {"mc_predict": "params, X", "dropconnect": "x, W", "bishop_noise": "X", "my_noise": "X"}
    cells = {
        name: f"def {name}({arguments}, *rest):\n"
        f"    SHAPE = {arguments[-1]}.shape\n    return {value}\n"
        for name, arguments in first.items()
    }
    outcomes = judged(FUNCTIONS, cells, kind=wired)
    assert sum(outcome.mark for outcome in outcomes.values()) == 0, value


@pytest.mark.parametrize("constant", [0.1, 3.0, 1e3, 1e6, 1e9, 9e11])
def test_a_shift_of_any_size_is_no_unbiased_noise(constant):
    """Large terms widen their own bound, but never that far."""
    shifted = f"def my_noise(X, training):\n    return X + {constant} * training\n"
    found = judged(["my_noise"], {"my_noise": shifted})
    assert found["own_noise_is_unbiased"].status == "failed"


# ---- what the checks know ----


@pytest.mark.parametrize("rates", RATES)
def test_every_pass_is_the_oracles(rates):
    """All scores and class probabilities, one example and one sum at a time."""
    params, X = net()
    dropouts = RATES[rates](*DROPOUTS)
    scores, probabilities = (every_pass(name, dropouts) for name in ("scores", "probabilities"))
    masks = [
        [np.array(m) / (1 - d) for m in itertools.product((0, 1), repeat=2)] if d else [np.ones(2)]
        for d in dropouts
    ]
    for k, pair in enumerate(itertools.product(*masks)):
        for i, x in enumerate(X):
            *_, expected = nets.hidden_and_scores(params, x, *pair)
            np.testing.assert_allclose(scores.values[k, i], expected)
            np.testing.assert_allclose(probabilities.values[k, i], nets.softmax(expected))
    assert scores.weights.sum() == pytest.approx(1)


def test_the_weights_are_the_masks_probabilities():
    """The mean over many passes of the worked solution is the weighted mean."""
    np.random.seed(2)
    params, X = net()
    mean, variance = reference.mc_predict(params, X, *DROPOUTS, samples=20_000)
    every = every_pass("probabilities", DROPOUTS)
    exact = np.tensordot(every.weights, every.values, 1)
    np.testing.assert_allclose(mean, exact, atol=0.02)
    second = np.tensordot(every.weights, every.values**2, 1)
    np.testing.assert_allclose(variance, second - exact**2, atol=0.02)


def test_wrong_rates_move_the_mean_of_the_net_far_enough():
    """Further than chance can move a mean of 2000 passes, which is less than .09 (Hoeffding)."""
    right = every_pass("probabilities", DROPOUTS)
    mean = right.weights @ right.values[:, 0]
    for rates in set(RATES) - {"right"}:
        other = every_pass("probabilities", RATES[rates](*DROPOUTS))
        assert np.abs(other.weights @ other.values[:, 0] - mean).max() > 0.12


def test_passes_that_differ_are_told_apart():
    """Different passes of an example lie further apart than the tolerance, halves included."""
    every = every_pass("probabilities", DROPOUTS)
    for i in range(EXAMPLES):
        values = np.unique(every.values[:, i].round(12), axis=0)
        apart = np.abs(values[:, None] - values).max(axis=-1)
        np.fill_diagonal(apart, 1)
        assert apart.min() > 100 * TOLERANCE
        means = np.array([(a + b) / 2 for a, b in itertools.combinations(values, 2)])
        from_one = np.abs(means[:, None] - values).max(axis=-1).min(axis=1)
        assert np.all((from_one < 1e-9) | (from_one > 10 * TOLERANCE))


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_how_often_two_passes_look_like_one(quantity):
    """Counted over draws of two passes."""
    every = every_pass(quantity, DROPOUTS)
    rng = np.random.default_rng(4)
    first, second = rng.choice(len(every.weights), (2, 3000), p=every.weights)
    values = every.values[:, 0]
    means = (values[first] + values[second]) / 2
    size = np.maximum(1, np.abs(values).max(axis=-1))
    alike = (np.abs(means[:, None] - values).max(axis=-1) < 1e-5 * size).any(axis=1).mean()
    assert every.looks_like_one(0) == pytest.approx(alike, abs=0.03)


def test_every_output_of_dropconnect_is_a_sum_of_its_weights():
    """Term by term."""
    rng = np.random.default_rng(5)
    x, W = rng.normal(size=(2, 3)), rng.normal(size=(3, 4))
    found = dropconnect_masks.every_output(x, W, 2.0)
    for k, mask in enumerate(itertools.product((0, 1), repeat=3)):
        for n, c in np.ndindex(2, 4):
            # The first weight is the lowest binary digit.
            terms = [x[n, i] * W[i, c] * mask[2 - i] for i in range(3)]
            assert found[k, n, c] == pytest.approx(2 * sum(terms))


def test_shared_masks_count_once():
    """Entries that are the same along an axis are one draw."""
    rng = np.random.default_rng(6)
    kept = rng.random((1, 5, 7)) < 0.5
    assert masks.distinct(np.repeat(kept, 9, axis=0)).size == 35
    assert masks.distinct(rng.random((9, 5, 7)) < 0.5).size == 315


def test_results_in_any_plain_form_are_read():
    """Lists, missing and needless axes, float32; and only what has the entries that are due."""
    expected = np.arange(3.0).reshape(1, 3)
    for form in (expected.tolist(), expected[0], expected[:, :, None], expected.astype("f4")):
        np.testing.assert_array_equal(array_of_shape("f(x)", form, (1, 3)), expected)
    with pytest.raises(Exception, match="shape"):
        array_of_shape("f(x)", expected.T @ expected, (1, 3))


# ---- the statistical decision on sums ----


HEAVY = {
    "normal": (lambda rng, n: rng.standard_normal(n), 1),
    "exponential": (lambda rng, n: rng.exponential(size=n) - 1, 1),
    "reversed": (lambda rng, n: 1 - rng.exponential(size=n), 1),
    "lognormal": (
        lambda rng, n: rng.lognormal(0, 1.5, n) - np.exp(1.125),
        np.exp(4.5) - np.exp(2.25),
    ),
    "pareto": (lambda rng, n: rng.pareto(2.2, n) - 1 / 1.2, 2.2 / (1.2**2 * 0.2)),
    "spikes": (lambda rng, n: 100 * ((rng.random(n) < 1e-4) - 1e-4), 1),
    "signs": (lambda rng, n: rng.choice((-1.0, 1.0), n), 1),
}


@pytest.mark.parametrize(("draw", "variance"), HEAVY.values(), ids=HEAVY)
@pytest.mark.parametrize("n", [50, 2000])
def test_sums_of_centred_terms_are_rejected_no_more_often_than_allowed(draw, variance, n):
    """At alpha = .05 less than one in twenty, at the alpha of the checks never; heavy tails too."""
    rng = np.random.default_rng(7)
    rejected = 0
    for _ in range(1000):
        terms, variances = draw(rng, n), np.full(n, variance)
        rejected += sum_is_biased(Ledger(), terms, variances, alpha=0.05)
        assert not sum_is_biased(Ledger(), terms, variances)
    assert rejected <= 50


def test_the_inequality_behind_the_bound():
    """exp(x - x**2 / 6) <= 1 + x + x**2 / 3."""
    x = np.concatenate([np.linspace(-40, 40, 200_001), np.linspace(-1e-2, 1e-2, 2001)])
    assert np.all(np.exp(x - x**2 / 6) <= (1 + x + x**2 / 3) * (1 + 1e-15))


def test_a_bias_is_seen_whatever_its_size():
    """From .04 on for 160 000 terms with a variance of 5 at most, and far beyond that."""
    rng = np.random.default_rng(8)
    n = 160_000
    for bias in (0.04, 0.5, 30.0, 1e4, 1e8, 1e12):
        terms = bias + 0.5 * rng.standard_normal(n)
        assert sum_is_biased(Ledger(), terms, np.full(n, 5.2)), bias
    ledger = Ledger()
    assert not sum_is_biased(ledger, 0.5 * rng.standard_normal(n), np.full(n, 5.2), alpha=1e-3)
    assert ledger.total == 1e-3


@pytest.mark.parametrize("deviation", [2.0, 1.0])
def test_noise_as_large_as_allowed_passes(deviation):
    """In proportion to the entries, too."""
    cell = WORKED["my_noise"].replace("0.5 *", f"{deviation} *")
    assert cell != WORKED["my_noise"]
    assert not failing(judged(["my_noise"], {"my_noise": cell}))


def test_the_size_limit_is_chebyshevs():
    """No distribution within the contract exceeds twice the deviation more than 1/4 of the time."""
    rng = np.random.default_rng(9)
    X = rng.uniform(0.5, 1, (400, 400))
    noise = 2 * own_noise.MOST_DEVIATION * rng.choice((-1, 0, 0, 0, 0, 0, 0, 1), X.shape)
    trial = type("Trial", (), {"ledger": Ledger()})()
    own_noise._require_size(trial, own_noise.Noisy("my_noise(X, True)", X, X + 1.001 * noise))
    with pytest.raises(own_noise.Failed, match="standard deviation"):
        own_noise._require_size(trial, own_noise.Noisy("my_noise(X, True)", X, X + 9 * noise + 9))
