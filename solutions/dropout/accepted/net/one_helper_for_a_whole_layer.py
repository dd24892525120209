"""A helper above the class does affine, norm, ReLU and dropout in one call, forward and back."""


def affine_norm_relu_dropout_forward(x, w, b, gamma, beta, bn_param, norm, use_dropout, do_param):
    bn_cache, do_cache = None, None
    out, fc_cache = affine_forward(x, w, b)
    if norm == "batchnorm":
        out, bn_cache = batchnorm_forward(out, gamma, beta, bn_param)
    elif norm == "layernorm":
        out, bn_cache = layernorm_forward(out, gamma, beta, bn_param)
    out, relu_cache = relu_forward(out)
    if use_dropout:
        out, do_cache = dropout_forward(out, do_param)
    return out, (fc_cache, bn_cache, relu_cache, do_cache)


def affine_norm_relu_dropout_backward(dout, cache, norm, use_dropout):
    fc_cache, bn_cache, relu_cache, do_cache = cache
    dgamma, dbeta = None, None
    if use_dropout:
        dout = dropout_backward(dout, do_cache)
    dout = relu_backward(dout, relu_cache)
    if norm == "batchnorm":
        dout, dgamma, dbeta = batchnorm_backward_alt(dout, bn_cache)
    elif norm == "layernorm":
        dout, dgamma, dbeta = layernorm_backward(dout, bn_cache)
    dx, dw, db = affine_backward(dout, fc_cache)
    return dx, dw, db, dgamma, dbeta


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout != 1
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        sizes = [input_dim, *hidden_dims, num_classes]
        for l, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:]), start=1):
            self.params[f"W{l}"] = weight_scale * np.random.randn(n_in, n_out)
            self.params[f"b{l}"] = np.zeros(n_out)
            if normalization and l < self.num_layers:
                self.params[f"gamma{l}"] = np.ones(n_out)
                self.params[f"beta{l}"] = np.zeros(n_out)
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed
        self.bn_params = []
        if normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for i in range(self.num_layers - 1)]
        if normalization == "layernorm":
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
        x, caches = X, []
        for l in range(1, self.num_layers):
            gamma = beta = bn_param = None
            if self.normalization is not None:
                gamma, beta = self.params[f"gamma{l}"], self.params[f"beta{l}"]
                bn_param = self.bn_params[l - 1]
            x, cache = affine_norm_relu_dropout_forward(
                x, self.params[f"W{l}"], self.params[f"b{l}"], gamma, beta, bn_param,
                self.normalization, self.use_dropout, self.dropout_param)
            caches.append(cache)
        l = self.num_layers
        scores, cache = affine_forward(x, self.params[f"W{l}"], self.params[f"b{l}"])
        caches.append(cache)
        if mode == "test":
            return scores

        grads = {}
        loss, dout = softmax_loss(scores, y)
        loss += 0.5 * self.reg * sum(
            np.sum(w ** 2) for name, w in self.params.items() if name.startswith("W"))
        dout, dw, db = affine_backward(dout, caches[l - 1])
        grads[f"W{l}"] = dw + self.reg * self.params[f"W{l}"]
        grads[f"b{l}"] = db
        for l in reversed(range(1, l)):
            dout, dw, db, dgamma, dbeta = affine_norm_relu_dropout_backward(
                dout, caches[l - 1], self.normalization, self.use_dropout)
            grads[f"W{l}"] = dw + self.reg * self.params[f"W{l}"]
            grads[f"b{l}"] = db
            if self.normalization is not None:
                grads[f"gamma{l}"], grads[f"beta{l}"] = dgamma, dbeta
        return loss, grads
