"""The truth that the quiz's code is compared with: independent of the worked solution."""

import numpy as np


def conv_forward(x, w, b, stride, pad):
    """The outputs of a convolutional layer: an einsum over sliding windows, in float64.

    x: (N, C, H, W). w: (F, C, HH, WW), not flipped. b: (F,). stride: by how much the window moves
    along both axes. pad: how many rows and columns of zeros are put on each side of each image.

    Returns (N, F, 1 + (H + 2 pad - HH) // stride, 1 + (W + 2 pad - WW) // stride).
    """
    x, w, b = (np.asarray(array, dtype=np.float64) for array in (x, w, b))
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, w.shape[2:], axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride]
    return np.einsum("ncijkl,fckl->nfij", windows, w) + b[:, None, None]
