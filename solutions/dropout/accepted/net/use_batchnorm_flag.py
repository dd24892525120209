"""The interface of 2016: use_batchnorm=False instead of normalization, dropout=0 means none too."""


class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3 * 32 * 32, num_classes=10, dropout=0,
                 use_batchnorm=False, reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None):
        self.use_batchnorm = use_batchnorm
        self.use_dropout = 0 < dropout < 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = [input_dim] + hidden_dims + [num_classes]
        for i in range(self.num_layers):
            self.params['W%d' % (i + 1)] = weight_scale * np.random.randn(dims[i], dims[i + 1])
            self.params['b%d' % (i + 1)] = np.zeros(dims[i + 1])
        if self.use_batchnorm:
            for i in range(len(hidden_dims)):
                self.params['gamma%d' % (i + 1)] = np.ones(hidden_dims[i])
                self.params['beta%d' % (i + 1)] = np.zeros(hidden_dims[i])
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode': 'train', 'p': dropout}
            if seed is not None:
                self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.use_batchnorm:
            self.bn_params = [{'mode': 'train'} for i in range(self.num_layers - 1)]
        for k, v in self.params.items():
            self.params[k] = v.astype(dtype)

    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.dropout_param is not None:
            self.dropout_param['mode'] = mode
        if self.use_batchnorm:
            for bn_param in self.bn_params:
                bn_param['mode'] = mode
        layer = {0: X}
        cache_layer, cache_drop = {}, {}
        for i in range(1, self.num_layers):
            if self.use_batchnorm:
                layer[i], cache_layer[i] = affine_bn_relu_forward(
                    layer[i - 1], self.params['W%d' % i], self.params['b%d' % i],
                    self.params['gamma%d' % i], self.params['beta%d' % i], self.bn_params[i - 1])
            else:
                layer[i], cache_layer[i] = affine_relu_forward(
                    layer[i - 1], self.params['W%d' % i], self.params['b%d' % i])
            if self.use_dropout:
                layer[i], cache_drop[i] = dropout_forward(layer[i], self.dropout_param)
        n = self.num_layers
        scores, cache_scores = affine_forward(
            layer[n - 1], self.params['W%d' % n], self.params['b%d' % n])
        if mode == 'test':
            return scores
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        dx = {}
        dx[n], grads['W%d' % n], grads['b%d' % n] = affine_backward(dscores, cache_scores)
        for i in range(n - 1, 0, -1):
            if self.use_dropout:
                dx[i + 1] = dropout_backward(dx[i + 1], cache_drop[i])
            if self.use_batchnorm:
                (dx[i], grads['W%d' % i], grads['b%d' % i], grads['gamma%d' % i],
                 grads['beta%d' % i]) = affine_bn_relu_backward(dx[i + 1], cache_layer[i])
            else:
                dx[i], grads['W%d' % i], grads['b%d' % i] = affine_relu_backward(
                    dx[i + 1], cache_layer[i])
        for i in range(1, n + 1):
            loss += 0.5 * self.reg * np.sum(self.params['W%d' % i] ** 2)
            grads['W%d' % i] += self.reg * self.params['W%d' % i]
        return loss, grads
