"""Monte-Carlo dropout on a net so small that every pass it can make is known beforehand."""

import functools
import itertools
from dataclasses import dataclass, replace

import numpy as np

from autograder.candidate import WrongReturn
from autograder.checks.layer_calls import named
from autograder.checks.practice.every_mask import constant, drawn_params, passes, zeros_and
from autograder.checks.practice.noise_calls import SHAPE
from autograder.checks.practice.returned import array_of_shape

DROPOUTS = (0.6, 0.2)
EXAMPLES = 6
REPEATS = 5
# Wide enough for float32; other passes of the net lie further away (tests).
TOLERANCE = 1e-5
# Far above exp(scores), and far from overflowing when squared.
LARGEST = 1e100

# Which probabilities the masks were drawn with, as a function of (dropout_1, dropout_2).
RATES = {
    "right": lambda first, second: (first, second),
    "off": lambda first, second: (0.0, 0.0),
    "swapped": lambda first, second: (second, first),
    "keep for drop": lambda first, second: (1 - first, 1 - second),
}
# What is averaged over the passes.
QUANTITIES = {
    "probabilities": lambda found: found.probabilities,
    "scores": lambda found: found.scores,
    "classes": lambda found: np.eye(found.scores.shape[-1])[found.scores.argmax(axis=-1)],
    "powers": lambda found: np.exp(found.scores),
}


@functools.cache
def net():
    """(params, X): two inputs, two hidden layers of two units, three classes; EXAMPLES rows.

    Chosen so that wrong rates change the mean of the first row by more than .15.
    """
    rng = np.random.default_rng(290)
    params = drawn_params(rng, (2, 2, 2, 3))
    params["W3"] *= 0.7
    return params, rng.uniform(0.5, 1.5, (EXAMPLES, 2))


@dataclass(frozen=True)
class Every:
    """What one pass can give. values: (K, EXAMPLES, C), their probabilities: weights (K,).

    scores: (K, EXAMPLES, C), of the same passes.
    """

    values: np.ndarray
    scores: np.ndarray
    weights: np.ndarray

    def moments(self, samples, example):
        """(values, scores), each (M, samples, C): every choice of that many passes."""
        chosen = itertools.combinations_with_replacement(range(len(self.weights)), samples)
        chosen = np.array(list(chosen))
        return self.values[chosen, example], self.scores[chosen, example]

    def looks_like_one(self, example):
        """The probability that the mean of two passes of an example is a value of one pass."""
        values = self.values[:, example]
        pairs = (values[:, None] + values).reshape(-1, values.shape[-1]) / 2
        like_one = np.array([fits_any(pair, values).any() for pair in pairs])
        return float(np.outer(self.weights, self.weights).ravel() @ like_one)

    @property
    def most_likely(self):
        """The largest probability of any value of a pass of the first example."""
        values = self.values[:, 0]
        return max(float(self.weights[fits_any(v, values)].sum()) for v in values)

    def in_unit(self, example):
        """(least values, widths), by which an example's values lie in [0, 1]; (C,) each."""
        values = self.values[:, example]
        width = np.ptp(values, axis=0)
        return values.min(axis=0), np.where(width > 0, width, 1.0)


def every_pass(quantity, dropouts):
    """The Every of the net. quantity: a name of QUANTITIES. dropouts: the two probabilities."""
    params, X = net()
    masks, weights = zip(*(_masks(dropout) for dropout in dropouts), strict=True)
    found = passes(params, X, *masks)
    return Every(QUANTITIES[quantity](found), found.scores, np.outer(*weights).ravel())


def _masks(dropout):
    """(masks (K, EXAMPLES, 2), each the same for all examples; their probabilities (K,))."""
    if dropout in (0, 1):
        return constant(1 - dropout, EXAMPLES, 2), np.ones(1)
    masks = zeros_and(1.0, 1, 2)
    kept = masks.sum(axis=(1, 2))
    weights = (1 - dropout) ** kept * dropout ** (2 - kept)
    return np.repeat(masks / (1 - dropout), EXAMPLES, axis=1), weights


@dataclass(frozen=True)
class Prediction:
    """What a call of mc_predict returned, (N, C) each."""

    called: str
    mean: np.ndarray
    variance: np.ndarray


def predict(trial, X, dropouts, samples, terms=None):
    """Call mc_predict on the net, as Terms say where there are some.

    Raises CandidateError; WrongReturn where no two arrays (N, C) of finite numbers come back. Of a
    single pass the variance may be NaN.
    """
    params, _ = net()
    called = (
        f"mc_predict(params, X, dropout_1 = {dropouts[0]} (drop), "
        f"dropout_2 = {dropouts[1]} (drop), samples = {samples}) with X of shape {X.shape}"
    )
    if terms is not None and terms.alone and len(X) > 1:
        return _one_by_one(trial, X, dropouts, samples, terms)
    with named(called):
        result, _ = trial.candidate.call("mc_predict", params, X, *dropouts, samples)
    pair = isinstance(result, (tuple, list)) or getattr(result, "ndim", 0) > 0
    if not pair or len(result) != 2:
        kind = "None" if result is None else f"a {type(result).__name__}"
        raise WrongReturn(called, f"returned {kind}, not (mean, variance)")
    shape = (len(X), params["b3"].size)
    mean, variance = reversed(result) if terms is not None and terms.backwards else result
    most = LARGEST if samples > 1 else None
    return Prediction(
        called,
        array_of_shape(called, mean, shape, "mean", SHAPE, LARGEST),
        array_of_shape(called, variance, shape, "variance", SHAPE, most),
    )


def _one_by_one(trial, X, dropouts, samples, terms):
    made = [predict(trial, x[None], dropouts, samples, terms) for x in X]
    mean, variance = (np.concatenate([getattr(m, n) for m in made]) for n in ("mean", "variance"))
    return Prediction(f"{made[0].called}, one example at a time", mean, variance)


def fits_any(found, candidates):
    """Whether `found` (C,) is one of the candidates (M, C)."""
    size = np.maximum(1.0, np.abs(candidates).max(axis=-1))
    return np.abs(candidates - found).max(axis=-1) <= TOLERANCE * size


@dataclass(frozen=True)
class Terms:
    """How a student's function goes about it: names of QUANTITIES and RATES.

    backwards: the variance comes before the mean. alone: it is right for one example at a time.
    """

    quantity: str = "probabilities"
    rates: str = "right"
    backwards: bool = False
    alone: bool = False

    @property
    def every(self):
        return every_pass(self.quantity, RATES[self.rates](*DROPOUTS))


def terms_of(trial):
    """(Terms, Prediction of a single pass); Terms is None where it is no pass of any kind."""
    return trial.measure("Monte-Carlo terms", lambda: _terms(trial))


def _terms(trial):
    # Several times: where all of the second layer is dropped, a pass tells nothing of its masks.
    X = np.tile(net()[1], (REPEATS, 1))
    single = predict(trial, X, DROPOUTS, 1)
    terms = _terms_of(single)
    if terms is None and abs(single.mean.sum() - 1) < TOLERANCE * single.mean.size:
        # Probabilities of all examples together: of a single one they are what they should be.
        found = _terms_of(predict(trial, X, DROPOUTS, 1, Terms(alone=True)))
        terms = found and replace(found, alone=True)
    return terms, single


def _terms_of(single):
    for backwards, found in ((False, single.mean), (True, single.variance)):
        for rates in RATES:
            for quantity in QUANTITIES:
                terms = Terms(quantity, rates, backwards)
                values = terms.every.values
                if all(fits_any(f, values[:, i % EXAMPLES]).any() for i, f in enumerate(found)):
                    return terms
    return None
