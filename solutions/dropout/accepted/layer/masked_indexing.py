"""Copies x and sets the dropped entries to zero by indexing."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    drop = None
    if mode == "train":
        drop = np.random.rand(*x.shape) >= p
        out = np.copy(x)
        out[drop] = 0
        out[~drop] /= p
    elif mode == "test":
        out = x
    return out, (drop, p)


def dropout_backward(dout, cache):
    drop, p = cache
    if drop is None:
        return dout
    dx = dout / p
    dx[drop] = 0
    return dx
