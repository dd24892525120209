"""Helpers of its own, type hints, keyword arguments, `random` from the standard library."""

import random
from functools import partial

import numpy as np

generator = np.random.default_rng()


def softmax(scores: np.ndarray) -> np.ndarray:
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(axis=-1, keepdims=True)


def bernoulli(shape, keep):
    return np.floor(keep + generator.random(shape))


def mc_predict(params, X, dropout_1, dropout_2, samples):
    run = partial(
        mlp_forward, params=params, X=X, dropout_1=dropout_1, dropout_2=dropout_2, training=True
    )
    passes = np.stack([softmax(run()[0]) for _ in range(samples)], axis=-1)
    return [passes.mean(axis=-1), passes.std(axis=-1) ** 2]


def dropconnect(x, W, dropout):
    keep = 1 - dropout
    blocks = []
    for column in W.T:
        kept = bernoulli(x.shape, keep)
        blocks.append(((kept / keep) * x) @ column)
    return np.column_stack(blocks)


def bishop_noise(X, sigma):
    noisy = X.astype(float).flatten()
    noisy += generator.normal(scale=sigma, size=noisy.size)
    return noisy.reshape(X.shape)


def my_noise(X, training=True):
    def wobble(value):
        return random.triangular(0.5 * value, 1.5 * value, value)

    return np.array([wobble(value) for value in X.flat]).reshape(X.shape) if training else X
