"""Calls backward's arguments by other names and keeps the mode as a flag in the cache."""


def dropout_forward(X, param):
    keep = param.get("p", 0.5)
    is_train = param.get("mode", "train") == "train"
    if param.get("seed", None) is not None:
        np.random.seed(param["seed"])
    D = np.ones_like(X)
    if is_train:
        D = np.random.rand(*X.shape)
        D = (D < keep).astype(int)
    A = np.multiply(X, D) / (keep if is_train else 1)
    return A.astype(X.dtype), [D, keep, is_train]


def dropout_backward(dA, stored):
    D, keep, is_train = stored
    if is_train:
        return np.multiply(dA, D) / keep
    return dA
