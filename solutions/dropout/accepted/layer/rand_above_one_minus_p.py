"""Keeps where the draw lies above 1 - p."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = None
    if mode == "train":
        prob_drop = 1 - p
        mask = (np.random.rand(*x.shape) > prob_drop) / (1 - prob_drop)
        out = x * mask
    elif mode == "test":
        out = x
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
