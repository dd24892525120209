"""Loops over the filter's entries only; each adds a whole shifted image, the bias at the end."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, C, HH, WW = w.shape
    rows, columns = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    padded = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)], "constant")
    out = np.zeros((N, F, rows, columns))
    for l in range(WW):
        for k in range(HH):
            for c in range(C):
                part = padded[:, c, k : k + rows * stride : stride, l : l + columns * stride : stride]
                out += part[:, None] * w[None, :, c, k, l, None, None]
    out += b.reshape(1, F, 1, 1)
    cache = (padded, w, b, conv_param)
    return out, cache
