"""Loops over examples, draws the second mask before the first, and sums gradients as it goes."""


def mlp_forward(params, X, dropout_1, dropout_2, training):
    rows, passes = [], []
    for x in X:
        mask2 = dropout_layer(np.ones(params["b2"].size), dropout_2) if training else 1.0
        mask1 = dropout_layer(np.ones(params["b1"].size), dropout_1) if training else 1.0
        h1 = np.maximum(0, x.dot(params["W1"]) + params["b1"]) * mask1
        h2 = np.maximum(0, h1.dot(params["W2"]) + params["b2"]) * mask2
        rows.append(h2.dot(params["W3"]) + params["b3"])
        passes.append((x, h1, h2, mask1, mask2))
    return np.stack(rows), (params, passes)


def mlp_backward(dscores, cache):
    params, passes = cache
    grads = {name: np.zeros_like(value) for name, value in params.items()}
    for d3, (x, h1, h2, mask1, mask2) in zip(dscores, passes):
        d2 = params["W3"].dot(d3) * (h2 > 0) * mask2
        d1 = params["W2"].dot(d2) * (h1 > 0) * mask1
        for name, below, d in (("1", x, d1), ("2", h1, d2), ("3", h2, d3)):
            grads["W" + name] += np.outer(below, d)
            grads["b" + name] += d
    return grads
