"""One list for each kind of cache, with None where a layer is absent; popped on the way back."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10,
                 dropout=1, normalization=None, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = np.hstack((input_dim, hidden_dims, num_classes)).astype(int)
        for i in range(self.num_layers):
            self.params["W%d" % (i + 1)] = np.random.normal(0, weight_scale, (dims[i], dims[i + 1]))
            self.params["b%d" % (i + 1)] = np.zeros((dims[i + 1],))
            if normalization == "batchnorm" and i != self.num_layers - 1:
                self.params["gamma%d" % (i + 1)] = np.ones((dims[i + 1],))
                self.params["beta%d" % (i + 1)] = np.zeros((dims[i + 1],))
        self.dropout_param = {"mode": "train", "p": dropout} if self.use_dropout else {}
        if self.use_dropout and seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims] if normalization else []
        self.params = {k: v.astype(dtype) for k, v in self.params.items()}

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode

        fc, bn, relu, drop = [], [], [], []
        out = X
        for i in range(1, self.num_layers):
            out, cache = affine_forward(out, self.params["W%d" % i], self.params["b%d" % i])
            fc.append(cache)
            cache = None
            if self.bn_params:
                out, cache = batchnorm_forward(
                    out, self.params["gamma%d" % i], self.params["beta%d" % i], self.bn_params[i - 1]
                )
            bn.append(cache)
            out, cache = relu_forward(out)
            relu.append(cache)
            cache = None
            if self.use_dropout:
                out, cache = dropout_forward(out, self.dropout_param)
            drop.append(cache)
        scores, cache = affine_forward(
            out, self.params["W%d" % self.num_layers], self.params["b%d" % self.num_layers]
        )
        fc.append(cache)
        if mode == "test":
            return scores

        grads = {}
        loss, dx = softmax_loss(scores, y)
        for i in range(self.num_layers, 0, -1):
            if i < self.num_layers:
                cache = drop.pop()
                if cache is not None:
                    dx = dropout_backward(dx, cache)
                dx = relu_backward(dx, relu.pop())
                cache = bn.pop()
                if cache is not None:
                    dx, grads["gamma%d" % i], grads["beta%d" % i] = batchnorm_backward_alt(dx, cache)
            dx, dw, db = affine_backward(dx, fc.pop())
            W = self.params["W%d" % i]
            grads["W%d" % i] = dw + self.reg * W
            grads["b%d" % i] = db
            loss += 0.5 * self.reg * (W ** 2).sum()
        return loss, grads
