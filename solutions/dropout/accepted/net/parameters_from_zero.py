"""Counts parameters from 0: W0, b0, gamma0, beta0."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        for i in range(self.num_layers):
            self.params["W{}".format(i)] = np.random.randn(dims[i], dims[i + 1]) * weight_scale
            self.params["b{}".format(i)] = np.zeros(dims[i + 1])
            if normalization == "batchnorm" and i < self.num_layers - 1:
                self.params["gamma{}".format(i)] = np.ones(dims[i + 1])
                self.params["beta{}".format(i)] = np.zeros(dims[i + 1])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode
        hidden = self.num_layers - 1
        caches, dropout_caches = {}, {}
        a = X
        for i in range(hidden):
            W, b = self.params["W{}".format(i)], self.params["b{}".format(i)]
            if self.normalization == "batchnorm":
                g, be = self.params["gamma{}".format(i)], self.params["beta{}".format(i)]
                a, caches[i] = affine_bn_relu_forward(a, W, b, g, be, self.bn_params[i])
            else:
                a, caches[i] = affine_relu_forward(a, W, b)
            if self.use_dropout:
                a, dropout_caches[i] = dropout_forward(a, self.dropout_param)
        scores, caches[hidden] = affine_forward(
            a, self.params["W{}".format(hidden)], self.params["b{}".format(hidden)])
        if mode == "test":
            return scores
        loss, da = softmax_loss(scores, y)
        grads = {}
        da, grads["W{}".format(hidden)], grads["b{}".format(hidden)] = affine_backward(
            da, caches[hidden])
        for i in range(hidden - 1, -1, -1):
            if self.use_dropout:
                da = dropout_backward(da, dropout_caches[i])
            if self.normalization == "batchnorm":
                da, dW, db, dg, dbe = affine_bn_relu_backward(da, caches[i])
                grads["gamma{}".format(i)] = dg
                grads["beta{}".format(i)] = dbe
            else:
                da, dW, db = affine_relu_backward(da, caches[i])
            grads["W{}".format(i)] = dW
            grads["b{}".format(i)] = db
        for i in range(self.num_layers):
            W = self.params["W{}".format(i)]
            loss += 0.5 * self.reg * np.sum(W ** 2)
            grads["W{}".format(i)] += self.reg * W
        return loss, grads
