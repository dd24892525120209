"""A decorator seeds the stream and restores the dtype; another wraps backward."""

import functools

import numpy as np


def seeded(layer):
    @functools.wraps(layer)
    def wrapper(x, dropout_param):
        if "seed" in dropout_param:
            np.random.seed(dropout_param["seed"])
        out, cache = layer(x, dropout_param)
        return out.astype(x.dtype, copy=False), cache

    return wrapper


def counted(function):
    function.calls = 0

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        function.calls += 1
        return function(*args, **kwargs)

    return wrapper


@seeded
def dropout_forward(x, dropout_param):
    if dropout_param["mode"] == "test":
        return x, (dropout_param, None)
    mask = (np.random.rand(*x.shape) < dropout_param["p"]) / dropout_param["p"]
    return x * mask, (dropout_param, mask)


@counted
def dropout_backward(dout, cache):
    dropout_param, mask = cache
    return dout if dropout_param["mode"] == "test" else dout * mask
