"""Recursion over units, which indexes with boolean masks."""

import numpy as np


def all_masks(n, p):
    if n == 0:
        return np.zeros((1, 0), dtype=bool), np.ones(1)
    fewer, probabilities = all_masks(n - 1, p)
    rows = len(fewer)
    kept = np.hstack([fewer, np.ones((rows, 1), dtype=bool)])
    dropped = np.hstack([fewer, np.zeros((rows, 1), dtype=bool)])
    masks = np.vstack([kept, dropped])
    return masks, np.concatenate([probabilities * p, probabilities * (1 - p)])


def linear_ensemble(h, W, b, p):
    masks, probabilities = all_masks(h.size, p)
    return sum(q * (h[mask] @ W[mask] + b) for mask, q in zip(masks, probabilities))


def relu_ensemble(h, W1, b1, W2, b2, p):
    def run(units):
        return np.maximum(units @ W1 + b1, 0) @ W2 + b2

    masks, probabilities = all_masks(h.size, p)
    exact = np.zeros(len(b2))
    for mask, q in zip(masks, probabilities):
        exact += q * run(np.where(mask, h, 0))
    return exact, run(p * h)
