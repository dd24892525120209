"""Scores come from a method of their own that knows nothing of dropout."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.num_layers = 1 + len(hidden_dims)
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.keep = dropout
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        self.params = {}
        dims = [input_dim, *hidden_dims, num_classes]
        for i, (rows, columns) in enumerate(zip(dims, dims[1:]), 1):
            self.params[f"W{i}"] = (weight_scale * np.random.randn(rows, columns)).astype(dtype)
            self.params[f"b{i}"] = np.zeros(columns, dtype)
            if normalization == "batchnorm" and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(columns, dtype)
                self.params[f"beta{i}"] = np.zeros(columns, dtype)

    def predict(self, X):
        h = X.astype(self.dtype)
        for i in range(1, self.num_layers):
            h, _ = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = "test"
                h, _ = batchnorm_forward(
                    h, self.params[f"gamma{i}"], self.params[f"beta{i}"], self.bn_params[i - 1])
            h = np.maximum(h, 0)
        i = self.num_layers
        return affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])[0]

    def loss(self, X, y=None):
        if y is None:
            return self.predict(X)
        h, caches = X.astype(self.dtype), []
        for i in range(1, self.num_layers):
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = "train"
                h, cache = affine_bn_relu_forward(
                    h, self.params[f"W{i}"], self.params[f"b{i}"], self.params[f"gamma{i}"],
                    self.params[f"beta{i}"], self.bn_params[i - 1])
            else:
                h, cache = affine_relu_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
            dropped = None
            if self.keep < 1:
                h, dropped = dropout_forward(h, self.dropout_param)
            caches.append((cache, dropped))
        i = self.num_layers
        scores, last = affine_forward(h, self.params[f"W{i}"], self.params[f"b{i}"])
        loss, dh = softmax_loss(scores, y)
        grads = {}
        dh, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dh, last)
        for i, (cache, dropped) in reversed(list(enumerate(caches, 1))):
            dh = dh if dropped is None else dropout_backward(dh, dropped)
            if self.normalization == "batchnorm":
                (dh, grads[f"W{i}"], grads[f"b{i}"], grads[f"gamma{i}"],
                 grads[f"beta{i}"]) = affine_bn_relu_backward(dh, cache)
            else:
                dh, grads[f"W{i}"], grads[f"b{i}"] = affine_relu_backward(dh, cache)
        for i in range(1, self.num_layers + 1):
            loss += self.reg / 2 * np.sum(self.params[f"W{i}"] ** 2)
            grads[f"W{i}"] += self.reg * self.params[f"W{i}"]
        return loss, grads
