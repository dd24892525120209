"""The layer is a class; the two functions only wrap it."""

import numpy as np


class Dropout:
    def __init__(self, p, seed=None):
        self.p = p
        self.rng = np.random.RandomState(seed) if seed is not None else np.random.mtrand._rand
        self.mask = None

    def forward(self, x, training):
        if not training:
            return x
        self.mask = self.rng.binomial(1, self.p, x.shape).astype(x.dtype) / x.dtype.type(self.p)
        return x * self.mask

    def backward(self, dout):
        return dout if self.mask is None else dout * self.mask


def dropout_forward(x, dropout_param):
    layer = Dropout(dropout_param["p"], dropout_param.get("seed"))
    return layer.forward(x, dropout_param["mode"] == "train"), layer


def dropout_backward(dout, cache):
    return cache.backward(dout)
