"""One channel, and the other channels by recursion; a helper for a single image."""


def correlate(image, kernel, stride):
    HH, WW = kernel.shape[1:]
    if len(image) > 1:
        first = correlate(image[:1], kernel[:1], stride)
        return first + correlate(image[1:], kernel[1:], stride)
    return np.array(
        [
            [
                np.vdot(image[0, i : i + HH, j : j + WW], kernel[0])
                for j in range(0, image.shape[2] - WW + 1, stride)
            ]
            for i in range(0, image.shape[1] - HH + 1, stride)
        ]
    )


def conv_forward_naive(x, w, b, conv_param):
    pad = conv_param["pad"]
    x_padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    out = np.stack(
        [
            np.stack([correlate(image, w[f], conv_param["stride"]) + b[f] for f in range(len(w))])
            for image in x_padded
        ]
    )
    return out, (x, w, b, conv_param)
