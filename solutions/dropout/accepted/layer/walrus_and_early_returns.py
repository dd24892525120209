"""Early returns and assignment expressions; test mode returns x itself."""


def dropout_forward(x, dropout_param):
    if (seed := dropout_param.get("seed")) is not None:
        np.random.seed(seed)
    if dropout_param["mode"] != "train":
        return x, ()
    out = x * (mask := (np.random.rand(*x.shape) < (p := dropout_param["p"])) / p)
    return out.astype(x.dtype), (mask,)


def dropout_backward(dout, cache):
    return dout * cache[0] if cache else dout
