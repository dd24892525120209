"""Holds the mask in float32, whatever x is."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = ((np.random.rand(*x.shape) < p) / p).astype(np.float32)
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
