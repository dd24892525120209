"""Writes a warning of its own and a line on stderr in every call."""

import sys
import warnings

import numpy as np


def dropout_forward(x, dropout_param):
    p, mode = dropout_param["p"], dropout_param["mode"]
    if p > 0.9:
        warnings.warn("keeping nearly everything", UserWarning)
    print("dropout_forward", mode, p, file=sys.stderr)
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask = None
    out = x
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)
