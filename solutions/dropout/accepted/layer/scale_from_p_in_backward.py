"""Forward scales x before it masks; backward takes the scale from p and the mask from the cache."""


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if dropout_param["mode"] == "test":
        return x.astype(x.dtype), (1.0, np.ones_like(x))
    keep = np.random.rand(*x.shape) < p
    scaled = x / p
    out = scaled * keep
    return out.astype(x.dtype), (p, keep)


def dropout_backward(dout, cache):
    p, keep = cache
    dx = np.zeros_like(dout)
    dx += dout * keep * (1.0 / p)
    return dx
