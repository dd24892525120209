"""Draws whole numbers below 2**32 and keeps those below p * 2**32."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.randint(0, 2**32, size=x.shape, dtype=np.int64) < p * 2**32) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
