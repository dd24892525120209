"""The published facts of `dropout_in_practice` beside ours.

Exact facts are computed two ways, by the reference solution and by its oracles or by numerical
means, and compared; measured ones are means over seeds, with their standard errors. p is the
probability of KEEPING a unit, dropout the probability of DROPPING one.
"""

import itertools
import math
import sys
from dataclasses import dataclass

import numpy as np

from autograder import oracle

# A published rounding error is that of one machine: another summation order may cost as much again.
ROUNDING = 4
SEEDS = range(6)
P = 0.8
# Four heads of 10 units on which the arithmetic mean is clearly off; on others by .02 only.
HEADS = range(73, 77)
# Settings of the experiment, {name: (dropout_1, dropout_2, weight decay)}, and the published
# validation accuracy after the last epoch.
SETTINGS = {
    "dropout (.2, .5)": (0.2, 0.5, 0.0, 0.787),
    "dropout (.5, .2)": (0.5, 0.2, 0.0, 0.741),
    "decay .3": (0.0, 0.0, 0.3, 0.885),
    "dropout (.5, .5)": (0.5, 0.5, 0.0, 0.733),
    "decay .3, dropout (.5, .5)": (0.5, 0.5, 0.3, 0.887),
}
# The published accuracies are of few runs: theirs and ours may each be this many standard
# deviations of one run off.
RUNS_APART = 3


@dataclass(frozen=True)
class Fact:
    """name: the fact in words. published: as ASSIGNMENT gives it. ours: the number found.

    low, high: where it must lie.
    """

    name: str
    published: str
    ours: float
    low: float
    high: float

    @property
    def holds(self):
        return self.low <= self.ours <= self.high


def report_figures(stream=None, seeds=SEEDS):
    """Print all facts to stream (sys.stdout); returns whether every one holds.

    NumPy's global random stream is left as it was. Raises ImportError without `solutions`.
    """
    stream = stream or sys.stdout
    state = np.random.get_state()
    try:
        groups = {
            "Dropout in practice, exact": exact_facts(),
            f"Dropout in practice, measured ({len(seeds)} seeds)": measured_facts(seeds),
        }
    finally:
        np.random.set_state(state)
    for title, facts in groups.items():
        line = "{:<80} {:>9} {:>9}   {}"
        print(f"\n{line.format(title, 'published', 'ours', 'verdict')}", file=stream)
        for fact in facts:
            word = "holds" if fact.holds else f"does not hold ({fact.low:.3g} to {fact.high:.3g})"
            print(line.format(fact.name, fact.published, f"{fact.ours:.3g}", word), file=stream)
    return all(fact.holds for facts in groups.values() for fact in facts)


def exact_facts():
    """The Facts that need no training."""
    return [
        *_conversion(),
        *_ensembles(),
        *_edges_of_the_net(),
        *_variances(),
        *_penalty(),
        *_covariances(),
        *_faults(),
    ]


def measured_facts(seeds):
    """The Facts of the exercises' training runs, one run a seed and setting."""
    facts, means = [], {}
    for name, (dropout_1, dropout_2, decay, published) in SETTINGS.items():
        runs = [final_accuracy(seed, dropout_1, dropout_2, decay) for seed in seeds]
        means[name] = float(np.mean(runs))
        apart = RUNS_APART * max(np.std(runs, ddof=1), 0.01) * math.sqrt(1 + 1 / len(runs))
        facts.append(
            Fact(f"validation accuracy, {name}", f"{published}", means[name],
                 published - apart, published + apart)
        )  # fmt: skip
    first, second, decay, dropout, both = means.values()
    neither = float(np.mean([final_accuracy(seed, 0.0, 0.0, 0.0) for seed in seeds]))
    sum_of_gains = (decay - neither) + (dropout - neither)
    return [
        *facts,
        Fact("swapped probabilities: (.2, .5) better than (.5, .2) by", ".046",
             first - second, 0.0, 0.1),
        Fact("both together gain less than the sum of both gains, by", "> 0",
             sum_of_gains - (both - neither), 0.03, 1.0),
    ]  # fmt: skip


