"""The argument has its newer name, dropout_keep_ratio; `dropout` is another name for it."""


class FullyConnectedNet(object):
    def __init__(
        self,
        hidden_dims,
        input_dim=3 * 32 * 32,
        num_classes=10,
        dropout_keep_ratio=1,
        normalization=None,
        reg=0.0,
        weight_scale=1e-2,
        dtype=np.float32,
        seed=None,
        dropout=None,
    ):
        if dropout is not None:
            dropout_keep_ratio = dropout
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        for l, (i, j) in enumerate(zip([input_dim, *hidden_dims], [*hidden_dims, num_classes])):
            self.params[f"W{l+1}"] = np.random.randn(i, j) * weight_scale
            self.params[f"b{l+1}"] = np.zeros(j)
            if self.normalization and l < self.num_layers - 1:
                self.params[f"gamma{l+1}"] = np.ones(j)
                self.params[f"beta{l+1}"] = np.zeros(j)

        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout_keep_ratio}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = []
        if self.normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        if self.normalization == "layernorm":
            self.bn_params = [{} for i in range(self.num_layers - 1)]
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

        cache = {}
        for l in range(self.num_layers):
            keys = [f"W{l+1}", f"b{l+1}", f"gamma{l+1}", f"beta{l+1}"]
            w, b, gamma, beta = (self.params.get(k, None) for k in keys)
            X, cache[l, "fc"] = affine_forward(X, w, b)
            if l == self.num_layers - 1:
                break
            if self.normalization == "batchnorm":
                X, cache[l, "norm"] = batchnorm_forward(X, gamma, beta, self.bn_params[l])
            elif self.normalization == "layernorm":
                X, cache[l, "norm"] = layernorm_forward(X, gamma, beta, self.bn_params[l])
            X, cache[l, "relu"] = relu_forward(X)
            if self.use_dropout:
                X, cache[l, "drop"] = dropout_forward(X, self.dropout_param)
        scores = X
        if mode == "test":
            return scores

        loss, grads = 0.0, {}
        loss, dout = softmax_loss(scores, y)
        loss += 0.5 * self.reg * np.sum(
            [np.sum(W**2) for k, W in self.params.items() if "W" in k])
        for l in reversed(range(self.num_layers)):
            if (l, "drop") in cache:
                dout = dropout_backward(dout, cache[l, "drop"])
            if (l, "relu") in cache:
                dout = relu_backward(dout, cache[l, "relu"])
            if (l, "norm") in cache:
                back = batchnorm_backward if self.normalization == "batchnorm" else layernorm_backward
                dout, grads[f"gamma{l+1}"], grads[f"beta{l+1}"] = back(dout, cache[l, "norm"])
            dout, dW, db = affine_backward(dout, cache[l, "fc"])
            grads[f"W{l+1}"] = dW + self.reg * self.params[f"W{l+1}"]
            grads[f"b{l+1}"] = db
        return loss, grads
