"""Looks the mode up in a dictionary of functions instead of if and elif."""


def _train(x, p):
    mask = (np.random.rand(*x.shape) < p) / p
    return x * mask, mask


def _test(x, p):
    return x, np.float64(1)


_MODES = {"train": _train, "test": _test}


def dropout_forward(x, dropout_param):
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    out, mask = _MODES[dropout_param["mode"]](x, dropout_param["p"])
    return out.astype(x.dtype), mask


def dropout_backward(dout, cache):
    return dout * cache
