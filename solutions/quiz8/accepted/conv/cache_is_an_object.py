"""The cache is an object with methods, and the sums come from a generator."""


class ConvCache:
    def __init__(self, x, w, b, conv_param):
        self.x, self.w, self.b, self.conv_param = x, w, b, conv_param

    def windows(self):
        pad, stride = self.conv_param["pad"], self.conv_param["stride"]
        x_pad = np.pad(self.x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
        HH, WW = self.w.shape[2:]
        for i in range((x_pad.shape[2] - HH) // stride + 1):
            for j in range((x_pad.shape[3] - WW) // stride + 1):
                yield i, j, x_pad[:, :, stride * i :, stride * j :][:, :, :HH, :WW]


def conv_forward_naive(x, w, b, conv_param):
    cache = ConvCache(x, w, b, conv_param)
    outputs = {(i, j): np.einsum("ncij,fcij->nf", part, w) + b for i, j, part in cache.windows()}
    rows, columns = (max(place) + 1 for place in zip(*outputs))
    out = np.zeros((x.shape[0], w.shape[0], rows, columns))
    for (i, j), values in outputs.items():
        out[:, :, i, j] = values
    return out, cache
