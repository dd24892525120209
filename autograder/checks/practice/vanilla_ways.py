"""What train_step does under every choice of masks, done in one way or another."""

from dataclasses import dataclass

import numpy as np

from autograder.checks.practice.every_mask import NAMES, constant, zeros_and

# float32 and an epsilon in the softmax stay well below it, mistakes well above.
CLOSE = 1e-5


def usual_update(case, grads):
    return {name: case.lr[name] * grads[name] for name in NAMES}


@dataclass(frozen=True)
class Way:
    """One way to do the step; as it stands, the right one.

    layers: which of input, first hidden, second hidden, scores have a mask. back: which hidden
    layers' masks are applied on the way back; new_masks_back: others than forward. before_mask:
    dW2 and dW3 from units before their mask. updated_first: the way back goes through weights
    after their update. loss: "mean", "sum" or "no dropout". summed: gradients not divided by N.
    update(case, grads) -> what is subtracted from each parameter.
    """

    layers: tuple = (False, True, True, False)
    back: tuple = (True, True)
    new_masks_back: bool = False
    before_mask: bool = False
    relu: bool = True
    relu_derivative: bool = True
    updated_first: bool = False
    loss: str = "mean"
    summed: bool = False
    update: callable = usual_update
    returns_gradients: bool = False


RIGHT = Way()


def flat(made):
    """Loss and moves of a Step in one vector (L,)."""
    moved = made.moved
    return np.concatenate([[made.loss], *(moved[name].ravel() for name in NAMES)])


def fits(made, table):
    """Whether a Step is one of the rows of outcomes, (M, L)."""
    found = flat(made)
    distance = np.abs(table - found).max(axis=1).min()
    return bool(distance <= CLOSE * (1 + np.abs(found).max()))


def outcomes(case, way, scales, back_scales):
    """(M, L): what `flat` gives for a Step done in this way, under every choice of masks."""
    params, X, y, examples = case.params, case.X, case.y, len(case.X)
    units = [X.shape[1], *(params[name].shape[1] for name in ("W1", "W2", "W3"))]
    choices = [
        zeros_and(1.0, examples, n) if used else constant(1.0, examples, n)
        for used, n in zip(way.layers, units, strict=True)
    ]
    if way.new_masks_back:
        choices += choices[1:3]
    masks = _products(choices)
    m0, m1, m2, m3 = masks[:4]
    m0, m3 = (
        mask * scale if used else mask
        for mask, scale, used in zip((m0, m3), scales, way.layers[::3], strict=True)
    )
    back1, back2 = masks[4:] if way.new_masks_back else (m1, m2)
    back1 = back1 * back_scales[0] if way.back[0] else 1.0
    back2 = back2 * back_scales[1] if way.back[1] else 1.0

    def rectified(z):
        return np.maximum(0, z) if way.relu else z

    def open_at(z):
        return z > 0 if way.relu and way.relu_derivative else 1.0

    x = X * m0
    z1 = x @ params["W1"] + params["b1"]
    h1 = rectified(z1) * m1 * scales[0]
    z2 = h1 @ params["W2"] + params["b2"]
    h2 = rectified(z2) * m2 * scales[1]
    scores = (h2 @ params["W3"] + params["b3"]) * m3
    d3, losses = _softmax(scores, y)
    loss = losses.sum(axis=1) / (1 if way.loss == "sum" else examples)
    if way.loss == "no dropout":
        loss = np.full_like(loss, _undropped_loss(case))
    d3 = d3 * m3 / (1 if way.summed else examples)

    W3, W2 = params["W3"], params["W2"]
    grads = {"W3": _transposed(rectified(z2) if way.before_mask else h2) @ d3}
    if way.updated_first:
        W3 = W3 - case.lr["W3"] * grads["W3"]
    d2 = d3 @ _transposed(W3) * back2 * open_at(z2)
    grads["W2"] = _transposed(rectified(z1) if way.before_mask else h1) @ d2
    if way.updated_first:
        W2 = W2 - case.lr["W2"] * grads["W2"]
    d1 = d2 @ _transposed(W2) * back1 * open_at(z1)
    grads["W1"] = _transposed(x) @ d1
    grads |= {"b1": d1.sum(axis=1), "b2": d2.sum(axis=1), "b3": d3.sum(axis=1)}

    moved = way.update(case, grads)
    if way.returns_gradients:
        moved = {name: params[name] - grads[name] for name in NAMES}
    rows = (np.broadcast_to(moved[name], grads[name].shape) for name in NAMES)
    return np.concatenate([loss[:, None], *(a.reshape(len(loss), -1) for a in rows)], axis=1)


def _products(choices):
    """Each array of choices (K, ...) repeated so that row m of all is the m-th combination."""
    picks = np.indices([len(c) for c in choices]).reshape(len(choices), -1)
    return [c[pick] for c, pick in zip(choices, picks, strict=True)]


def _softmax(scores, y):
    """(softmax minus one-hot (M, N, C), losses (M, N))."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    right = np.arange(len(y)), y
    d = np.exp(logs)
    d[:, *right] -= 1
    return d, -logs[:, *right]


def _undropped_loss(case):
    h1 = np.maximum(0, case.X @ case.params["W1"] + case.params["b1"])
    h2 = np.maximum(0, h1 @ case.params["W2"] + case.params["b2"])
    return _softmax((h2 @ case.params["W3"] + case.params["b3"])[None], case.y)[1].mean()


def _transposed(a):
    return np.swapaxes(a, -1, -2)
