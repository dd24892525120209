"""Flips the filter and convolves in the mathematician's sense: the two flips cancel."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    kernel = w[:, :, ::-1, ::-1]
    H_out, W_out = (H + 2 * pad - HH) // stride + 1, (W + 2 * pad - WW) // stride + 1
    x_pad = np.zeros((N, C, H + 2 * pad, W + 2 * pad), dtype=x.dtype)
    x_pad[:, :, pad : H + pad, pad : W + pad] = x
    out = np.zeros((N, F, H_out, W_out))
    for i in range(H_out):
        for j in range(W_out):
            for k in range(HH):
                for l in range(WW):
                    entries = x_pad[:, :, i * stride + HH - 1 - k, j * stride + WW - 1 - l]
                    out[:, :, i, j] += entries @ kernel[:, :, k, l].T
    return out + b[:, np.newaxis, np.newaxis], (x, w, b, conv_param)
