"""Draws unit by unit, goes back example by example, and returns lists of numbers."""

import random

import numpy as np


def train_step(params, X, y, p, lr, kind):
    grads = {name: np.zeros_like(w) for name, w in params.items()}
    loss = 0.0
    kept = 1.0 if kind == "vanilla" else 1.0 / p
    for x, label in zip(X, y, strict=True):
        inputs, gates, h = [], [], x
        for layer in "12":
            inputs.append(h)
            z = h @ params["W" + layer] + params["b" + layer]
            gate = np.array([kept * (random.random() < p) * (value > 0) for value in z])
            gates.append(gate)
            h = z * gate
        inputs.append(h)
        s = h @ params["W3"] + params["b3"]
        log_sum = s.max() + np.log(np.exp(s - s.max()).sum())
        loss += (log_sum - s[label]) / len(X)
        d = np.exp(s - log_sum)
        d[label] -= 1
        d = d / len(X)
        for layer in (2, 1, 0):
            grads[f"W{layer + 1}"] += np.outer(inputs[layer], d)
            grads[f"b{layer + 1}"] += d
            if layer:
                d = params[f"W{layer + 1}"] @ d * gates[layer - 1]
    new = {name: (params[name] - lr[name] * grads[name]).tolist() for name in grads}
    return float(loss), new
