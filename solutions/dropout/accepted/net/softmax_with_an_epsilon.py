"""Computes the softmax loss inline, with log(p + 1e-8), and the regularisation first."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout != 1
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(1, self.num_layers + 1):
            self.params["W" + str(i)] = weight_scale * np.random.randn(dims[i - 1], dims[i])
            self.params["b" + str(i)] = np.zeros(dims[i])
            if normalization == "batchnorm" and i < self.num_layers:
                self.params["gamma" + str(i)] = np.ones(dims[i])
                self.params["beta" + str(i)] = np.zeros(dims[i])
        for k in self.params:
            self.params[k] = self.params[k].astype(dtype)
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        caches, drops = [], []
        h = X
        for i in range(1, self.num_layers):
            args = [h, self.params["W" + str(i)], self.params["b" + str(i)]]
            if self.normalization == "batchnorm":
                args += [self.params["gamma" + str(i)], self.params["beta" + str(i)],
                         self.bn_params[i - 1]]
                h, cache = affine_bn_relu_forward(*args)
            else:
                h, cache = affine_relu_forward(*args)
            caches.append(cache)
            if self.use_dropout:
                h, cache = dropout_forward(h, self.dropout_param)
                drops.append(cache)
        L = str(self.num_layers)
        scores, last_cache = affine_forward(h, self.params["W" + L], self.params["b" + L])
        if mode == "test":
            return scores

        N = X.shape[0]
        loss = 0
        for i in range(1, self.num_layers + 1):
            loss += 0.5 * self.reg * np.sum(self.params["W" + str(i)] ** 2)
        e = np.exp(scores - np.max(scores, axis=1).reshape(-1, 1))
        probs = e / np.sum(e, axis=1).reshape(-1, 1)
        loss += np.sum(-np.log(probs[range(N), y] + 1e-8)) / N
        dscores = probs.copy()
        dscores[range(N), y] -= 1
        dscores = dscores / N

        grads = {}
        dh, grads["W" + L], grads["b" + L] = affine_backward(dscores, last_cache)
        for i in range(self.num_layers - 1, 0, -1):
            if self.use_dropout:
                dh = dropout_backward(dh, drops[i - 1])
            if self.normalization == "batchnorm":
                dh, dW, db, dg, dbeta = affine_bn_relu_backward(dh, caches[i - 1])
                grads["gamma" + str(i)], grads["beta" + str(i)] = dg, dbeta
            else:
                dh, dW, db = affine_relu_backward(dh, caches[i - 1])
            grads["W" + str(i)], grads["b" + str(i)] = dW, db
        for i in range(1, self.num_layers + 1):
            grads["W" + str(i)] += self.reg * self.params["W" + str(i)]
        return loss, grads
