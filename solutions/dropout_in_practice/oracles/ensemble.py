"""Means over all masks of vanilla dropout, one mask and one sum at a time. p keeps."""

import math


def masks(n):
    """Every mask of n units, tuples of 0 and 1: the digits of 0 to 2**n - 1."""
    return [tuple((number >> unit) & 1 for unit in range(n)) for number in range(2**n)]


def probability(mask, p):
    """That vanilla dropout draws this mask."""
    product = 1.0
    for kept in mask:
        product *= p if kept else 1 - p
    return product


def affine(x, W, b):
    """x W + b for one example, a list."""
    return [sum(x[i] * W[i][c] for i in range(len(x))) + b[c] for c in range(len(b))]


def softmax(scores):
    """Of one example, a list."""
    powers = [math.exp(score - max(scores)) for score in scores]
    return [power / sum(powers) for power in powers]


def linear(h, W, b, p):
    """The mean of (mask * h) W + b, a list of C numbers."""
    return _mean(h, p, lambda x: affine(x, W, b))


def softmax_means(h, W, b, p):
    """(arithmetic, geometric), the latter divided by its sum."""
    arithmetic = _mean(h, p, lambda x: softmax(affine(x, W, b)))
    geometric = [1.0] * len(b)
    for mask in masks(len(h)):
        outputs = softmax(affine([m * unit for m, unit in zip(mask, h, strict=True)], W, b))
        for c, output in enumerate(outputs):
            geometric[c] *= output ** probability(mask, p)
    return arithmetic, [value / sum(geometric) for value in geometric]


def relu_means(h, W1, b1, W2, b2, p):
    """(exact, scaled)."""

    def net(x):
        return affine([max(z, 0.0) for z in affine(x, W1, b1)], W2, b2)

    return _mean(h, p, net), net([p * unit for unit in h])


def _mean(h, p, function):
    """The sum over masks of probability times function(mask * h)."""
    total = None
    for mask in masks(len(h)):
        values = function([m * unit for m, unit in zip(mask, h, strict=True)])
        weighted = [probability(mask, p) * value for value in values]
        total = weighted if total is None else [a + v for a, v in zip(total, weighted, strict=True)]
    return total
