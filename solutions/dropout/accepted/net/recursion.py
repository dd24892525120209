"""A recursive method goes down the layers and fills in the gradients as it comes back."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout != 1
        self.num_layers = 1 + len(hidden_dims)
        self.dropout_param = {"mode": "train", "p": dropout}
        if seed is not None:
            self.dropout_param["seed"] = seed
        self.bn_params = [{"mode": "train"} for _ in hidden_dims]
        self.params = {}
        self._make(1, input_dim, list(hidden_dims), num_classes, weight_scale)

    def _make(self, i, rows, widths, num_classes, weight_scale):
        columns = widths[0] if widths else num_classes
        self.params[f"W{i}"] = (weight_scale * np.random.randn(rows, columns)).astype(self.dtype)
        self.params[f"b{i}"] = np.zeros(columns, self.dtype)
        if widths:
            if self.normalization == "batchnorm":
                self.params[f"gamma{i}"] = np.ones(columns, self.dtype)
                self.params[f"beta{i}"] = np.zeros(columns, self.dtype)
            self._make(i + 1, columns, widths[1:], num_classes, weight_scale)

    def _below(self, i, h, y, grads):
        W, b = self.params[f"W{i}"], self.params[f"b{i}"]
        if i == self.num_layers:
            scores, cache = affine_forward(h, W, b)
            if y is None:
                return scores, None
            loss, dh = softmax_loss(scores, y)
        else:
            if self.normalization == "batchnorm":
                gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
                h, cache = affine_bn_relu_forward(h, W, b, gamma, beta, self.bn_params[i - 1])
            else:
                h, cache = affine_relu_forward(h, W, b)
            if self.use_dropout:
                h, drop_cache = dropout_forward(h, self.dropout_param)
            loss, dh = self._below(i + 1, h, y, grads)
            if y is None:
                return loss, None
            if self.use_dropout:
                dh = dropout_backward(dh, drop_cache)
        if i < self.num_layers and self.normalization == "batchnorm":
            dh, dW, grads[f"b{i}"], grads[f"gamma{i}"], grads[f"beta{i}"] = (
                affine_bn_relu_backward(dh, cache))
        elif i < self.num_layers:
            dh, dW, grads[f"b{i}"] = affine_relu_backward(dh, cache)
        else:
            dh, dW, grads[f"b{i}"] = affine_backward(dh, cache)
        grads[f"W{i}"] = dW + self.reg * W
        return loss + 0.5 * self.reg * np.sum(W * W), dh

    def loss(self, X, y=None):
        for param in [self.dropout_param, *self.bn_params]:
            param["mode"] = "test" if y is None else "train"
        grads = {}
        result, _ = self._below(1, X.astype(self.dtype), y, grads)
        return result if y is None else (result, grads)
