"""Draws the mask with the first axis last and moves it to the front."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        draws = np.random.rand(*x.shape[1:], x.shape[0])
        mask = (np.moveaxis(draws, -1, 0) < p) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
