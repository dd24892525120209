"""Update rules: rule(w, dw, config) -> (next_w, config).

w, dw: arrays of one shape. config: a dictionary of settings, completed with defaults, and of
whatever the rule remembers between steps (those arrays are updated in place; w is not).
"""

import numpy as np

__all__ = ["adam", "rmsprop", "sgd", "sgd_momentum"]


def sgd(w, dw, config=None):
    """Stochastic gradient descent. config: learning_rate (1e-2)."""
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    return w - config["learning_rate"] * dw, config


def sgd_momentum(w, dw, config=None):
    """Gradient descent with momentum: v <- momentum v - learning_rate dw;  w <- w + v.

    config: learning_rate (1e-2), momentum (0.9), velocity (w's shape, 0).
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("momentum", 0.9)
    velocity = config.setdefault("velocity", np.zeros_like(w))
    velocity *= config["momentum"]
    velocity -= config["learning_rate"] * dw
    return w + velocity, config


def rmsprop(w, dw, config=None):
    """RMSProp (Hinton's lecture 6e): each step divided by a running root mean square of dw.

    config: learning_rate (1e-2), decay_rate (0.99), epsilon (1e-8), cache (w's shape, 0).
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-2)
    config.setdefault("decay_rate", 0.99)
    config.setdefault("epsilon", 1e-8)
    cache = config.setdefault("cache", np.zeros_like(w))
    cache *= config["decay_rate"]
    cache += (1 - config["decay_rate"]) * dw**2
    step = config["learning_rate"] * dw / (np.sqrt(cache) + config["epsilon"])
    return w - step, config


def adam(w, dw, config=None):
    """Adam (Kingma and Ba, arXiv 1412.6980), with the bias of the first steps corrected:

    m <- beta1 m + (1 - beta1) dw          v <- beta2 v + (1 - beta2) dw^2
    w <- w - learning_rate mhat / (sqrt(vhat) + epsilon),
    mhat = m / (1 - beta1^t),  vhat = v / (1 - beta2^t)

    config: learning_rate (1e-3), beta1 (0.9), beta2 (0.999), epsilon (1e-8), m, v (w's shape, 0),
    t (0: the steps so far).
    """
    config = {} if config is None else config
    config.setdefault("learning_rate", 1e-3)
    beta1 = config.setdefault("beta1", 0.9)
    beta2 = config.setdefault("beta2", 0.999)
    config.setdefault("epsilon", 1e-8)
    for name in ("m", "v"):
        if name not in config:
            config[name] = np.zeros_like(w)
    m, v = config["m"], config["v"]
    t = config["t"] = config.get("t", 0) + 1

    m *= beta1
    m += (1 - beta1) * dw
    v *= beta2
    v += (1 - beta2) * dw**2

    # In place: a third of the time of one expression, and the same digits.
    step = m / (1 - beta1**t)
    step *= config["learning_rate"]
    root = v / (1 - beta2**t)
    np.sqrt(root, out=root)
    root += config["epsilon"]
    step /= root
    return w - step, config
