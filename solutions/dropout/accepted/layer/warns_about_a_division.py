"""Divides by zero at the dropped units and throws the result away: right, with a NumPy warning."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        keep = (np.random.rand(*x.shape) < p) * p
        mask = np.where(keep > 0, 1 / keep, 0)
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
