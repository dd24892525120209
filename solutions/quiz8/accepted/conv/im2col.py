"""Windows as the columns of a matrix, one matrix product an image (im2col)."""


def im2col(image, HH, WW, stride):
    C, H, W = image.shape
    rows, columns = (H - HH) // stride + 1, (W - WW) // stride + 1
    matrix = np.zeros((C * HH * WW, rows * columns))
    for i in range(rows):
        for j in range(columns):
            window = image[:, i * stride : i * stride + HH, j * stride : j * stride + WW]
            matrix[:, i * columns + j] = window.ravel()
    return matrix, (rows, columns)


def conv_forward_naive(x, w, b, conv_param):
    pad = conv_param["pad"]
    outputs, matrices = [], []
    for image in x:
        padded = np.pad(image, ((0, 0), (pad, pad), (pad, pad)))
        matrix, shape = im2col(padded, w.shape[2], w.shape[3], conv_param["stride"])
        outputs.append((w.reshape(len(w), -1) @ matrix + b[:, None]).reshape(len(w), *shape))
        matrices.append(matrix)
    return np.stack(outputs), (matrices, w, b, conv_param)
