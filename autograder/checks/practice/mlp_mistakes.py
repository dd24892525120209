"""From what a wrong mlp_forward or mlp_backward returned to the likely misconception."""

import itertools

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.practice.d2l_calls import forward
from autograder.checks.practice.every_mask import constant, passes
from autograder.checks.practice.mlp_reading import TOLERANCE

# Of a mask shared along an axis; independent draws agree less.
MOSTLY = 0.85


def of_sharing(kept):
    """What is shared, for a mask (examples, units) of which a few entries are not known."""

    def agrees(axis):
        share = kept.mean(axis=axis)
        return np.mean(np.maximum(share, 1 - share)) > MOSTLY

    if agrees(0):
        return "practice-mlp-one-mask-for-all-examples"
    return "practice-mlp-one-draw-for-many-units" if agrees(1) else "practice-mlp-dependent-masks"


def of_structure(params, X, made, layers):
    """Why scores in training are those of no masks on the two hidden layers."""
    examples = len(X)
    units = [params[name].shape[1] for name in ("W1", "W2")]
    masks = [
        np.concatenate([constant(1.0, examples, n), layer.masks(examples, n)])
        for n, layer in zip(units, layers, strict=True)
    ]
    for relus in ((False, True), (True, False), (False, False)):
        if _explains(_scores(params, X[None], masks, relus), made.scores):
            return "practice-mlp-relu-missing"
    scales = {layer.scale for layer in layers if layer.scale is not None}
    for scale in scales:
        rows = np.array(list(itertools.product((0.0, scale), repeat=X.shape[1])))
        if _explains(_scores(params, rows[:, None] * X, masks), made.scores):
            return "practice-mlp-inputs-dropped"
        tried = scale * _scores(params, X[None], masks)
        if _explains(np.where(made.scores == 0, 0.0, tried), made.scores):
            return "practice-mlp-scores-dropped"
    return "practice-mlp-structure"


def at_test_time(trial, params, X, dropouts, made):
    """Why scores with training = False are not those of the plain net."""
    try:
        again = forward(trial.candidate, params, X, dropouts, False)
    except CandidateError:
        return "practice-mlp-test-time"
    if not np.array_equal(again.scores, made.scores):
        return "practice-mlp-dropped-at-test-time"
    for factor in (lambda d: 1 - d, lambda d: 1 / (1 - d) if d < 1 else 1.0):
        masks = [
            constant(factor(d), len(X), params[name].shape[1])
            for d, name in zip(dropouts, ("W1", "W2"), strict=True)
        ]
        if _explains(passes(params, X, *masks).scores, made.scores):
            return "practice-mlp-scaled-at-test-time"
    return "practice-mlp-test-time"


def of_gradients(net, dscores, found):
    """Why gradients are wrong. net: the Passes of the one pair of masks that was used."""
    n = len(dscores)
    ones1, ones2 = np.ones_like(net.mask1), np.ones_like(net.mask2)
    on1, on2 = net.mask1 > 0, net.mask2 > 0
    right = _backward(net, dscores, net.mask1, net.mask2)
    wrong = {
        "practice-mlp-backward-without-mask": [
            _backward(net, dscores, *masks)
            for masks in ((ones1, ones2), (ones1, net.mask2), (net.mask1, ones2))
        ],
        "practice-mlp-backward-without-scale": [
            _backward(net, dscores, *masks)
            for masks in ((on1, on2), (on1, net.mask2), (net.mask1, on2))
        ],
        "practice-mlp-backward-scaled-twice": [
            _backward(net, dscores, net.mask1**2, net.mask2**2),
        ],
        "practice-mlp-backward-masks-swapped": [
            _backward(net, dscores, 1.0 * ~on1, 1.0 * ~on2),
        ],
        "practice-mlp-backward-relu-missing": [
            _backward(net, dscores, net.mask1, net.mask2, relus)
            for relus in ((False, True), (True, False), (False, False))
        ],
        "practice-mlp-bias-not-summed": [
            {k: g / n if k[0] == "b" else g for k, g in right.items()},
        ],
        "practice-mlp-divided-by-n": [{k: g / n for k, g in right.items()}],
        "practice-mlp-backward-unmasked-units": [_unmasked_units(net, dscores)],
    }
    for name, variants in wrong.items():
        if any(agree(found, variant) for variant in variants):
            return name
    return "practice-mlp-gradient-wrong"


def agree(found, expected):
    """Whether gradients of the same shapes are the same, up to rounding in float32."""
    return all(first_difference(found[name], expected[name]) is None for name in expected)


def first_difference(found, expected):
    """The index of an entry that differs, None if there is none. Arrays of one shape."""
    wrong = np.abs(found - expected) > TOLERANCE * (1 + np.abs(expected).max(initial=0.0))
    return tuple(int(i) for i in np.argwhere(wrong)[0]) if wrong.any() else None


def _scores(params, X, masks, relus=(True, True)):
    """The scores under every combination of an X of (K, N, D) and masks: (M, N, C)."""

    def layer(h, number, masks, relu):
        z = h @ params[f"W{number}"] + params[f"b{number}"]
        h = np.maximum(0, z) if relu else z
        return (h[:, None] * masks).reshape(-1, *h.shape[1:])

    h = layer(X, 1, masks[0], relus[0])
    h = layer(h, 2, masks[1], relus[1])
    return h @ params["W3"] + params["b3"]


def _explains(tried, scores):
    """Whether each example's scores are among those tried. tried: (M, N, C). scores: (N, C)."""
    distances = np.abs(tried - scores).max(axis=2)
    bound = TOLERANCE * (1 + np.abs(scores).max(axis=1))
    return bool(np.all(distances.min(axis=0) <= bound))


def _backward(net, dscores, factor1, factor2, relus=(True, True)):
    """{name: gradient}, with other factors on the way back than on the way forward."""
    params = net.params
    d2 = (dscores @ params["W3"].T) * factor2[0] * ((net.z2[0] > 0) if relus[1] else 1.0)
    d1 = (d2 @ params["W2"].T) * factor1[0] * ((net.z1 > 0) if relus[0] else 1.0)
    grads = {}
    for number, (h, d) in enumerate(((net.X, d1), (net.h1[0], d2), (net.h2[0], dscores)), 1):
        grads[f"W{number}"], grads[f"b{number}"] = h.T @ d, d.sum(axis=0)
    return grads


def _unmasked_units(net, dscores):
    """Weights' gradients from hidden units as they were before dropout."""
    grads = _backward(net, dscores, net.mask1, net.mask2)
    d2 = (dscores @ net.params["W3"].T) * net.mask2[0] * (net.z2[0] > 0)
    grads["W2"] = np.maximum(0, net.z1).T @ d2
    grads["W3"] = np.maximum(0, net.z2[0]).T @ dscores
    return grads
