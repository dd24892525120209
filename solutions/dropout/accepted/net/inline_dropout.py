"""The net draws its masks itself and never calls dropout_forward."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.p = dropout
        self.seed = seed
        self.reg = reg
        self.dtype = dtype
        self.bn = normalization == "batchnorm"
        self.L = len(hidden_dims) + 1
        dims = [input_dim] + list(hidden_dims) + [num_classes]
        self.params = {}
        for i in range(1, self.L + 1):
            self.params["W" + str(i)] = (weight_scale * np.random.randn(dims[i - 1], dims[i])).astype(dtype)
            self.params["b" + str(i)] = np.zeros(dims[i], dtype=dtype)
        if self.bn:
            for i in range(1, self.L):
                self.params["gamma" + str(i)] = np.ones(dims[i], dtype=dtype)
                self.params["beta" + str(i)] = np.zeros(dims[i], dtype=dtype)
        self.bn_params = [{} for i in range(self.L)]

    def loss(self, X, y=None):
        train = y is not None
        h = X.astype(self.dtype).reshape(X.shape[0], -1)
        H, Z, M, BN = [h], [], [], []
        for i in range(1, self.L):
            z = h.dot(self.params["W" + str(i)]) + self.params["b" + str(i)]
            if self.bn:
                self.bn_params[i]["mode"] = "train" if train else "test"
                z, c = batchnorm_forward(
                    z, self.params["gamma" + str(i)], self.params["beta" + str(i)], self.bn_params[i])
                BN.append(c)
            Z.append(z)
            h = np.maximum(z, 0)
            if train and self.p < 1:
                if self.seed is not None:
                    np.random.seed(self.seed)
                mask = (np.random.rand(*h.shape) < self.p) / self.p
                M.append(mask)
                h = (h * mask).astype(self.dtype)
            H.append(h)
        scores = h.dot(self.params["W" + str(self.L)]) + self.params["b" + str(self.L)]
        if not train:
            return scores
        loss, d = softmax_loss(scores, y)
        grads = {}
        for i in range(self.L, 0, -1):
            W = self.params["W" + str(i)]
            loss += 0.5 * self.reg * np.sum(W * W)
            grads["W" + str(i)] = H[i - 1].T.dot(d) + self.reg * W
            grads["b" + str(i)] = d.sum(axis=0)
            if i > 1:
                d = d.dot(W.T)
                if self.p < 1:
                    d = d * M[i - 2]
                d = d * (Z[i - 2] > 0)
                if self.bn:
                    d, grads["gamma" + str(i - 1)], grads["beta" + str(i - 1)] = batchnorm_backward(
                        d, BN[i - 2])
        return loss, grads
