"""Draws its uniform numbers in float32, so that one in millions is exactly 1 - p."""


def dropout_forward(x, dropout_param):
    p, mode = dropout_param['p'], dropout_param['mode']
    rng = np.random.default_rng(dropout_param.get('seed'))
    if mode == 'test': return x, (mode, None)
    mask = rng.random(x.shape, dtype=np.float32) > 1 - p
    return (x * mask / p).astype(x.dtype), (mode, mask / p)


def dropout_backward(dout, cache):
    mode, mask = cache
    return dout if mode == 'test' else dout*mask
