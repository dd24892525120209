"""What known mistakes return in place of a mean over all masks.

Arguments as in the notebook's functions; p is the probability of keeping.
"""

import itertools

import numpy as np

from autograder.checks.practice.exact import Mistake

UNWEIGHTED = "practice-ensemble-unweighted"
RATE_SWAPPED = "practice-ensemble-rate-swapped"
INVERTED = "practice-ensemble-divided-by-p"
SUMMED = "practice-ensemble-summed"
DIVIDED_AGAIN = "practice-ensemble-divided-again"
BIAS_SCALED = "practice-ensemble-bias-scaled"
BIAS_FORGOTTEN = "practice-ensemble-bias-forgotten"


def masks_of(n):
    """All masks, (2**n, n), floats."""
    return np.array(list(itertools.product((0.0, 1.0), repeat=n)))


def probabilities_of(masks, p):
    """(M,), each mask's."""
    return np.where(masks > 0, p, 1 - p).prod(axis=1)


def softmax(scores):
    """Over the last axis."""
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def relu(z):
    """max(0, z)."""
    return np.maximum(0, z)


def _scores(h, W, b, scale=1.0):
    return (scale * masks_of(len(h)) * h) @ W + b


def _weights(h, p):
    return probabilities_of(masks_of(len(h)), p)


def _normalised(values):
    return values / values.sum()


LINEAR = (
    Mistake(UNWEIGHTED, lambda h, W, b, p: h @ W / 2 + b),
    Mistake(RATE_SWAPPED, lambda h, W, b, p: (1 - p) * h @ W + b),
    Mistake(INVERTED, lambda h, W, b, p: h @ W + b),
    Mistake(SUMMED, lambda h, W, b, p: _scores(h, W, b).sum(axis=0)),
    Mistake(SUMMED, lambda h, W, b, p: p * h @ W + 2 ** len(h) * b),
    Mistake(DIVIDED_AGAIN, lambda h, W, b, p: (p * h @ W + b) / 2 ** len(h)),
    Mistake(BIAS_SCALED, lambda h, W, b, p: p * (h @ W + b)),
    Mistake(BIAS_FORGOTTEN, lambda h, W, b, p: p * h @ W),
)


def _arithmetic(h, W, b, p, scale=1.0):
    return _weights(h, p) @ softmax(_scores(h, W, b, scale))


def _geometric(h, W, b, p):
    """Weighted, not normalised."""
    return np.exp(_weights(h, p) @ np.log(softmax(_scores(h, W, b))))


def _over_the_masks(h, W, b):
    return softmax(_scores(h, W, b).T).T


ARITHMETIC = (
    Mistake(UNWEIGHTED, lambda h, W, b, p: softmax(_scores(h, W, b)).mean(axis=0)),
    Mistake(RATE_SWAPPED, lambda h, W, b, p: _arithmetic(h, W, b, 1 - p)),
    Mistake(INVERTED, lambda h, W, b, p: _arithmetic(h, W, b, p, 1 / p)),
    Mistake(SUMMED, lambda h, W, b, p: softmax(_scores(h, W, b)).sum(axis=0)),
    Mistake(DIVIDED_AGAIN, lambda h, W, b, p: _arithmetic(h, W, b, p) / 2 ** len(h)),
    Mistake("practice-ensemble-mean-of-scores", lambda h, W, b, p: softmax(p * h @ W + b)),
    Mistake("practice-ensemble-mean-of-scores", lambda h, W, b, p: p * h @ W + b),
    Mistake(
        "practice-ensemble-softmax-axis",
        lambda h, W, b, p: _weights(h, p) @ _over_the_masks(h, W, b),
    ),
    Mistake(
        "practice-ensemble-softmax-axis",
        lambda h, W, b, p: _normalised(_weights(h, p) @ _over_the_masks(h, W, b)),
    ),
)
GEOMETRIC = (
    Mistake(UNWEIGHTED, lambda h, W, b, p: softmax(h @ W / 2 + b)),
    Mistake(RATE_SWAPPED, lambda h, W, b, p: softmax((1 - p) * h @ W + b)),
    Mistake(INVERTED, lambda h, W, b, p: softmax(h @ W + b)),
    Mistake("practice-ensemble-geometric-not-normalised", _geometric),
    Mistake(
        "practice-ensemble-geometric-not-normalised",
        lambda h, W, b, p: np.exp(np.log(softmax(_scores(h, W, b))).mean(axis=0)),
    ),
    Mistake("practice-ensemble-geometric-is-arithmetic", _arithmetic),
    Mistake(
        "practice-ensemble-geometric-no-root",
        lambda h, W, b, p: softmax(_scores(h, W, b).sum(axis=0)),
    ),
    Mistake(
        "practice-ensemble-geometric-no-root",
        lambda h, W, b, p: softmax(_scores(h, W, b)).prod(axis=0),
    ),
    Mistake(
        "practice-ensemble-geometric-in-logs", lambda h, W, b, p: np.log(_geometric(h, W, b, p))
    ),
    Mistake(
        "practice-ensemble-geometric-softmax-twice",
        lambda h, W, b, p: softmax(_geometric(h, W, b, p)),
    ),
    Mistake("practice-ensemble-geometric-scores", lambda h, W, b, p: p * h @ W + b),
    Mistake(BIAS_SCALED, lambda h, W, b, p: softmax(p * (h @ W + b))),
    Mistake(BIAS_FORGOTTEN, lambda h, W, b, p: softmax(p * h @ W)),
    Mistake(
        "practice-ensemble-softmax-axis",
        lambda h, W, b, p: _normalised(np.exp(_weights(h, p) @ np.log(_over_the_masks(h, W, b)))),
    ),
    Mistake(
        "practice-ensemble-softmax-axis",
        lambda h, W, b, p: np.exp(_weights(h, p) @ np.log(_over_the_masks(h, W, b))),
    ),
)


