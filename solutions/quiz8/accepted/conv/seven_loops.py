"""Seven loops in plain Python, one product at a time; the padding is an if."""


def conv_forward_naive(x, w, b, conv_param):
    s, p = conv_param["stride"], conv_param["pad"]
    N, C, H, W = x.shape
    F, _, HH, WW = w.shape
    out = np.zeros((N, F, (H + 2 * p - HH) // s + 1, (W + 2 * p - WW) // s + 1))
    for n in range(N):
        for f in range(F):
            for i in range(out.shape[2]):
                for j in range(out.shape[3]):
                    total = b[f]
                    for c in range(C):
                        for k in range(HH):
                            for l in range(WW):
                                row, column = i * s + k - p, j * s + l - p
                                if 0 <= row < H and 0 <= column < W:
                                    total += x[n, c, row, column] * w[f, c, k, l]
                    out[n, f, i, j] = total
    return out, (x, w, b, conv_param)
