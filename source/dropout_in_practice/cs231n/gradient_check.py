"""Gradients from differences, to compare with the ones you derived."""

import numpy as np

__all__ = ["eval_numerical_gradient", "eval_numerical_gradient_array", "rel_error"]


def eval_numerical_gradient(f, x, verbose=True, h=1e-5):
    """df/dx[i] = (f(x + h e_i) - f(x - h e_i)) / 2h, for every i in turn.

    f: a function of x that returns one number. x: a float array of any shape, moved in place and
    put back. verbose prints each entry. Returns an array of x's shape.
    """
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = f(x)
        x[i] = old - h
        below = f(x)
        x[i] = old
        grad[i] = (above - below) / (2 * h)
        if verbose:
            print(i, grad[i])
    return grad


def eval_numerical_gradient_array(f, x, df, h=1e-5):
    """The same for an f that returns an array, given df = dL/df of that array's shape.

    Chain rule: dL/dx[i] = sum(df * (f(x + h e_i) - f(x - h e_i))) / 2h.
    """
    grad = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        old = x[i]
        x[i] = old + h
        above = np.array(f(x))  # a copy: f may return a view of x
        x[i] = old - h
        below = np.array(f(x))
        x[i] = old
        grad[i] = np.sum((above - below) * df) / (2 * h)
    return grad


def rel_error(x, y):
    """The largest |x - y| / max(1e-8, |x| + |y|) over all entries."""
    return np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y)))
