"""A small net under every pair of masks it can have: what came back tells which masks it was.

Two hidden layers of three or four units have 2 ** 6 to 2 ** 8 pairs of masks an example, few enough
to try all. So nothing needs to be known of how, in which order or in which shape the student
draws. Checked against solutions/dropout_in_practice/oracles/nets.py in the tests.
"""

import itertools
from dataclasses import dataclass

import numpy as np

# Of a net's parameters, and of their gradients and learning rates.
NAMES = ("W1", "b1", "W2", "b2", "W3", "b3")


def zeros_and(scale, examples, units):
    """Every mask of entries 0 and `scale`: (2 ** (examples * units), examples, units)."""
    count = examples * units
    rows = np.array(list(itertools.product((0.0, 1.0), repeat=count)))
    return scale * rows.reshape(-1, examples, units)


def constant(scale, examples, units):
    """The one mask whose entries are all `scale`: (1, examples, units)."""
    return np.full((1, examples, units), float(scale))


@dataclass(frozen=True)
class Passes:
    """A net's passes under M pairs of masks.

    mask1: (M, N, H1). mask2: (M, N, H2). z1: (N, H1). h1, z2, h2: (M, N, units), h after ReLU and
    mask. scores: (M, N, C).
    """

    params: dict
    X: np.ndarray
    mask1: np.ndarray
    mask2: np.ndarray
    z1: np.ndarray
    h1: np.ndarray
    z2: np.ndarray
    h2: np.ndarray
    scores: np.ndarray

    @property
    def probabilities(self):
        """Softmax of the scores, (M, N, C)."""
        powers = np.exp(self.scores - self.scores.max(axis=-1, keepdims=True))
        return powers / powers.sum(axis=-1, keepdims=True)

    def losses(self, y):
        """Mean softmax losses, (M,), for labels y (N,)."""
        return -np.log(self.probabilities[:, np.arange(len(y)), y]).mean(axis=1)

    def loss_gradients(self, y):
        """{name: (M, ...)}: the gradients of those losses."""
        dscores = self.probabilities
        dscores[:, np.arange(len(y)), y] -= 1
        return self.gradients(dscores / len(y))

    def gradients(self, dscores):
        """{name: (M, ...)} for dscores (N, C), or (M, N, C)."""
        d3 = np.broadcast_to(dscores, self.scores.shape)
        d2 = (d3 @ self.params["W3"].T) * self.mask2 * (self.z2 > 0)
        d1 = (d2 @ self.params["W2"].T) * self.mask1 * (self.z1 > 0)
        grads = {}
        for number, (below, d) in enumerate(((self.X[None], d1), (self.h1, d2), (self.h2, d3)), 1):
            grads[f"W{number}"] = np.swapaxes(below, 1, 2) @ d
            grads[f"b{number}"] = d.sum(axis=1)
        return grads


def passes(params, X, masks1, masks2):
    """The Passes under every pair of a mask of masks1 (K1, N, H1) and one of masks2 (K2, N, H2)."""
    first = np.repeat(np.arange(len(masks1)), len(masks2))
    mask1, mask2 = masks1[first], np.tile(masks2, (len(masks1), 1, 1))
    z1 = X @ params["W1"] + params["b1"]
    h1 = np.maximum(0, z1) * mask1
    z2 = h1 @ params["W2"] + params["b2"]
    h2 = np.maximum(0, z2) * mask2
    scores = h2 @ params["W3"] + params["b3"]
    return Passes(params, X, mask1, mask2, z1, h1, z2, h2, scores)


def nearest(found, candidates):
    """(index, largest difference) of the candidate (M, ...) that is nearest to `found` (...)."""
    axes = tuple(range(1, candidates.ndim))
    distances = np.abs(candidates - found).max(axis=axes, initial=0.0)
    index = int(np.argmin(distances))
    return index, float(distances[index])


def drawn_params(rng, sizes):
    """Parameters of a net of these sizes (D, H1, H2, C), large enough that every unit of a hidden
    layer is at work for X >= .5: W in [.5, 1.5], b in [.1, .5], W3 of either sign.
    """
    params = {}
    for number, (inputs, units) in enumerate(itertools.pairwise(sizes), 1):
        params[f"W{number}"] = rng.uniform(0.5, 1.5, (inputs, units))
        params[f"b{number}"] = rng.uniform(0.1, 0.5, units)
    params["W3"] *= rng.choice((-1.0, 1.0), params["W3"].shape)
    return params
