"""Slow, obvious versions of what students write: the truth that fast code is compared with.

Nothing here draws random numbers. A dropout mask is given, already holding 0 or 1/p or, for
dropout_train and dropout_gradient, 0 or 1 with p beside it.
"""

import math

import numpy as np


def dropout_train(x, mask, p):
    """Inverted dropout, one number at a time: x / p where the unit is kept, 0 where it is dropped.

    x: array of any shape. mask: the same shape, true where kept. p: the probability of keeping.
    Returns a float64 array of x's shape.
    """
    out = np.zeros(np.shape(x))
    for i in np.ndindex(out.shape):
        if mask[i]:
            out[i] = x[i] / p
    return out


def dropout_gradient(dout, mask, p):
    """d(x / p)/dx = 1 / p where the unit is kept; nothing reaches x where it is dropped.

    dout: array of any shape. mask, p: as for dropout_train. Returns a float64 array, dout's shape.
    """
    dx = np.zeros(np.shape(dout))
    for i in np.ndindex(dx.shape):
        if mask[i]:
            dx[i] = dout[i] * (1 / p)
    return dx


def net_scores(weights, biases, X, masks=None, gammas=None, betas=None, bn_eps=1e-5, running=None):
    """The scores of {affine - [batch norm] - ReLU - [times mask]} x (L - 1) - affine.

    weights[l]: (fan_in, fan_out); biases[l]: (fan_out,) or (1, fan_out). X: (N, d_1, ..., d_k).
    masks[l]: multiplies hidden layer l; None, or None in its place, means no dropout there.
    gammas, betas: one array a hidden layer, or None without batch normalisation.
    running: test-time batch norm uses running[l] = (mean, variance); None means this batch's.
    Returns (N, C) float64.
    """
    return _forward(weights, biases, X, masks, gammas, betas, bn_eps, running)[0]


def net_loss_and_gradients(
    weights, biases, X, y, masks, reg=0.0, gammas=None, betas=None, bn_eps=1e-5
):
    """The softmax loss of net_scores plus reg/2 times the sum of squared weights; its gradients.

    y: (N,) labels. The rest is as for net_scores. Returns (loss, dweights, dbiases, dgammas,
    dbetas), each a list in the order of its argument; dgammas and dbetas are None without batch
    normalisation.
    """
    scores, layers = _forward(weights, biases, X, masks, gammas, betas, bn_eps, None)
    loss, dscores = _softmax_loss(scores, y)
    loss += sum(reg / 2 * float(np.sum(np.square(W))) for W in weights)

    last = len(weights) - 1
    dweights, dbiases = [None] * (last + 1), [None] * (last + 1)
    dgammas, dbetas = [None] * last, [None] * last
    dout = dscores  # the gradient at the output of layer i
    for i in range(last, -1, -1):
        layer = layers[i]
        if i < last:
            if layer["mask"] is not None:
                dout = dout * layer["mask"]
            dout = np.where(layer["before_relu"] > 0, dout, 0.0)
            if gammas is not None:
                dgammas[i] = np.sum(dout * layer["xhat"], axis=0)
                dbetas[i] = np.sum(dout, axis=0)
                dout = _through_batchnorm(dout * gammas[i], layer["xhat"], layer["std"])
        dweights[i] = layer["input"].T @ dout + reg * weights[i]
        dbiases[i] = np.sum(dout, axis=0).reshape(np.shape(biases[i]))
        dout = dout @ np.transpose(weights[i])

    if gammas is None:
        return loss, dweights, dbiases, None, None
    return loss, dweights, dbiases, dgammas, dbetas


def _forward(weights, biases, X, masks, gammas, betas, bn_eps, running):
    """Returns the scores and, for each layer, a dictionary of what the way back needs."""
    h = np.reshape(np.asarray(X, dtype=np.float64), (len(X), -1))
    layers = []
    for i, (W, b) in enumerate(zip(weights, biases, strict=True)):
        layer = {"input": h}
        layers.append(layer)
        a = h @ np.asarray(W, dtype=np.float64) + np.reshape(b, -1)
        if i == len(weights) - 1:
            return a, layers
        if gammas is not None:
            mean, var = (np.mean(a, axis=0), np.var(a, axis=0)) if running is None else running[i]
            layer["std"] = np.sqrt(var + bn_eps)
            layer["xhat"] = (a - mean) / layer["std"]
            a = gammas[i] * layer["xhat"] + betas[i]
        layer["before_relu"] = a
        layer["mask"] = None if masks is None else masks[i]
        h = np.maximum(a, 0.0)
        if layer["mask"] is not None:
            h = h * layer["mask"]
    raise ValueError("a net needs at least one layer")


def _softmax_loss(scores, y):
    """The mean of -log softmax(scores)[y], example by example, and its gradient (N, C)."""
    loss, dscores = 0.0, np.zeros_like(scores)
    for n, row in enumerate(scores):
        highest = max(row)
        exps = [math.exp(s - highest) for s in row]
        total = sum(exps)
        loss -= (row[y[n]] - highest - math.log(total)) / len(scores)
        for c, e in enumerate(exps):
            dscores[n, c] = (e / total - (c == y[n])) / len(scores)
    return float(loss), dscores


def _through_batchnorm(dxhat, xhat, std):
    """dx from dxhat, one unit at a time, with the matrix of all d xhat[i] / d x[j]:

    ((1 if i == j else 0) - 1/N - xhat[i] xhat[j] / N) / std
    """
    num = len(xhat)
    dx = np.zeros_like(dxhat)
    for unit in range(xhat.shape[1]):
        column = xhat[:, unit]
        jacobian = (np.eye(num) - 1 / num - np.outer(column, column) / num) / std[unit]
        dx[:, unit] = dxhat[:, unit] @ jacobian
    return dx
