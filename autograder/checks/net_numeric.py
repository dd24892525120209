"""A gradient check along random directions: two losses a direction, not two a parameter.

The idea is autograd's (HIPS/autograd test_util): compare the slope of the loss along a random
direction with the inner product of gradient and direction.
"""

import numpy as np

from autograder.checks.findings import Failed

STEP = 1e-7
ATTEMPTS = 3


def gradients_are_slopes(trial, net, inputs, classes, misconception):
    """Raise Failed unless the net's gradients are the slopes of its loss on a batch.

    Needs losses that repeat (the net was built with a seed) and double precision; where they are
    not to be had, returns silently. A step over a kink of ReLU spoils about one attempt in
    10 000, so only ATTEMPTS spoilt in a row count.
    """
    if not net.precise:
        return
    for _ in range(ATTEMPTS):
        X, y = trial.rng.normal(size=(6, inputs)), trial.rng.integers(classes, size=6)
        loss, grads = net.loss(X, y)
        if net.loss(X, y)[0] != loss:
            return
        kinds = ("weights", "biases", "gammas", "betas")
        direction = {k: [trial.rng.normal(size=g.shape) for g in grads[k]] for k in kinds}
        predicted = sum(
            float(np.sum(g * d)) for k in kinds for g, d in zip(grads[k], direction[k], strict=True)
        )
        net.moved(direction, STEP)
        above, _ = net.loss(X, y)
        net.moved(direction, -STEP)
        below, _ = net.loss(X, y)
        net.moved(direction, 0.0)
        slope = (above - below) / (2 * STEP)
        if abs(slope - predicted) <= 1e-4 * max(abs(slope), abs(predicted), 1.0):
            return
    raise Failed(
        f"{net.called}.loss(X, y) with six examples",
        f"gave gradients that predict a slope of {predicted:.6f} along a random direction",
        f"moving the parameters changes the loss with slope {slope:.6f}",
        misconception,
    )
