"""Uses its own RandomState where there is a seed, and the global stream where there is none."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    r = np.random.RandomState(dropout_param["seed"]) if "seed" in dropout_param else np.random
    mask = None
    if mode == "train":
        mask = (r.rand(*x.shape) < p) / p
        out = x * mask
    elif mode == "test":
        out = x
    cache = (dropout_param, mask)
    return out.astype(x.dtype, copy=False), cache
