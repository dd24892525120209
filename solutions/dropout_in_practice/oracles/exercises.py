"""Exact answers to the exercises, by sums over all masks and a numerical integral.

dropout is the probability of DROPPING; each function returns a tuple.
"""

import math
import statistics

from solutions.dropout_in_practice.oracles.ensemble import masks, probability

# Simpson's rule; a normal density is nothing beyond 12 deviations.
STEPS, FAR = 400, 12


def difference_and_error(first, second):
    """Exercise 1: (difference of the means, its standard error)."""
    variances = [statistics.variance(runs) / len(runs) for runs in (first, second)]
    return statistics.fmean(first) - statistics.fmean(second), math.sqrt(sum(variances))


def best_and_last(history):
    """Exercise 2: (first epoch of the best accuracy, that accuracy, the last one)."""
    best_epoch, best = history["epoch"][0], history["val"][0]
    for epoch, accuracy in zip(history["epoch"], history["val"], strict=True):
        if accuracy > best:
            best_epoch, best = epoch, accuracy
    return best_epoch, best, history["val"][-1]


def activation_variance(s, dropout):
    """Exercise 3: E[y**2] - E[y]**2 for y = relu(z) / (1 - dropout) if kept, else 0."""
    keep = 1 - dropout
    mean = keep * _integral(lambda z: z / keep, s)
    mean_square = keep * _integral(lambda z: (z / keep) ** 2, s)
    return (mean_square - mean**2,)


def _integral(function, s):
    """Of function(z) over the positive z, z ~ N(0, s**2)."""
    width, total = FAR * s / STEPS, 0.0
    for step in range(STEPS + 1):
        z = step * width
        density = math.exp(-((z / s) ** 2) / 2) / (s * math.sqrt(2 * math.pi))
        total += (1 if step in (0, STEPS) else 4 if step % 2 else 2) * function(z) * density
    return total * width / 3


def head_variance(w, h, dropout):
    """Exercise 4: the variance over masks of the sum of w_i m_i h_i / (1 - dropout)."""

    def output(mask):
        return [sum(w[i] * mask[i] * h[i] / (1 - dropout) for i in range(len(w)))]

    return (_covariance(len(w), 1, output, dropout)[0][0],)


def penalty(X, w, dropout):
    """Exercise 5: the mean over masks of the squared error, less that without dropout, with y = 0,
    one example after the other.
    """
    added = 0.0
    for x in X:
        added -= sum(x[i] * w[i] for i in range(len(w))) ** 2
        for mask in masks(len(w)):
            output = sum(mask[i] * x[i] / (1 - dropout) * w[i] for i in range(len(w)))
            added += probability(mask, 1 - dropout) * output**2
    return (added,)


def beyond_additive(accuracy):
    """Exercise 5: the gain of both less the gains of each."""
    gains = {name: accuracy[name] - accuracy["neither"] for name in ("decay", "dropout", "both")}
    return (gains["both"] - gains["decay"] - gains["dropout"],)


def covariances(h, W, dropout):
    """Exercise 6: (with a mask of the units, with a mask of the weights), lists of C rows."""
    n, outputs = len(h), len(W[0])

    def dropped(mask):
        units = [mask[i] * h[i] / (1 - dropout) for i in range(n)]
        return [sum(units[i] * W[i][c] for i in range(n)) for c in range(outputs)]

    def connected(mask):
        weights = [[mask[i * outputs + c] * W[i][c] for c in range(outputs)] for i in range(n)]
        return [sum(h[i] * weights[i][c] / (1 - dropout) for i in range(n)) for c in range(outputs)]

    return (
        _covariance(n, outputs, dropped, dropout),
        _covariance(n * outputs, outputs, connected, dropout),
    )


def _covariance(draws, outputs, function, dropout):
    """The covariance matrix, over all masks of so many draws, of what function(mask) returns."""
    drawn = [(probability(mask, 1 - dropout), function(mask)) for mask in masks(draws)]
    mean = [sum(chance * out[c] for chance, out in drawn) for c in range(outputs)]
    return [
        [
            sum(p * (out[c] - mean[c]) * (out[k] - mean[k]) for p, out in drawn)
            for k in range(outputs)
        ]
        for c in range(outputs)
    ]
