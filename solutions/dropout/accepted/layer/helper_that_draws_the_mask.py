"""A helper of the student's own draws the mask."""

import numpy as np


def bernoulli_mask(shape, keep_prob):
    """0 with probability 1 - keep_prob, otherwise 1 / keep_prob."""
    draws = np.random.random(shape)
    return (draws < keep_prob).astype(float) / keep_prob


def dropout_forward(x, dropout_param):
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if dropout_param["mode"] == "train":
        mask = bernoulli_mask(x.shape, keep_prob=dropout_param["p"])
        out = (x * mask).astype(x.dtype)
    return out, (dropout_param, mask)


# The gradient goes through the same mask.
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return {"train": lambda: dout * mask, "test": lambda: dout}[dropout_param["mode"]]()
