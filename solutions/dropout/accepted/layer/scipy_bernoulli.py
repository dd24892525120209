"""Draws from scipy.stats.bernoulli."""

from scipy.stats import bernoulli


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    mask = None
    out = x
    if mode == "train":
        mask = bernoulli.rvs(p, size=x.shape, random_state=dropout_param.get("seed")) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
