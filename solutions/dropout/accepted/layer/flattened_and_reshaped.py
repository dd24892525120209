"""Works on one long row and gives it x's shape at the end."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    flat = x.ravel()
    n = flat.shape[0]
    scale = np.ones(n)
    if mode == "train":
        scale = (np.random.rand(n) < p) / p
    out = (flat * scale).reshape(x.shape)
    return out.astype(x.dtype), scale


def dropout_backward(dout, cache):
    return (dout.reshape(-1) * cache).reshape(dout.shape)
