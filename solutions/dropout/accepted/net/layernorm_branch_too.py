"""Has branches for batch norm and layer norm, and a dropout dictionary for every layer."""


class FullyConnectedNet:
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=1,
                 normalization=None, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.normalization, self.reg, self.dtype = normalization, reg, dtype
        self.use_dropout = dropout != 1
        self.num_layers = 1 + len(hidden_dims)
        self.params = {}
        previous = input_dim
        for i, width in enumerate(list(hidden_dims) + [num_classes]):
            self.params[f"W{i + 1}"] = np.random.randn(previous, width) * weight_scale
            self.params[f"b{i + 1}"] = np.zeros(width)
            previous = width
        for i, width in enumerate(hidden_dims):
            if normalization in ("batchnorm", "layernorm"):
                self.params[f"gamma{i + 1}"] = np.ones(width)
                self.params[f"beta{i + 1}"] = np.zeros(width)
        self.params = {name: value.astype(dtype) for name, value in self.params.items()}
        self.norm_params = [{"mode": "train"} for _ in hidden_dims]
        self.dropout_params = [{"mode": "train", "p": dropout} for _ in hidden_dims]
        if seed is not None:
            # Another seed for every layer, so that layers of equal width get different masks.
            for i, dropout_param in enumerate(self.dropout_params):
                dropout_param["seed"] = seed + i

    def loss(self, X, y=None):
        for param in self.norm_params + self.dropout_params:
            param["mode"] = "test" if y is None else "train"
        h = X.astype(self.dtype)
        stack = []
        for i in range(self.num_layers - 1):
            h, cache = affine_forward(h, self.params[f"W{i + 1}"], self.params[f"b{i + 1}"])
            stack.append((affine_backward, cache, (f"W{i + 1}", f"b{i + 1}")))
            if self.normalization is not None:
                gamma, beta = self.params[f"gamma{i + 1}"], self.params[f"beta{i + 1}"]
                names = (f"gamma{i + 1}", f"beta{i + 1}")
                if self.normalization == "batchnorm":
                    h, cache = batchnorm_forward(h, gamma, beta, self.norm_params[i])
                    stack.append((batchnorm_backward, cache, names))
                else:
                    h, cache = layernorm_forward(h, gamma, beta, self.norm_params[i])
                    stack.append((layernorm_backward, cache, names))
            h, cache = relu_forward(h)
            stack.append((relu_backward, cache, ()))
            if self.use_dropout:
                h, cache = dropout_forward(h, self.dropout_params[i])
                stack.append((dropout_backward, cache, ()))
        n = self.num_layers
        scores, cache = affine_forward(h, self.params[f"W{n}"], self.params[f"b{n}"])
        if y is None:
            return scores
        stack.append((affine_backward, cache, (f"W{n}", f"b{n}")))

        loss, dh = softmax_loss(scores, y)
        grads = {}
        while stack:
            back, cache, names = stack.pop()
            dh = back(dh, cache)
            if names:
                dh, grads[names[0]], grads[names[1]] = dh
        for i in range(1, n + 1):
            loss += 0.5 * self.reg * np.sum(self.params[f"W{i}"] ** 2)
            grads[f"W{i}"] += self.reg * self.params[f"W{i}"]
        return loss, grads
