"""Test time has a mask too: all ones, so that backward needs no case of its own."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = np.ones(x.shape)
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
    out = x * mask
    return out.astype(x.dtype), (dropout_param, mask)


def dropout_backward(dout, cache):
    _, mask = cache
    return dout * mask
