"""Draws with np.random.random_sample and compares the other way round (p > draw)."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    if mode == "train":
        mask = p > np.random.random_sample(x.shape)
        mask = mask.astype(x.dtype)
        mask /= p
        out = np.multiply(x, mask)
    else:
        out = x.copy()
    return out, (dropout_param, mask)
