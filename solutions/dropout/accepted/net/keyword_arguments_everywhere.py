"""Calls every layer with keyword arguments."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        dims = [input_dim, *hidden_dims, num_classes]
        self.params = {}
        for i in range(1, len(dims)):
            self.params[f"W{i}"] = np.random.normal(
                loc=0.0, scale=weight_scale, size=(dims[i - 1], dims[i])).astype(dtype)
            self.params[f"b{i}"] = np.zeros(shape=dims[i], dtype=dtype)
            if normalization == "batchnorm" and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(shape=dims[i], dtype=dtype)
                self.params[f"beta{i}"] = np.zeros(shape=dims[i], dtype=dtype)
        self.dropout_param = dict(mode="train", p=dropout)
        if seed is not None:
            self.dropout_param.update(seed=seed)
        self.bn_params = [dict(mode="train") for _ in hidden_dims]

    def loss(self, X, y=None):
        mode = "test" if y is None else "train"
        self.dropout_param.update(mode=mode)
        h = X.astype(dtype=self.dtype)
        caches = []
        for i in range(1, self.num_layers):
            h, fc = affine_forward(x=h, w=self.params[f"W{i}"], b=self.params[f"b{i}"])
            bn = drop = None
            if self.normalization == "batchnorm":
                self.bn_params[i - 1].update(mode=mode)
                h, bn = batchnorm_forward(
                    x=h, gamma=self.params[f"gamma{i}"], beta=self.params[f"beta{i}"],
                    bn_param=self.bn_params[i - 1])
            h, relu = relu_forward(x=h)
            if self.use_dropout:
                h, drop = dropout_forward(x=h, dropout_param=self.dropout_param)
            caches.append(dict(fc=fc, bn=bn, relu=relu, drop=drop))
        i = self.num_layers
        scores, fc = affine_forward(x=h, w=self.params[f"W{i}"], b=self.params[f"b{i}"])
        if mode == "test":
            return scores
        loss, dout = softmax_loss(x=scores, y=y)
        grads = {}
        dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout=dout, cache=fc)
        while i > 1:
            i -= 1
            cache = caches[i - 1]
            if self.use_dropout:
                dout = dropout_backward(dout=dout, cache=cache["drop"])
            dout = relu_backward(dout=dout, cache=cache["relu"])
            if self.normalization == "batchnorm":
                dout, grads[f"gamma{i}"], grads[f"beta{i}"] = batchnorm_backward(
                    dout=dout, cache=cache["bn"])
            dout, grads[f"W{i}"], grads[f"b{i}"] = affine_backward(dout=dout, cache=cache["fc"])
        for name, W in self.params.items():
            if name[0] == "W":
                loss += 0.5 * self.reg * np.sum(a=W * W)
                grads[name] += self.reg * W
        return loss, grads