def final_accuracy(seed, dropout_1, dropout_2, decay):
    """Validation accuracy after 60 epochs of the notebook's training, [200, 200] units."""
    solution, adam = oracle.reference_of("dropout_in_practice"), oracle.given("optim").adam
    softmax_loss, data = oracle.given("layers").softmax_loss, oracle.digits()
    np.random.seed(seed)
    params = {}
    for number, (inputs, units) in enumerate(((64, 200), (200, 200), (200, 10)), 1):
        params[f"W{number}"] = np.random.randn(inputs, units) * math.sqrt(2 / inputs)
        params[f"b{number}"] = np.zeros(units)
    X, y = data["X_train"].astype(float), data["y_train"]
    settings = {name: {"learning_rate": 1e-3} for name in params}
    for _ in range(60 * 5):
        batch = np.random.choice(500, 100)
        scores, cache = solution.mlp_forward(params, X[batch], dropout_1, dropout_2, True)
        grads = solution.mlp_backward(softmax_loss(scores, y[batch])[1], cache)
        for name, w in params.items():
            gradient = grads[name] + decay * w if name.startswith("W") else grads[name]
            params[name], _ = adam(w, gradient, settings[name])
    scores, _ = solution.mlp_forward(params, data["X_val"], dropout_1, dropout_2, False)
    return float(np.mean(scores.argmax(axis=1) == data["y_val"]))


def _at_most(name, published, ours, most=None):
    return Fact(name, published, float(ours), 0.0, most or ROUNDING * float(published))


def _conversion():
    solution = oracle.reference_of("dropout_in_practice")
    rng = np.random.default_rng(0)
    vanilla = _net(rng, (64, 50, 50, 10))
    X, y, lr = rng.standard_normal((100, 64)), rng.integers(10, size=100), 0.05
    rates = dict.fromkeys(vanilla, lr)
    inverted, inverted_rates = solution.to_inverted(vanilla, rates, P)
    worst = 0.0
    for step in range(20):
        np.random.seed(step)
        loss, vanilla = solution.train_step(vanilla, X, y, P, rates, "vanilla")
        np.random.seed(step)
        same, inverted = solution.train_step(inverted, X, y, P, inverted_rates, "inverted")
        worst = max(worst, abs(loss - same) / loss)
    words = "vanilla against inverted training, 20 steps: losses differ by"
    return [_at_most(words, "6e-16", worst)]


def _ensembles():
    solution = oracle.reference_of("dropout_in_practice")
    linear, geometric, arithmetic, relu = [], [], [], []
    for head in HEADS:
        rng = np.random.default_rng(head)
        h, W, b = rng.uniform(0, 3, 10), rng.standard_normal((10, 3)), rng.standard_normal(3)
        scaled = (0.5 * h) @ W + b
        softmax = np.exp(scaled - scaled.max())
        softmax /= softmax.sum()
        means = solution.softmax_ensemble(h, W, b, 0.5)
        linear.append(np.abs(solution.linear_ensemble(h, W, b, 0.5) - scaled).max())
        arithmetic.append(np.abs(means[0] - softmax).max())
        geometric.append(np.abs(means[1] - softmax).max())
        exact, once = solution.relu_ensemble(h, W, b, rng.standard_normal((3, 3)), b, 0.5)
        relu.append(np.abs(exact - once).max())
    heads = "10 units, all 1024 masks"
    return [
        _at_most(f"linear layer, {heads}: mean against p * h", "1e-14", max(linear)),
        _at_most(f"softmax, {heads}: geometric mean against p * h", "3e-16", max(geometric)),
        Fact("the same, arithmetic mean: off by at least", ".16", min(arithmetic), 0.16, 0.29),
        Fact("the same, arithmetic mean: off by at most", ".29", max(arithmetic), 0.16, 0.29),
        Fact("a ReLU in between: off by at least", "> 0", min(relu), 1e-3, math.inf),
    ]


def _edges_of_the_net():
    solution = oracle.reference_of("dropout_in_practice")
    rng = np.random.default_rng(1)
    params = _net(rng, (6, 5, 4, 3)) | {"b2": rng.standard_normal(4), "b3": rng.standard_normal(3)}
    X = rng.standard_normal((7, 6))
    only_b3, _ = solution.mlp_forward(params, X, 0.3, 1, True)
    no_first, _ = solution.mlp_forward(params, X, 1, 0, True)
    left = np.maximum(0, params["b2"]) @ params["W3"] + params["b3"]
    return [
        _at_most("dropout_2 = 1 leaves b3: off by", "0", np.abs(only_b3 - params["b3"]).max(), 0.0),
        _at_most(
            "dropout_1 = 1, dropout_2 = 0 leaves relu(b2) W3 + b3: off by",
            "0",
            np.abs(no_first - left).max(),
            1e-15,
        ),
    ]


