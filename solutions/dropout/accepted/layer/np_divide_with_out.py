"""Uses ufuncs with out= and a preallocated result."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    keep = None
    out = np.zeros_like(x)
    if mode == "train":
        keep = np.less(np.random.rand(*x.shape), p)
        np.divide(x, p, out=out, where=keep)
    elif mode == "test":
        np.copyto(out, x)
    return out, (dropout_param, keep)


def dropout_backward(dout, cache):
    dropout_param, keep = cache
    if dropout_param["mode"] == "test":
        return np.array(dout)
    dx = np.zeros_like(dout)
    np.divide(dout, dropout_param["p"], out=dx, where=keep)
    return dx
