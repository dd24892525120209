"""Lets Generator.choice pick between 0 and 1/p."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    rng = np.random.default_rng(dropout_param.get("seed", None))
    if mode == "train":
        scale = rng.choice([0, 1 / p], size=x.shape, p=[1 - p, p])
    else:
        scale = np.ones(1)
    return (x * scale).astype(x.dtype), scale


def dropout_backward(dout, cache):
    return dout * cache
