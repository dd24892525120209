"""The worked solution of the `dropout` assignment; the notebook's solution cells are cut from here.

The text between BEGIN SOLUTION and END SOLUTION is what students write. p is always the
probability of *keeping* a unit. Sources: Hinton et al., arXiv 1207.0580 (dropout); the interface
is CS231n's (seed 001).
"""

import numpy as np

from solutions.cs231n.layer_utils import *
from solutions.cs231n.layers import *


def dropout_forward(x, dropout_param):
    """Inverted dropout, forward.

    x: array of any shape.
    dropout_param: a dictionary with
      - p: the probability of KEEPING a unit, 0 < p <= 1;
      - mode: 'train' drops units, 'test' leaves x as it is;
      - seed (optional): makes the mask reproducible, which gradient checks need.

    Returns (out, cache): out has the shape and dtype of x; cache is whatever your
    dropout_backward needs, here (dropout_param, mask).
    """
    p, mode = dropout_param["p"], dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])

    mask = None
    out = None
    if mode == "train":
        ### BEGIN SOLUTION
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
        ### END SOLUTION
    elif mode == "test":
        ### BEGIN SOLUTION
        out = x
        ### END SOLUTION

    cache = (dropout_param, mask)
    out = out.astype(x.dtype, copy=False)
    return out, cache


def dropout_backward(dout, cache):
    """Inverted dropout, backward.

    dout: the gradient of the loss with respect to the layer's output, any shape.
    cache: what dropout_forward returned beside that output.

    Returns dx, the gradient with respect to the layer's input, of dout's shape.
    """
    dropout_param, mask = cache
    mode = dropout_param["mode"]

    dx = None
    if mode == "train":
        ### BEGIN SOLUTION
        dx = dout * mask
        ### END SOLUTION
    elif mode == "test":
        ### BEGIN SOLUTION
        dx = dout
        ### END SOLUTION
    return dx


class FullyConnectedNet:
    """A fully-connected net with any number of hidden layers, ReLU, optional batch
    normalization, optional dropout, and a softmax loss. With L layers the architecture is

        {affine - [batch norm] - ReLU - [dropout]} x (L - 1) - affine - softmax

    Parameters live in self.params as W1, b1, ..., WL, bL (and gamma1, beta1, ... with
    batch normalization); W has shape (fan_in, fan_out).
    """

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
        """hidden_dims: list of hidden layer sizes.
        dropout: the probability of KEEPING a hidden unit; 1 means no dropout at all.
        normalization: None or 'batchnorm'.
        reg: L2 strength. weight_scale: standard deviation of the initial weights.
        dtype: float32 to train; float64 to check gradients.
        seed: passed to every dropout layer, to make them reproducible.
        """
        self.normalization = normalization
        self.use_dropout = dropout != 1
        self.reg = reg
        self.num_layers = 1 + len(hidden_dims)
        self.dtype = dtype
        self.params = {}

        dims = [input_dim, *hidden_dims, num_classes]
        for i in range(1, self.num_layers + 1):
            self.params[f"W{i}"] = weight_scale * np.random.randn(dims[i - 1], dims[i])
            self.params[f"b{i}"] = np.zeros(dims[i])
            if normalization == "batchnorm" and i < self.num_layers:
                self.params[f"gamma{i}"] = np.ones(dims[i])
                self.params[f"beta{i}"] = np.zeros(dims[i])

        # Every dropout layer gets this dictionary, so that it knows p and the mode.
        self.dropout_param = {}
        if self.use_dropout:
            self.dropout_param = {"mode": "train", "p": dropout}
            if seed is not None:
                self.dropout_param["seed"] = seed

        # Batch normalization keeps running averages, one dictionary a layer.
        self.bn_params = []
        if normalization == "batchnorm":
            self.bn_params = [{"mode": "train"} for _ in range(self.num_layers - 1)]

        for name, value in self.params.items():
            self.params[name] = value.astype(dtype)

    def loss(self, X, y=None):
        """X: (N, d_1, ..., d_k). y: (N,) labels, or None at test time.

        Returns the scores, of shape (N, C), when y is None; otherwise (loss, grads) with
        grads[name] the gradient for self.params[name].
        """
        X = X.astype(self.dtype)
        mode = "test" if y is None else "train"
        if self.use_dropout:
            self.dropout_param["mode"] = mode
        for bn_param in self.bn_params:
            bn_param["mode"] = mode

        # ---- forward ----
        h = X
        caches = []  # one (affine-[norm]-relu cache, dropout cache) a hidden layer
        for i in range(1, self.num_layers):
            W, b = self.params[f"W{i}"], self.params[f"b{i}"]
            if self.normalization == "batchnorm":
                gamma, beta = self.params[f"gamma{i}"], self.params[f"beta{i}"]
                h, cache = affine_bn_relu_forward(h, W, b, gamma, beta, self.bn_params[i - 1])
            else:
                h, cache = affine_relu_forward(h, W, b)

            dropout_cache = None
            if self.use_dropout:
                # TODO: pass h through a dropout layer, and keep its cache for the way back.
                ### BEGIN SOLUTION
                h, dropout_cache = dropout_forward(h, self.dropout_param)
                ### END SOLUTION
            caches.append((cache, dropout_cache))

        last = self.num_layers
        scores, last_cache = affine_forward(h, self.params[f"W{last}"], self.params[f"b{last}"])
        if mode == "test":
            return scores

        # ---- loss and backward ----
        grads = {}
        loss, dscores = softmax_loss(scores, y)
        dh, grads[f"W{last}"], grads[f"b{last}"] = affine_backward(dscores, last_cache)
        for i in range(last - 1, 0, -1):
            cache, dropout_cache = caches[i - 1]
            if self.use_dropout:
                # TODO: take dh back through the dropout layer.
                ### BEGIN SOLUTION
                dh = dropout_backward(dh, dropout_cache)
                ### END SOLUTION
            if self.normalization == "batchnorm":
                dh, dW, db, dgamma, dbeta = affine_bn_relu_backward(dh, cache)
                grads[f"gamma{i}"], grads[f"beta{i}"] = dgamma, dbeta
            else:
                dh, dW, db = affine_relu_backward(dh, cache)
            grads[f"W{i}"], grads[f"b{i}"] = dW, db

        if self.reg:
            for i in range(1, last + 1):
                W = self.params[f"W{i}"]
                loss += 0.5 * self.reg * np.sum(W * W)
                grads[f"W{i}"] += self.reg * W
        return loss, grads


def inline_question_1():
    """Return two numbers.

    1. Without any division by p, what is E[out] / x at p = 0.25?
    2. Two such layers follow one another, p = 0.5 in each, and nothing is rescaled anywhere.
       At test time nothing is dropped. How many times larger is the second layer's output at
       test time than its average during training?
    """
    ### BEGIN SOLUTION
    return 0.25, 4.0
    ### END SOLUTION


def inline_question_2():
    """Return your experiment's four final accuracies, each between 0 and 1:

    train without dropout, validation without dropout,
    train with keep probability 0.25, validation with keep probability 0.25.
    """
    ### BEGIN SOLUTION
    without, with_dropout = histories[1], histories[0.25]
    return (
        without["train"][-1],
        without["val"][-1],
        with_dropout["train"][-1],
        with_dropout["val"][-1],
    )
    ### END SOLUTION


def inline_question_3():
    """Return "raise", "leave" or "lower": when the hidden layers get smaller, what should
    happen to p, the probability of KEEPING a unit?
    """
    ### BEGIN SOLUTION
    return "raise"
    ### END SOLUTION
