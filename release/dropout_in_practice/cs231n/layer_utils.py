"""Layers that often come together, as one forward and one backward."""

from .layers import (
    affine_backward,
    affine_forward,
    batchnorm_backward_alt,
    batchnorm_forward,
    relu_backward,
    relu_forward,
)

__all__ = [
    "affine_bn_relu_backward",
    "affine_bn_relu_forward",
    "affine_relu_backward",
    "affine_relu_forward",
]


def affine_relu_forward(x, w, b):
    """x (N, d_1, ..., d_k) -> affine -> ReLU -> out (N, M). Returns out, cache."""
    a, affine_cache = affine_forward(x, w, b)
    out, relu_cache = relu_forward(a)
    return out, (affine_cache, relu_cache)


def affine_relu_backward(dout, cache):
    """The two backwards in reverse order. Returns dx, dw, db."""
    affine_cache, relu_cache = cache
    da = relu_backward(dout, relu_cache)
    return affine_backward(da, affine_cache)


def affine_bn_relu_forward(x, w, b, gamma, beta, bn_param):
    """x (N, d_1, ..., d_k) -> affine -> batch norm -> ReLU -> out (N, M). Returns out, cache."""
    a, affine_cache = affine_forward(x, w, b)
    normed, bn_cache = batchnorm_forward(a, gamma, beta, bn_param)
    out, relu_cache = relu_forward(normed)
    return out, (affine_cache, bn_cache, relu_cache)


def affine_bn_relu_backward(dout, cache):
    """The three backwards in reverse order. Returns dx, dw, db, dgamma, dbeta."""
    affine_cache, bn_cache, relu_cache = cache
    dnormed = relu_backward(dout, relu_cache)
    da, dgamma, dbeta = batchnorm_backward_alt(dnormed, bn_cache)
    dx, dw, db = affine_backward(da, affine_cache)
    return dx, dw, db, dgamma, dbeta
