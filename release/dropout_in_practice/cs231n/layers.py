"""The layers that are given. Each forward returns (out, cache); its backward takes (dout, cache).

Every backward multiplies the upstream gradient dout = dL/dout by the layer's own derivative.
Names and signatures are those of Stanford's CS231n. Dropout is missing: you write it.
"""

import numpy as np

__all__ = [
    "affine_backward",
    "affine_forward",
    "batchnorm_backward",
    "batchnorm_backward_alt",
    "batchnorm_forward",
    "layernorm_backward",
    "layernorm_forward",
    "relu_backward",
    "relu_forward",
    "softmax_loss",
    "svm_loss",
]


def affine_forward(x, w, b):
    """out = x w + b, with each example flattened to a row.

    x: (N, d_1, ..., d_k). w: (D, M) with D = d_1 ... d_k. b: (M,). Returns out (N, M), cache.
    """
    rows = x.reshape(len(x), -1)  # (N, D)
    return rows @ w + b, (x, w, b)


def affine_backward(dout, cache):
    """out[n, m] = sum_d x[n, d] w[d, m] + b[m], so each factor receives dout times the other:

    dx = dout w^T,  dw = x^T dout,  db = the sum of dout over the examples.

    dout: (N, M). Returns dx of x's shape, dw (D, M), db of b's shape.
    """
    x, w, b = cache
    rows = x.reshape(len(x), -1)  # (N, D)
    dx = (dout @ w.T).reshape(x.shape)
    dw = rows.T @ dout
    db = dout.sum(axis=0).reshape(b.shape)
    return dx, dw, db


def relu_forward(x):
    """out = max(0, x), elementwise, for x of any shape."""
    return np.maximum(0, x), x


def relu_backward(dout, cache):
    """d max(0, x) / dx is 1 where x > 0 and 0 elsewhere, so dout passes where x was positive."""
    x = cache
    return dout * (x > 0)


def batchnorm_forward(x, gamma, beta, bn_param):
    """Batch normalisation (Ioffe and Szegedy, arXiv 1502.03167): out = gamma xhat + beta.

    x: (N, D). gamma, beta: (D,). bn_param: a dictionary with
      - mode: 'train' uses the mean and variance of this batch and updates the running averages;
              'test' uses the running averages;
      - eps (1e-5), momentum (0.9): optional;
      - running_mean, running_var: (D,), made and updated here, in train mode.

    Returns out (N, D), cache (None in test mode). An unknown mode raises ValueError.
    """
    mode = bn_param["mode"]
    eps = bn_param.get("eps", 1e-5)
    momentum = bn_param.get("momentum", 0.9)
    running_mean = bn_param.setdefault("running_mean", np.zeros(x.shape[1], dtype=x.dtype))
    running_var = bn_param.setdefault("running_var", np.zeros(x.shape[1], dtype=x.dtype))

    if mode == "test":
        xhat = (x - running_mean) / np.sqrt(running_var + eps)
        return gamma * xhat + beta, None
    if mode != "train":
        raise ValueError(f"bn_param['mode'] is {mode!r}; it must be 'train' or 'test'")

    mean, var = x.mean(axis=0), x.var(axis=0)
    std = np.sqrt(var + eps)
    xhat = (x - mean) / std  # (N, D)
    bn_param["running_mean"] = momentum * running_mean + (1 - momentum) * mean
    bn_param["running_var"] = momentum * running_var + (1 - momentum) * var
    return gamma * xhat + beta, (xhat, std, gamma)


def batchnorm_backward(dout, cache):
    """x reaches xhat = (x - mean) / std by three roads; add up what comes back along each:

    directly                 dxhat / std
    through the mean         d(mean)/dx = 1 / N
    through the variance     d(var)/dx = 2 (x - mean) / N,  d(std)/d(var) = 1 / (2 std)

    dout: (N, D), cache from train mode. Returns dx (N, D), dgamma (D,), dbeta (D,).
    """
    xhat, std, gamma = cache
    num = len(dout)
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)

    dxhat = dout * gamma  # (N, D)
    dmean = -dxhat.sum(axis=0) / std  # (D,)
    dstd = -(dxhat * xhat).sum(axis=0) / std  # (D,), since d(xhat)/d(std) = -xhat / std
    dx = dxhat / std + dmean / num + dstd * xhat / num
    return dx, dgamma, dbeta


def batchnorm_backward_alt(dout, cache):
    """The same gradient after collecting terms, with means over the batch:

    dx = (gamma / std) (dout - mean(dout) - xhat mean(dout xhat))
    """
    xhat, std, gamma = cache
    num = len(dout)
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dx = gamma / std * (dout - dbeta / num - xhat * (dgamma / num))
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta, ln_param):
    """Layer normalisation (Ba et al., arXiv 1607.06450): each example by its own mean and variance.

    x: (N, D). gamma, beta: (D,). ln_param: a dictionary with eps (optional, 1e-5). There is no
    mode: training and testing are alike. Returns out (N, D), cache.
    """
    eps = ln_param.get("eps", 1e-5)
    std = np.sqrt(x.var(axis=1, keepdims=True) + eps)  # (N, 1)
    xhat = (x - x.mean(axis=1, keepdims=True)) / std
    return gamma * xhat + beta, (xhat, std, gamma)


def layernorm_backward(dout, cache):
    """Batch normalisation's formula with the means taken along each row, and gamma inside them
    because it varies along the row: with dxhat = gamma dout,

    dx = (dxhat - mean(dxhat) - xhat mean(dxhat xhat)) / std
    """
    xhat, std, gamma = cache
    dgamma = (dout * xhat).sum(axis=0)
    dbeta = dout.sum(axis=0)
    dxhat = dout * gamma
    along = {"axis": 1, "keepdims": True}
    dx = (dxhat - dxhat.mean(**along) - xhat * (dxhat * xhat).mean(**along)) / std
    return dx, dgamma, dbeta


def softmax_loss(x, y):
    """The mean over examples of -log softmax(x)[y].

    x: (N, C) scores. y: (N,) labels in 0 .. C-1. Returns loss, dx with dx of x's shape.
    With p = softmax(x):  d(-log p[y]) / dx[c] = p[c] - (1 if c == y else 0).
    """
    num = len(x)
    shifted = x - x.max(axis=1, keepdims=True)  # the same softmax, and exp cannot overflow
    log_probs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    right = np.arange(num), y
    loss = -log_probs[right].sum() / num

    dx = np.exp(log_probs)
    dx[right] -= 1
    dx /= num
    return loss, dx


def svm_loss(x, y):
    """The multiclass hinge loss: the mean over examples of sum_{c != y} max(0, x[c] - x[y] + 1).

    x: (N, C) scores. y: (N,) labels in 0 .. C-1. Returns loss, dx with dx of x's shape.
    A class that breaks the margin receives +1; each such class also gives the right one -1.
    """
    num = len(x)
    right = np.arange(num), y
    margins = np.maximum(0, x - x[right][:, None] + 1)  # (N, C)
    margins[right] = 0
    loss = margins.sum() / num

    dx = (margins > 0).astype(x.dtype)
    dx[right] -= dx.sum(axis=1)
    dx /= num
    return loss, dx
