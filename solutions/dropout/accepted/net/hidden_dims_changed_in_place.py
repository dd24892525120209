"""The constructor inserts input_dim into the caller's hidden_dims and appends num_classes."""


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        hidden_dims.insert(0, input_dim)
        hidden_dims.append(num_classes)
        for i in range(1, self.num_layers + 1):
            self.params["W" + str(i)] = weight_scale * np.random.randn(
                hidden_dims[i - 1], hidden_dims[i])
            self.params["b" + str(i)] = np.zeros(hidden_dims[i])
            if self.normalization == "batchnorm" and i != self.num_layers:
                self.params["gamma" + str(i)] = np.ones(hidden_dims[i])
                self.params["beta" + str(i)] = np.zeros(hidden_dims[i])

        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        if self.normalization == "batchnorm":
            for bn_param in self.bn_params:
                bn_param["mode"] = mode

        scores = X
        caches = [None]
        dropout_caches = [None]
        for i in range(1, self.num_layers + 1):
            W, b = self.params["W" + str(i)], self.params["b" + str(i)]
            dropout_cache = None
            if i == self.num_layers:
                scores, cache = affine_forward(scores, W, b)
            else:
                if self.normalization == "batchnorm":
                    scores, cache = affine_bn_relu_forward(
                        scores, W, b, self.params["gamma" + str(i)], self.params["beta" + str(i)],
                        self.bn_params[i - 1])
                else:
                    scores, cache = affine_relu_forward(scores, W, b)
                if self.use_dropout:
                    scores, dropout_cache = dropout_forward(scores, self.dropout_param)
            caches.append(cache)
            dropout_caches.append(dropout_cache)
        if mode == "test":
            return scores

        grads = {}
        loss, dscores = softmax_loss(scores, y)
        for i in range(self.num_layers, 0, -1):
            loss += 0.5 * self.reg * np.sum(self.params["W" + str(i)] ** 2)
            if i == self.num_layers:
                dscores, dW, db = affine_backward(dscores, caches[i])
            else:
                if self.use_dropout:
                    dscores = dropout_backward(dscores, dropout_caches[i])
                if self.normalization == "batchnorm":
                    dscores, dW, db, dgamma, dbeta = affine_bn_relu_backward(dscores, caches[i])
                    grads["gamma" + str(i)] = dgamma
                    grads["beta" + str(i)] = dbeta
                else:
                    dscores, dW, db = affine_relu_backward(dscores, caches[i])
            grads["W" + str(i)] = dW + self.reg * self.params["W" + str(i)]
            grads["b" + str(i)] = db
        return loss, grads
