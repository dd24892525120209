"""Python loops over entries and examples, and lists as results."""

import random

import numpy as np


def mended_1(x, p):
    out = np.zeros(x.size)
    for i, value in enumerate(x.ravel()):
        if random.uniform(0, 1) < p:
            out[i] = value / p
    return out.reshape(x.shape).tolist()


def mended_2(dout, mask, p):
    flat = [d / p if kept else 0.0 for d, kept in zip(dout.ravel(), mask.ravel(), strict=True)]
    return np.array(flat, dtype=np.float32).reshape(dout.shape)


def mended_3(params, x, mask1, mask2):
    scores = []
    for row, first, second in zip(x, mask1, mask2, strict=True):
        h = np.maximum(row @ params["W1"] + params["b1"], 0) * first
        h = np.maximum(h @ params["W2"] + params["b2"], 0) * second
        scores.append(list(h @ params["W3"] + params["b3"]))
    return scores
