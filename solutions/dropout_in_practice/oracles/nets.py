"""The net with two hidden layers for masks that are given, one example and one sum at a time.

affine - ReLU - times mask1 - affine - ReLU - times mask2 - affine; params as in the notebook,
W of shape (fan_in, fan_out). The masks hold whatever factor there is.
"""

import math

import numpy as np


def hidden_and_scores(params, x, mask1, mask2):
    """One example. x: (D,), mask1: (H1,), mask2: (H2,).

    Returns (z1, h1, z2, h2, scores): before each ReLU, and after ReLU and mask; scores (C,).
    """
    z1 = _affine(x, params["W1"], params["b1"])
    h1 = np.array([max(z, 0.0) * m for z, m in zip(z1, mask1, strict=True)])
    z2 = _affine(h1, params["W2"], params["b2"])
    h2 = np.array([max(z, 0.0) * m for z, m in zip(z2, mask2, strict=True)])
    return z1, h1, z2, h2, _affine(h2, params["W3"], params["b3"])


def scores(params, X, mask1, mask2):
    """X: (N, D), mask1: (N, H1), mask2: (N, H2). Returns (N, C)."""
    rows = zip(X, mask1, mask2, strict=True)
    return np.array([hidden_and_scores(params, x, m1, m2)[-1] for x, m1, m2 in rows])


def softmax(scores):
    """The class probabilities of one example. scores: (C,)."""
    powers = [math.exp(s - max(scores)) for s in scores]
    return np.array([power / sum(powers) for power in powers])


def loss_and_gradients(params, X, y, mask1, mask2):
    """(mean softmax loss, {name: gradient}) for given masks. y: (N,) labels."""
    loss, dscores = 0.0, []
    for row, label in zip(scores(params, X, mask1, mask2), y, strict=True):
        q = softmax(row)
        loss -= math.log(q[label]) / len(X)
        q[label] -= 1
        dscores.append(q / len(X))
    return loss, gradients(params, X, np.array(dscores), mask1, mask2)


def gradients(params, X, dscores, mask1, mask2):
    """{name: gradient} by the chain rule, for dscores (N, C), summed over examples."""
    grads = {name: np.zeros_like(w, dtype=float) for name, w in params.items()}
    for x, m1, m2, d3 in zip(X, mask1, mask2, dscores, strict=True):
        z1, h1, z2, h2, _ = hidden_and_scores(params, x, m1, m2)
        d2 = np.array([(params["W3"][j] @ d3) * m2[j] * (z2[j] > 0) for j in range(len(z2))])
        d1 = np.array([(params["W2"][j] @ d2) * m1[j] * (z1[j] > 0) for j in range(len(z1))])
        for number, (below, d) in enumerate(((x, d1), (h1, d2), (h2, d3)), 1):
            grads[f"W{number}"] += np.outer(below, d)
            grads[f"b{number}"] += d
    return grads


def _affine(x, W, b):
    return np.array([sum(x[i] * W[i, j] for i in range(len(x))) + b[j] for j in range(len(b))])
