"""Takes **kwargs beside a keep probability called dropout_keep_ratio."""


class FullyConnectedNet(object):
    """multi-layer"""
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10, dropout_keep_ratio=1, normalization=None, *,
                 reg=0.0, weight_scale=1e-2, dtype=np.float32, seed=None, **unused):
        self.normalization = normalization
        self.use_dropout = dropout_keep_ratio != 1
        self.reg = reg; self.num_layers = 1+len(hidden_dims); self.dtype = dtype
        self.params = {}
        layer_dims = [input_dim] + hidden_dims + [num_classes]
        for n, (i, j) in enumerate(zip(layer_dims, layer_dims[1:]), 1):
            self.params[f'W{n}'] = weight_scale*np.random.randn(i, j)
            self.params[f'b{n}'] = np.zeros(j)
            if normalization is not None and n < self.num_layers:
                self.params[f'gamma{n}'] = np.ones(j); self.params[f'beta{n}'] = np.zeros(j)
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {'mode':'train','p':dropout_keep_ratio}
            if seed is not None: self.dropout_param['seed'] = seed
        self.bn_params = []
        if self.normalization == 'batchnorm':
            self.bn_params = [{'mode':'train'} for i in range(self.num_layers-1)]
        if self.normalization == 'layernorm':
            self.bn_params = [{} for i in range(self.num_layers-1)]
        for k, v in self.params.items(): self.params[k] = v.astype(dtype)
    def loss(self, X, y=None):
        X = X.astype(self.dtype)
        mode = 'test' if y is None else 'train'
        if self.use_dropout: self.dropout_param['mode'] = mode
        if self.normalization == 'batchnorm':
            for bn_param in self.bn_params: bn_param['mode'] = mode
        fc, nm, rl, dr = [], [], [], []
        out = X
        for i in range(self.num_layers-1):
            out, c = affine_forward(out, self.params[f'W{i+1}'], self.params[f'b{i+1}']); fc.append(c)
            if self.normalization == 'batchnorm':
                out, c = batchnorm_forward(out, self.params[f'gamma{i+1}'], self.params[f'beta{i+1}'], self.bn_params[i]); nm.append(c)
            elif self.normalization == 'layernorm':
                out, c = layernorm_forward(out, self.params[f'gamma{i+1}'], self.params[f'beta{i+1}'], self.bn_params[i]); nm.append(c)
            out, c = relu_forward(out); rl.append(c)
            if self.use_dropout:
                out, c = dropout_forward(out, self.dropout_param); dr.append(c)
        scores, c = affine_forward(out, self.params[f'W{self.num_layers}'], self.params[f'b{self.num_layers}']); fc.append(c)
        if mode == 'test': return scores
        grads = {}
        loss, d = softmax_loss(scores, y)
        L = self.num_layers
        d, grads[f'W{L}'], grads[f'b{L}'] = affine_backward(d, fc.pop())
        while fc:
            i = len(fc)
            if self.use_dropout: d = dropout_backward(d, dr.pop())
            d = relu_backward(d, rl.pop())
            if self.normalization == 'batchnorm': d, grads[f'gamma{i}'], grads[f'beta{i}'] = batchnorm_backward(d, nm.pop())
            elif self.normalization == 'layernorm': d, grads[f'gamma{i}'], grads[f'beta{i}'] = layernorm_backward(d, nm.pop())
            d, grads[f'W{i}'], grads[f'b{i}'] = affine_backward(d, fc.pop())
        for i in range(1, L+1):
            loss += .5*self.reg*(self.params[f'W{i}']**2).sum(); grads[f'W{i}'] += self.reg*self.params[f'W{i}']
        return loss, grads
