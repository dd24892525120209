"""Works with numpy.ma and returns plain arrays."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    if mode == "test":
        return x, np.ma.array(np.ones(x.shape), mask=np.zeros(x.shape, dtype=bool))
    drop = ~(np.random.rand(*x.shape) < p)
    kept = np.ma.array(x, mask=drop)
    out = (kept / p).filled(0)
    return out.astype(x.dtype), np.ma.array(np.full(x.shape, 1 / p), mask=drop)


def dropout_backward(dout, cache):
    return np.asarray((dout * cache).filled(0))
