"""Drops before the ReLU, which comes to the same, with masks of its own and edges of its own."""


def masked(z, dropout, training):
    if not training:
        return z, np.ones_like(z)
    keep = 1 - dropout
    mask = np.random.uniform(size=z.shape) < keep
    mask = mask / keep if keep > 0 else np.zeros_like(z)
    return z * mask, mask


def mlp_forward(params, X, dropout_1, dropout_2, training):
    z1, mask1 = masked(X @ params["W1"] + params["b1"], dropout_1, training)
    h1 = np.maximum(z1, 0)
    z2, mask2 = masked(h1 @ params["W2"] + params["b2"], dropout_2, training)
    h2 = np.maximum(z2, 0)
    scores = h2 @ params["W3"] + params["b3"]
    return scores, {"X": X, "h1": h1, "h2": h2, "m1": mask1, "m2": mask2, "params": params}


def mlp_backward(dscores, cache):
    params, h1, h2 = cache["params"], cache["h1"], cache["h2"]
    dz2 = (dscores @ params["W3"].T) * (h2 > 0) * cache["m2"]
    dz1 = (dz2 @ params["W2"].T) * (h1 > 0) * cache["m1"]
    return {
        "W1": cache["X"].T @ dz1,
        "W2": h1.T @ dz2,
        "W3": h2.T @ dscores,
        "b1": dz1.sum(0),
        "b2": dz2.sum(0),
        "b3": dscores.sum(0),
    }
