"""A class for the passes, masks by quantiles of normal numbers, noise by inversion."""

from statistics import NormalDist

import numpy as np


class Moments:
    def __init__(self):
        self.count, self.first, self.second = 0, 0.0, 0.0

    def add(self, value):
        self.count += 1
        self.first = self.first + value
        self.second = self.second + value**2

    def result(self):
        mean = self.first / self.count
        return mean, np.maximum(self.second / self.count - mean**2, 0)


def mc_predict(params, X, dropout_1, dropout_2, samples):
    moments = Moments()
    for _ in range(samples):
        scores = mlp_forward(params, X, dropout_1, dropout_2, 1)[0]
        log_sum = np.logaddexp.reduce(scores, axis=1)
        moments.add(np.exp(scores - log_sum[:, np.newaxis]))
    return moments.result()


def dropconnect(x, W, dropout):
    limit = NormalDist().inv_cdf(dropout) if dropout else -np.inf
    out = []
    for row in x:
        mask = np.random.standard_normal(W.shape) > limit
        out.append(row.dot(np.where(mask, W, 0)) / (1 - dropout))
    return tuple(out)


def bishop_noise(X, sigma):
    draw = np.vectorize(NormalDist(0, sigma).inv_cdf)
    return X + draw(np.random.uniform(1e-12, 1 - 1e-12, X.shape))


def my_noise(X, training):
    return X * {True: lambda: np.random.beta(2, 2, X.shape) * 2, False: lambda: 1}[training]()
