"""Plain Python: one random.random() an entry, no vectorised draw."""

import random


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        random.seed(dropout_param["seed"])
    mask = np.ones(x.shape)
    if mode == "train":
        draw = random.random
        mask = np.array([1 / p if draw() < p else 0.0 for _ in range(x.size)]).reshape(x.shape)
    out = x * mask
    return out.astype(x.dtype), mask


def dropout_backward(dout, cache):
    dx = np.empty_like(dout)
    for i in range(dout.shape[0]):
        dx[i] = dout[i] * cache[i]
    return dx
