"""By the convolution theorem: rounds worse than a plain sum, though well within float64."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param["stride"], conv_param["pad"]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    size = padded.shape[2:]
    HH, WW = w.shape[2:]
    images = np.fft.fft2(padded)[:, None]
    filters = np.conj(np.fft.fft2(w, size))[None]
    sums = np.real(np.fft.ifft2((images * filters).sum(axis=2)))
    out = sums[:, :, : size[0] - HH + 1 : stride, : size[1] - WW + 1 : stride]
    return out + b.reshape(-1, 1, 1), (x, w, b, conv_param)
