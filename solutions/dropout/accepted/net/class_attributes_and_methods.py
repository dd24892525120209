"""Keeps state in attributes: class-level defaults, and separate _forward and _backward methods."""


class FullyConnectedNet(object):
    normalization = None
    use_dropout = False
    dropout_param = None
    reg = 0.0
    caches = None

    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        if normalization:
            self.normalization = normalization
        if dropout != 1:
            self.use_dropout = True
            self.dropout_param = {"p": dropout, "mode": "train"}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.reg = reg
        self.dtype = dtype
        self.dims = [input_dim, *hidden_dims, num_classes]
        self.hidden = range(1, len(hidden_dims) + 1)
        self.params = {}
        for i in range(1, len(self.dims)):
            self.params["W%s" % i] = weight_scale * np.random.randn(self.dims[i - 1], self.dims[i])
            self.params["b%s" % i] = np.zeros(self.dims[i])
        if self.normalization == "batchnorm":
            self.params.update({"gamma%s" % i: np.ones(self.dims[i]) for i in self.hidden})
            self.params.update({"beta%s" % i: np.zeros(self.dims[i]) for i in self.hidden})
            self.bn_params = {i: {"mode": "train"} for i in self.hidden}
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def _set_mode(self, mode):
        if self.dropout_param is not None:
            self.dropout_param["mode"] = mode
        if self.normalization == "batchnorm":
            for i in self.hidden:
                self.bn_params[i]["mode"] = mode

    def _forward(self, X):
        self.caches = {}
        h = X
        for i in self.hidden:
            h, self.caches["affine", i] = affine_forward(
                h, self.params["W%s" % i], self.params["b%s" % i])
            if self.normalization == "batchnorm":
                h, self.caches["bn", i] = batchnorm_forward(
                    h, self.params["gamma%s" % i], self.params["beta%s" % i], self.bn_params[i])
            h, self.caches["relu", i] = relu_forward(h)
            if self.use_dropout:
                h, self.caches["dropout", i] = dropout_forward(h, self.dropout_param)
        i = len(self.dims) - 1
        scores, self.caches["affine", i] = affine_forward(
            h, self.params["W%s" % i], self.params["b%s" % i])
        return scores

    def _backward(self, dscores):
        grads = {}
        i = len(self.dims) - 1
        dh, grads["W%s" % i], grads["b%s" % i] = affine_backward(dscores, self.caches["affine", i])
        for i in reversed(self.hidden):
            if self.use_dropout:
                dh = dropout_backward(dh, self.caches["dropout", i])
            dh = relu_backward(dh, self.caches["relu", i])
            if self.normalization == "batchnorm":
                dh, grads["gamma%s" % i], grads["beta%s" % i] = batchnorm_backward_alt(
                    dh, self.caches["bn", i])
            dh, grads["W%s" % i], grads["b%s" % i] = affine_backward(dh, self.caches["affine", i])
        return grads

    def loss(self, X, y=None):
        self._set_mode("test" if y is None else "train")
        scores = self._forward(X.astype(self.dtype))
        if y is None:
            return scores
        loss, dscores = softmax_loss(scores, y)
        grads = self._backward(dscores)
        for name in self.params:
            if name.startswith("W"):
                loss += 0.5 * self.reg * np.sum(self.params[name] ** 2)
                grads[name] += self.reg * self.params[name]
        return loss, grads
