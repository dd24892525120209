"""np.where in both directions, with no product of mask and x."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "test":
        return x, ("test", None, p)
    keep = np.random.rand(*x.shape) < p
    out = np.where(keep, x / p, 0.0)
    return out.astype(x.dtype), ("train", keep, p)


def dropout_backward(dout, cache):
    mode, keep, p = cache
    if mode == "test":
        return dout
    return np.where(keep, dout / p, 0)