def _outputs(h, W1, b1, W2, b2, scale=1.0):
    return relu(_scores(h, W1, b1, scale)) @ W2 + b2


def _exact(h, W1, b1, W2, b2, p):
    return _weights(h, p) @ _outputs(h, W1, b1, W2, b2)


def _scaled(h, W1, b1, W2, b2, p):
    return relu(p * h @ W1 + b1) @ W2 + b2


def _without_relu(h, W1, b1, W2, b2, p):
    return (p * h @ W1 + b1) @ W2 + b2


def _on_the_hidden_layer(h, W1, b1, W2, b2, p):
    return p * relu(h @ W1 + b1) @ W2 + b2


RELU_MISSING = Mistake("practice-ensemble-relu-missing", _without_relu)
WRONG_PLACE = Mistake("practice-ensemble-p-behind-the-relu", _on_the_hidden_layer)
RELU_EXACT = (
    Mistake("practice-ensemble-scaled-for-exact", _scaled),
    Mistake(UNWEIGHTED, lambda h, W1, b1, W2, b2, p: _outputs(h, W1, b1, W2, b2).mean(axis=0)),
    Mistake(RATE_SWAPPED, lambda h, W1, b1, W2, b2, p: _exact(h, W1, b1, W2, b2, 1 - p)),
    Mistake(
        INVERTED,
        lambda h, W1, b1, W2, b2, p: _weights(h, p) @ _outputs(h, W1, b1, W2, b2, 1 / p),
    ),
    Mistake(SUMMED, lambda h, W1, b1, W2, b2, p: _outputs(h, W1, b1, W2, b2).sum(axis=0)),
    Mistake(DIVIDED_AGAIN, lambda h, W1, b1, W2, b2, p: _exact(h, W1, b1, W2, b2, p) / 2 ** len(h)),
    RELU_MISSING,
    WRONG_PLACE,
    Mistake(
        "practice-ensemble-relu-on-the-scores",
        lambda h, W1, b1, W2, b2, p: _weights(h, p) @ relu(_outputs(h, W1, b1, W2, b2)),
    ),
    Mistake(BIAS_FORGOTTEN, lambda h, W1, b1, W2, b2, p: _exact(h, W1, b1, W2, b2, p) - b2),
    Mistake(BIAS_FORGOTTEN, lambda h, W1, b1, W2, b2, p: _exact(h, W1, 0 * b1, W2, b2, p)),
)
RELU_SCALED = (
    Mistake(RATE_SWAPPED, lambda h, W1, b1, W2, b2, p: _scaled(h, W1, b1, W2, b2, 1 - p)),
    Mistake(INVERTED, lambda h, W1, b1, W2, b2, p: _scaled(h, W1, b1, W2, b2, 1)),
    Mistake(INVERTED, lambda h, W1, b1, W2, b2, p: _scaled(h, W1, b1, W2, b2, 1 / p)),
    RELU_MISSING,
    WRONG_PLACE,
    Mistake(
        "practice-ensemble-p-behind-the-relu",
        lambda h, W1, b1, W2, b2, p: p * _scaled(h, W1, b1, W2, b2, 1),
    ),
    Mistake("practice-ensemble-exact-for-scaled", _exact),
    Mistake(
        "practice-ensemble-relu-on-the-scores",
        lambda h, W1, b1, W2, b2, p: relu(_scaled(h, W1, b1, W2, b2, p)),
    ),
    Mistake(BIAS_FORGOTTEN, lambda h, W1, b1, W2, b2, p: _scaled(h, W1, b1, W2, b2, p) - b2),
    Mistake(BIAS_FORGOTTEN, lambda h, W1, b1, W2, b2, p: _scaled(h, W1, 0 * b1, W2, b2, p)),
)
