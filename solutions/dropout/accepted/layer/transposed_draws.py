"""Draws the mask for the reversed shape and transposes it."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.rand(*x.shape[::-1]) < p).T / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
