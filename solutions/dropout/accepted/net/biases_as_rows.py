"""Biases, gammas and betas have shape (1, H)."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout != 1
        self.num_layers = 1 + len(hidden_dims)
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        self.params = {}
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"] = np.random.randn(dims[i - 1], dims[i]).astype(dtype) * weight_scale
            self.params[f"b{i}"] = np.zeros((1, dims[i]), dtype=dtype)
            if normalization == "batchnorm" and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones((1, dims[i]), dtype=dtype)
                self.params[f"beta{i}"] = np.zeros((1, dims[i]), dtype=dtype)
        for k in self.params:
            self.params[k] = self.params[k].astype(dtype)
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]

    def loss(self, X, y=None):
        P = self.params
        X = X.astype(self.dtype)
        mode = "train" if y is not None else "test"
        self.dropout_param["mode"] = mode
        h, caches = X, []
        for i in range(1, self.num_layers):
            if self.normalization == "batchnorm":
                self.bn_params[i - 1]["mode"] = mode
                h, c = affine_bn_relu_forward(
                    h, P[f"W{i}"], P[f"b{i}"], P[f"gamma{i}"], P[f"beta{i}"], self.bn_params[i - 1])
            else:
                h, c = affine_relu_forward(h, P[f"W{i}"], P[f"b{i}"])
            d = None
            if self.use_dropout:
                h, d = dropout_forward(h, self.dropout_param)
            caches.append((c, d))
        L = self.num_layers
        scores, c = affine_forward(h, P[f"W{L}"], P[f"b{L}"])
        if mode == "test":
            return scores
        loss, dh = softmax_loss(scores, y)
        grads = {}
        dh, grads[f"W{L}"], grads[f"b{L}"] = affine_backward(dh, c)
        for i in range(L - 1, 0, -1):
            c, d = caches.pop()
            if self.use_dropout:
                dh = dropout_backward(dh, d)
            if self.normalization == "batchnorm":
                dh, grads[f"W{i}"], grads[f"b{i}"], dgamma, dbeta = affine_bn_relu_backward(dh, c)
                grads[f"gamma{i}"] = dgamma.reshape(1, -1)
                grads[f"beta{i}"] = dbeta.reshape(1, -1)
            else:
                dh, grads[f"W{i}"], grads[f"b{i}"] = affine_relu_backward(dh, c)
        for i in range(1, L + 1):
            loss += 0.5 * self.reg * np.linalg.norm(P[f"W{i}"]) ** 2
            grads[f"W{i}"] = grads[f"W{i}"] + self.reg * P[f"W{i}"]
        return loss, grads
