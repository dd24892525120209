"""Exponential draws against -log(1 - p); p = 1 gives an infinite limit and a warning."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.exponential(size=x.shape) < -np.log(1 - np.float64(p))) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
