"""Plain Python: lists of tuples, and sums over them."""

from itertools import product
from math import exp, prod


def all_masks(n, p):
    masks = list(product((1, 0), repeat=n))
    return masks, [prod(p if m else 1 - p for m in mask) for mask in masks]


def linear_ensemble(h, W, b, p):
    total = [0.0] * len(b)
    for mask, probability in zip(*all_masks(len(h), p)):
        for c in range(len(b)):
            score = b[c] + sum(m * u * w for m, u, w in zip(mask, h, W[:, c]))
            total[c] += probability * score
    return total


def softmax_ensemble(h, W, b, p):
    arithmetic, geometric = [0.0] * len(b), [1.0] * len(b)
    for mask, probability in zip(*all_masks(len(h), p)):
        powers = [
            exp(b[c] + sum(m * u * w for m, u, w in zip(mask, h, W[:, c]))) for c in range(len(b))
        ]
        for c, power in enumerate(powers):
            arithmetic[c] += probability * power / sum(powers)
            geometric[c] *= (power / sum(powers)) ** probability
    return arithmetic, [g / sum(geometric) for g in geometric]
