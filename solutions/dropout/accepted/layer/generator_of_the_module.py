"""One Generator for the whole module; a seed makes a fresh one for that call."""

import numpy as np

_generator = np.random.default_rng()


def dropout_forward(x, dropout_param):
    rng = _generator
    if dropout_param.get("seed") is not None:
        rng = np.random.default_rng(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x, None
    p = dropout_param["p"]
    mask = (rng.random(size=x.shape, dtype=np.float32) < p).astype(x.dtype) / x.dtype.type(p)
    return x * mask, mask


def dropout_backward(dout, cache):
    return dout if cache is None else dout * cache
