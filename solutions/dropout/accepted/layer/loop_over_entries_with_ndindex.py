"""Loops over the entries in backward with np.ndindex."""


def dropout_backward(dout, cache):
    dropout_param, mask = cache
    if dropout_param["mode"] == "test":
        return dout
    dx = np.zeros(dout.shape)
    for where in np.ndindex(*dout.shape):
        if mask[where]:
            dx[where] = dout[where] / dropout_param["p"]
    return dx
