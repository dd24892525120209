"""Bits of whole numbers, int8 masks, einsum, and a softmax in one line."""

import numpy as np


def all_masks(n, p):
    masks = (np.arange(2**n)[:, None] >> np.arange(n) & 1).astype(np.int8)
    return masks, np.where(masks, p, 1 - p).prod(1)


def softmax_ensemble(h, W, b, p):
    masks, q = all_masks(n=len(h), p=p)
    e = np.exp(np.einsum("mi,i,ic->mc", masks, h, W) + b)
    s = e / e.sum(1)[:, None]
    g = np.prod(s ** q[:, None], axis=0)
    return q @ s, g / np.linalg.norm(g, 1)
