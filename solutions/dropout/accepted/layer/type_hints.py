"""Annotated throughout, with types of typing and numpy.typing."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]
Cache = tuple[dict[str, Any], "Array | None"]


def dropout_forward(x: Array, dropout_param: dict[str, Any]) -> tuple[Array, Cache]:
    p: float = dropout_param["p"]
    mode: str = dropout_param["mode"]
    if "seed" in dropout_param:
        np.random.seed(dropout_param["seed"])
    mask: Array | None = None
    out: Array = x
    if mode == "train":
        mask = (np.random.rand(*x.shape) < p) / p
        out = x * mask
    return out.astype(x.dtype, copy=False), (dropout_param, mask)


def dropout_backward(dout: Array, cache: Cache) -> Array:
    dropout_param, mask = cache
    return dout if mask is None else dout * mask
