"""Changes params in place and returns them, with a Generator, a helper and the softmax by hand."""

import numpy as np

rng = np.random.default_rng()


def draw(shape, keep, factor):
    return np.where(rng.uniform(size=shape) <= keep, factor, 0.0)


def train_step(params, X, y, p, lr, kind):
    N = X.shape[0]
    factor = {"vanilla": 1.0, "inverted": 1.0 / p}[kind]

    z1 = X @ params["W1"] + params["b1"].reshape(1, -1)
    h1 = np.maximum(z1, 0)
    u1 = draw(h1.shape, p, factor)
    h1 *= u1
    z2 = h1 @ params["W2"] + params["b2"].reshape(1, -1)
    h2 = np.maximum(z2, 0)
    u2 = draw(h2.shape, p, factor)
    h2 *= u2
    scores = h2 @ params["W3"] + params["b3"]

    e = np.exp(scores - np.max(scores, axis=1, keepdims=True))
    q = e / e.sum(axis=1, keepdims=True)
    loss = -np.log(q[range(N), y] + 1e-10).mean()

    d3 = (q - np.eye(q.shape[1])[y]) / N
    d2 = d3 @ params["W3"].T
    d2 *= u2
    d2[z2 <= 0] = 0
    d1 = d2 @ params["W2"].T
    d1 *= u1
    d1[z1 <= 0] = 0

    for name, grad in [
        ("W1", X.T @ d1),
        ("b1", d1.sum(axis=0, keepdims=True)),
        ("W2", h1.T @ d2),
        ("b2", d2.sum(axis=0, keepdims=True)),
        ("W3", h2.T @ d3),
        ("b3", d3.sum(axis=0, keepdims=True)),
    ]:
        params[name] = params[name] - lr[name] * grad
    return loss, params
