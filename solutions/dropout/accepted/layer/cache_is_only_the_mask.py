"""The cache is the mask and nothing else; None says that it was test time."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "train":
        cache = (np.random.rand(*x.shape) < p) / p
        out = x * cache
    else:
        cache = None
        out = x
    return out.astype(x.dtype, copy=False), cache


def dropout_backward(dout, cache):
    if cache is None:
        return dout
    return dout * cache
