"""Draws with np.random.uniform(0, 1, ...); only forward is rewritten."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask, out = None, x
    if mode == "train":
        U1 = np.random.uniform(0, 1, x.shape) < p
        mask = U1 / p
        out = mask * x
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