def _variances():
    solution = oracle.reference_of("dropout_in_practice")
    s, dropout = 1.7, 0.4
    # The integrals over z by sums over a fine grid: relu(z) has these first two moments.
    z = np.linspace(0, 12 * s, 400_001)
    density = np.exp(-(z**2) / (2 * s**2)) / math.sqrt(2 * math.pi) / s
    mean, square = (np.trapezoid(density * z**power, z) for power in (1, 2))
    by_integral = square / (1 - dropout) - mean**2
    by_formula = solution.relu_dropout_variance(s, dropout)
    rng = np.random.default_rng(2)
    w, h = rng.standard_normal(10), rng.uniform(0, 2, 10)
    masks, weights = solution.all_masks(10, 1 - dropout)
    outputs = masks / (1 - dropout) * h @ w
    by_masks = weights @ outputs**2 - (weights @ outputs) ** 2
    head = solution.head_variance(w, h, dropout)
    return [
        _at_most(
            "variance behind a ReLU, s^2 (1/(2p) - 1/(2 pi)), against its integral: off by",
            "0",
            abs(by_formula / by_integral - 1),
            1e-9,
        ),
        _at_most(
            "variance of a linear head, sum w^2 h^2 q/(1-q), against all masks: off by",
            "0",
            abs(head / by_masks - 1),
            1e-12,
        ),
    ]


def _penalty():
    solution = oracle.reference_of("dropout_in_practice")
    rng = np.random.default_rng(3)
    X, w, y = (rng.standard_normal(shape) for shape in ((4, 5), 5, 4))
    dropout = 0.3
    masks, weights = solution.all_masks(5, 1 - dropout)
    # Masks of different examples are independent, so each example is averaged on its own.
    mean = sum(
        weights @ (target - masks / (1 - dropout) * x @ w) ** 2
        for x, target in zip(X, y, strict=True)
    )
    found = np.sum((y - X @ w) ** 2) + solution.dropout_penalty(X, w, dropout)
    words = "linear regression, penalty (1-p)/p sum w_j^2 |X_j|^2, against all masks: off by"
    return [_at_most(words, "0", abs(found / mean - 1), 1e-12)]


def _covariances():
    solution = oracle.reference_of("dropout_in_practice")
    rng = np.random.default_rng(4)
    h, W, dropout = rng.standard_normal(4), rng.standard_normal((4, 3)), 0.3
    masks, weights = solution.all_masks(12, 1 - dropout)  # of the 12 weights
    outputs = np.einsum("i,mic,ic->mc", h, masks.reshape(-1, 4, 3) / (1 - dropout), W)
    deviations = outputs - h @ W
    exact = (deviations * weights[:, None]).T @ deviations
    of_dropout, of_dropconnect = solution.output_covariances(h, W, dropout)
    across = of_dropconnect - np.diag(np.diag(of_dropconnect))
    marginal = np.abs(np.diag(of_dropout) / np.diag(of_dropconnect) - 1).max()
    return [
        _at_most(
            "DropConnect: variances of outputs against dropout's: off by", "0", marginal, 1e-12
        ),
        _at_most("DropConnect: covariances across outputs", "0", np.abs(across).max(), 1e-12),
        _at_most(
            "the same against all 4096 masks of the weights: off by",
            "0",
            np.abs(exact - of_dropconnect).max(),
            1e-12,
        ),
    ]


def _faults():
    solution, checker = oracle.reference_of("dropout_in_practice"), oracle.given("gradient_check")
    rng = np.random.default_rng(5)
    x, dout, p = rng.standard_normal((400, 500)), rng.standard_normal((10, 10)), 0.25
    kept = rng.standard_normal(x.shape) < p
    mask = (rng.standard_normal((10, 10)) < p) / p
    small = rng.standard_normal((10, 10))
    numerical = checker.eval_numerical_gradient_array(lambda moved: moved * mask, small, dout)
    gap = checker.rel_error(dout * mask, numerical)
    _, fraction = solution.fault_1()
    return [
        Fact("randn(...) < p, p = .25: keeps", ".599", kept.mean(), 0.594, 0.604),
        Fact("the same, by the normal distribution", ".599", fraction, 0.5985, 0.599),
        _at_most("the same, and its gradient check still passes: relative error", "0", gap, 1e-7),
    ]


def _net(rng, sizes):
    params = {}
    for number, (inputs, units) in enumerate(itertools.pairwise(sizes), 1):
        params[f"W{number}"] = rng.standard_normal((inputs, units)) * math.sqrt(2 / inputs)
        params[f"b{number}"] = np.zeros(units)
    return params
