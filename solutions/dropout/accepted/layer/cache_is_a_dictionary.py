"""The cache is a copy of dropout_param with the mask in it."""


def dropout_forward(x, dropout_param):
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    cache = dict(dropout_param)
    if cache["mode"] == "train":
        cache["mask"] = (np.random.rand(*x.shape) < cache["p"]) / cache["p"]
    out = x * cache.get("mask", 1)
    return out.astype(x.dtype), cache


def dropout_backward(dout, cache):
    return dout * cache.get("mask", 1)
