"""Thinks in dropped units: one minus a mask drawn with probability 1 - p."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    drop = None
    out = x
    if mode == "train":
        drop = np.random.binomial(n=1, p=1 - p, size=x.shape)
        out = x * (1 - drop) / p
    return out.astype(x.dtype, copy=False), (dropout_param, drop)


def dropout_backward(dout, cache):
    dropout_param, drop = cache
    if dropout_param["mode"] == "train":
        return dout * (1 - drop) / dropout_param["p"]
    return dout
