"""The cache is a function, and everything is computed in float32."""


def mlp_forward(params, X, dropout_1, dropout_2, training):
    w = {name: value.astype(np.float32) for name, value in params.items()}
    x = X.astype(np.float32)
    a1 = x @ w["W1"] + w["b1"]
    h1 = np.maximum(a1, 0)
    m1 = dropout_layer(np.ones_like(h1), dropout_1).astype(np.float32) if training else 1
    d1 = h1 * m1
    a2 = d1 @ w["W2"] + w["b2"]
    h2 = np.maximum(a2, 0)
    m2 = dropout_layer(np.ones_like(h2), dropout_2).astype(np.float32) if training else 1
    d2 = h2 * m2

    def back(dscores):
        g2 = np.where(a2 > 0, dscores @ w["W3"].T * m2, 0)
        g1 = np.where(a1 > 0, g2 @ w["W2"].T * m1, 0)
        pairs = (("1", x, g1), ("2", d1, g2), ("3", d2, dscores))
        grads = {f"W{k}": np.einsum("ni,nj->ij", below, g) for k, below, g in pairs}
        return grads | {f"b{k}": np.ones(len(x)) @ g for k, _, g in pairs}

    return d2 @ w["W3"] + w["b3"], back


def mlp_backward(dscores, cache):
    return cache(dscores)
