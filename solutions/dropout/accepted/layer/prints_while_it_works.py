"""Left its debugging prints in."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        print("x", x.shape, "mask", mask.shape, "kept", (mask > 0).mean())
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    print("dout:", dout.shape, dropout_param)
    return dout * mask if dropout_param["mode"] == "train" else dout
