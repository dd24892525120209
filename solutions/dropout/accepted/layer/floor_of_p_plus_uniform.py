"""floor(p + u) is 1 with probability p and 0 otherwise."""


def dropout_forward(x, dropout_param):
    keep_prob, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    binary = None
    out = x
    if mode == "train":
        binary = np.floor(keep_prob + np.random.uniform(size=x.shape))
        out = (x / keep_prob) * binary
    return out.astype(x.dtype, copy=False), (binary, keep_prob)


def dropout_backward(dout, cache):
    binary, keep_prob = cache
    if binary is None:
        return dout
    return (dout / keep_prob) * binary
