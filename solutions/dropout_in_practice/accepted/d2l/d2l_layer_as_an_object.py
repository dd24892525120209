"""dropout_layer is an object; forward drops the units themselves and finds the masks again."""


class Dropout:
    """A layer to call."""

    def __init__(self, seed=None):
        self.rng = np.random.RandomState(seed)

    def __call__(self, X, dropout):
        if dropout > 1 or dropout < 0:
            raise RuntimeError("dropout is a probability")
        out = np.array(X, dtype=float)
        out[self.rng.random_sample(out.shape) < dropout] = 0
        if dropout < 1:
            out /= 1 - dropout
        return out


dropout_layer = Dropout()


def dropout_layer(X, dropout, layer=dropout_layer):
    return layer(X, dropout)


def mlp_forward(params, X, dropout_1, dropout_2, training):
    activations, masks = [X], []
    for number, dropout in (("1", dropout_1), ("2", dropout_2)):
        h, _ = affine_relu_forward(activations[-1], params["W" + number], params["b" + number])
        out = dropout_layer(X=h, dropout=dropout) if training else h
        masks.append(np.divide(out, h, out=np.zeros_like(h), where=h > 0))
        activations.append(out)
    scores, _ = affine_forward(activations[-1], params["W3"], params["b3"])
    return scores, (params, activations, masks)


def mlp_backward(dscores, cache):
    params, activations, masks = cache
    grads, d = {}, dscores
    for number in (3, 2, 1):
        below = activations[number - 1]
        grads[f"W{number}"], grads[f"b{number}"] = below.T @ d, d.sum(axis=0, keepdims=True)
        if number > 1:
            d = d @ params[f"W{number}"].T * masks[number - 2]
    return grads
