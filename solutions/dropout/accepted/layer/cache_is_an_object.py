"""The cache is an object of a small class that knows how to go back."""

from dataclasses import dataclass


@dataclass
class DropoutCache:
    mask: object
    keep: float
    training: bool

    def back(self, dout):
        return dout * self.mask / self.keep if self.training else dout


def dropout_forward(x, dropout_param):
    p, training = dropout_param["p"], dropout_param["mode"] == "train"
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = (np.random.rand(*x.shape) < p) if training else None
    out = x * mask / p if training else x
    return out.astype(x.dtype), DropoutCache(mask, p, training)


def dropout_backward(dout, cache):
    return cache.back(dout)
