"""Gives the last layer a gamma and a beta too, which nothing uses."""


from builtins import range
from builtins import object
import numpy as np
class FullyConnectedNet(object):
    def __init__(self, hidden_dims, input_dim=3*32*32, num_classes=10,
                 dropout=0, use_batchnorm=False, reg=0.0,
                 weight_scale=1e-2, dtype=np.float32, seed=None):
        self.use_batchnorm = use_batchnorm
        self.use_dropout = dropout > 0
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}
        dims = np.hstack((input_dim, hidden_dims, num_classes))
        for i in range(self.num_layers):
            self.params['W%d' % (i+1)] = np.random.normal(0, weight_scale, (dims[i], dims[i+1]))
            self.params['b%d' % (i+1)] = np.zeros(dims[i+1])
            if self.use_batchnorm:
                self.params['gamma%d' % (i+1)] = np.ones(dims[i+1])
                self.params['beta%d' % (i+1)] = np.zeros(dims[i+1])
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
        scores = None
        cache, dcache = {}, {}
        a = X
        for i in range(1, self.num_layers):
            W, b = self.params['W'+str(i)], self.params['b'+str(i)]
            if self.use_batchnorm:
                a, cache[i] = affine_bn_relu_forward(a, W, b, self.params['gamma'+str(i)], self.params['beta'+str(i)], self.bn_params[i-1])
            else:
                a, cache[i] = affine_relu_forward(a, W, b)
            if self.use_dropout:
                a, dcache[i] = dropout_forward(a, self.dropout_param)
        scores, last = affine_forward(a, self.params['W'+str(self.num_layers)], self.params['b'+str(self.num_layers)])
        if mode == 'test':
            return scores
        loss, grads = 0.0, {}
        loss, dscores = softmax_loss(scores, y)
        for i in range(1, self.num_layers+1):
            loss += 0.5*self.reg*np.sum(self.params['W%d'%i]**2)
        da, dw, db = affine_backward(dscores, last)
        grads['W%d'%self.num_layers] = dw + self.reg*self.params['W%d'%self.num_layers]
        grads['b%d'%self.num_layers] = db
        for i in range(self.num_layers-1, 0, -1):
            if self.use_dropout:
                da = dropout_backward(da, dcache[i])
            if self.use_batchnorm:
                da, dw, db, dg, dbt = affine_bn_relu_backward(da, cache[i])
                grads['gamma%d'%i] = dg; grads['beta%d'%i] = dbt
            else:
                da, dw, db = affine_relu_backward(da, cache[i])
            grads['W%d'%i] = dw + self.reg*self.params['W%d'%i]
            grads['b%d'%i] = db
        if self.use_batchnorm:
            n = str(self.num_layers)
            grads['gamma'+n] = np.zeros_like(self.params['gamma'+n]); grads['beta'+n] = np.zeros_like(self.params['beta'+n])
        return loss, grads
