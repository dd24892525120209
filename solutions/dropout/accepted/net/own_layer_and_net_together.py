"""Brings its own dropout layer (0/1 mask, p in the cache) and a net that reads that cache."""


def dropout_forward(x, dropout_param):
    p = dropout_param["p"]
    if dropout_param["mode"] == "test":
        return x, {"keep": None, "p": p}
    rng = np.random.RandomState(dropout_param["seed"]) if "seed" in dropout_param else np.random
    keep = rng.random_sample(x.shape) < p
    return (x * keep / p).astype(x.dtype), {"keep": keep, "p": p}


def dropout_backward(dout, cache):
    if cache["keep"] is None:
        return dout
    return dout * cache["keep"] / cache["p"]


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype, self.p = normalization, reg, dtype, dropout
        self.num_layers = 1 + len(hidden_dims)
        self.extra = {} if seed is None else {"seed": seed}
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        dims = [input_dim, *hidden_dims, num_classes]
        self.params = {}
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"] = (weight_scale * np.random.randn(dims[i - 1], dims[i])).astype(dtype)
            self.params[f"b{i}"] = np.zeros(dims[i]).astype(dtype)
            if normalization == "batchnorm" and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(dims[i]).astype(dtype)
                self.params[f"beta{i}"] = np.zeros(dims[i]).astype(dtype)

    def loss(self, X, y=None):
        mode = "test" if y is None else "train"
        h, caches = X.astype(self.dtype), []
        for i in range(1, self.num_layers):
            W, b = self.params[f"W{i}"], self.params[f"b{i}"]
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = mode
                h, cache = affine_bn_relu_forward(
                    h, W, b, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])
            else:
                h, cache = affine_relu_forward(h, W, b)
            h, drop = dropout_forward(h, {"mode": mode, "p": self.p, **self.extra})
            caches.append((cache, drop))
        n = self.num_layers
        scores, cache = affine_forward(h, self.params[f"W{n}"], self.params[f"b{n}"])
        if y is None:
            return scores
        loss, dh = softmax_loss(scores, y)
        grads = {}
        dh, grads[f"W{n}"], grads[f"b{n}"] = affine_backward(dh, cache)
        for i in range(n - 1, 0, -1):
            cache, drop = caches[i - 1]
            # No call of dropout_backward: the mask is at hand.
            dh = dh * drop["keep"] / drop["p"]
            if self.normalization == "batchnorm":
                (dh, grads[f"W{i}"], grads[f"b{i}"],
                 grads[f"gamma{i}"], grads[f"beta{i}"]) = affine_bn_relu_backward(dh, cache)
            else:
                dh, grads[f"W{i}"], grads[f"b{i}"] = affine_relu_backward(dh, cache)
        for i in range(1, n + 1):
            loss += 0.5 * self.reg * np.sum(self.params[f"W{i}"] ** 2)
            grads[f"W{i}"] += self.reg * self.params[f"W{i}"]
        return loss, grads
