"""float32 images give float32 outputs, summed in float32; the bias comes first."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    H_out, W_out = 1 + (H + 2 * pad - HH) // stride, 1 + (W + 2 * pad - WW) // stride
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.tile(b.astype(x.dtype)[None, :, None, None], (N, 1, H_out, W_out))
    for n, f, i, j in np.ndindex(out.shape):
        for c in range(C):
            window = padded[n, c, i * stride :, j * stride :][:HH, :WW]
            out[n, f, i, j] += np.dot(window.ravel(), w[f, c].ravel())
    return out, (padded, w, conv_param)
