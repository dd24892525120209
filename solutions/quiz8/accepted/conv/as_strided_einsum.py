"""as_strided makes the windows, einsum the sums; keyword arguments everywhere."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    widths = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    padded = np.pad(array=x, pad_width=widths, mode="constant", constant_values=0.0)
    N, C, H, W = padded.shape
    F, _, HH, WW = w.shape
    rows, columns = (H - HH) // stride + 1, (W - WW) // stride + 1
    n, c, h, v = padded.strides
    windows = np.lib.stride_tricks.as_strided(
        x=padded,
        shape=(N, C, rows, columns, HH, WW),
        strides=(n, c, h * stride, v * stride, h, v),
        writeable=False,
    )
    out = np.einsum("ncijkl,fckl->nfij", windows, w, optimize=True)
    out += np.expand_dims(a=b, axis=(1, 2))
    return (out, {"x": x, "w": w, "b": b, "windows": windows, **conv_param})
