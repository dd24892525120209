"""Normal draws compared with the normal quantile of p: P(z < q) is p after all."""

from scipy.special import ndtri


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.randn(*x.shape) < ndtri(p)) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
