"""'W' + str(i) keys, np.arange loops and dictionaries of caches."""


class FullyConnectedNet(object):
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
    ):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        layer_dims = [input_dim] + hidden_dims + [num_classes]
        for i in np.arange(self.num_layers):
            self.params["W" + str(i + 1)] = (
                np.random.randn(layer_dims[i], layer_dims[i + 1]) * weight_scale
            )
            self.params["b" + str(i + 1)] = np.zeros(layer_dims[i + 1])
        if self.normalization == "batchnorm":
            for i in np.arange(1, self.num_layers):
                self.params["gamma" + str(i)] = np.ones(layer_dims[i])
                self.params["beta" + str(i)] = np.zeros(layer_dims[i])

        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for i in np.arange(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode

        outputs = {"h0": X}
        affine_cache = {}
        bn_cache = {}
        relu_cache = {}
        drop_cache = {}
        for i in np.arange(1, self.num_layers):
            w, b = self.params["W" + str(i)], self.params["b" + str(i)]
            out, affine_cache["a" + str(i)] = affine_forward(outputs["h" + str(i - 1)], w, b)
            if self.normalization == "batchnorm":
                out, bn_cache["bn" + str(i)] = batchnorm_forward(
                    out,
                    self.params["gamma" + str(i)],
                    self.params["beta" + str(i)],
                    self.bn_params[i - 1],
                )
            out, relu_cache["r" + str(i)] = relu_forward(out)
            if self.use_dropout:
                out, drop_cache["d" + str(i)] = dropout_forward(out, self.dropout_param)
            outputs["h" + str(i)] = out

        L = str(self.num_layers)
        scores, affine_cache["a" + L] = affine_forward(
            outputs["h" + str(self.num_layers - 1)], self.params["W" + L], self.params["b" + L]
        )
        if mode == "test":
            return scores

        loss, grads = 0.0, {}
        loss, dout = softmax_loss(scores, y)
        for i in np.arange(1, self.num_layers + 1):
            loss += 0.5 * self.reg * np.sum(np.square(self.params["W" + str(i)]))
        dout, grads["W" + L], grads["b" + L] = affine_backward(dout, affine_cache["a" + L])
        grads["W" + L] += self.reg * self.params["W" + L]
        for i in np.arange(self.num_layers - 1, 0, -1):
            k = str(i)
            if self.use_dropout:
                dout = dropout_backward(dout, drop_cache["d" + k])
            dout = relu_backward(dout, relu_cache["r" + k])
            if self.normalization == "batchnorm":
                dout, grads["gamma" + k], grads["beta" + k] = batchnorm_backward(
                    dout, bn_cache["bn" + k]
                )
            dout, grads["W" + k], grads["b" + k] = affine_backward(dout, affine_cache["a" + k])
            grads["W" + k] += self.reg * self.params["W" + k]
        return loss, grads
