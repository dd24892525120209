"""Takes extra numbers from the global stream and throws them away."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    np.random.randn(7)
    if mode == "train":
        draws = np.random.rand(2, *x.shape)
        mask = (draws[1] < p) / p
        np.random.shuffle(np.arange(10))
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
