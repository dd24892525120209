"""while loops that move the corner of the window until it does not fit."""


def conv_forward_naive(x, w, b, conv_param):
    stride, pad = conv_param.get("stride", 1), conv_param.get("pad", 0)
    HH, WW = w.shape[2:]
    images = []
    for image in x:
        padded = np.zeros((image.shape[0], image.shape[1] + 2 * pad, image.shape[2] + 2 * pad))
        padded[:, pad : pad + image.shape[1], pad : pad + image.shape[2]] = image
        maps = []
        for kernel, bias in zip(w, b):
            rows, top = [], 0
            while top + HH <= padded.shape[1]:
                row, left = [], 0
                while left + WW <= padded.shape[2]:
                    row.append((padded[:, top : top + HH, left : left + WW] * kernel).sum() + bias)
                    left += stride
                rows.append(row)
                top += stride
            maps.append(rows)
        images.append(maps)
    return np.array(images), None
