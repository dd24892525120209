"""Calls of the mended programs, what they should return, and what else they are known to return.

p is the probability of KEEPING a unit.
"""

import itertools

import numpy as np

from autograder.checks.layer_calls import close, named
from autograder.checks.practice.returned import array_of_shape


def mended_array(trial, called, name, shape, *arguments):
    """What the function returns, float64 of this shape. Raises CandidateError."""
    with named(called):
        out, _ = trial.candidate.call(name, *arguments)
        return array_of_shape(called, out, shape, "an output")


def mended_2_mistake(found, dout, mask, p):
    """The misconception behind a wrong gradient, or None."""
    known = (
        ("practice-mended-2-undivided", dout * mask),
        ("practice-mended-2-multiplied", dout * mask * p),
        ("practice-mended-2-by-drop", dout * mask / (1 - p)),
        ("practice-mended-2-one-p", dout * mask / 0.4),
        ("practice-mended-2-twice", dout * mask / p**2),
        ("practice-mended-2-no-mask", dout / p),
        ("practice-mended-2-no-mask", dout),
        ("practice-mended-2-dropped-units", dout * ~mask / p),
        ("practice-mended-2-dropped-units", np.where(mask, dout / p, dout)),
    )
    return next((name for name, other in known if close(found, other).all()), None)


def mended_3_params(rng, sizes):
    """(params, x, mask1, mask2) of a net of sizes (D, H1, H2, C), with units on either side of 0
    and masks of several scales.
    """
    params = {}
    for number, (inputs, units) in enumerate(itertools.pairwise(sizes), 1):
        params[f"W{number}"] = rng.normal(size=(inputs, units))
        params[f"b{number}"] = rng.normal(size=units)
    x = rng.normal(size=(6, sizes[0]))
    mask1 = rng.choice((0.0, 1.0, 2.5), (6, sizes[1]))
    mask2 = rng.choice((0.0, 0.5, 4.0), (6, sizes[2]))
    return params, x, mask1, mask2


def right_scores(params, x, mask1, mask2):
    """The net's scores, (N, C)."""
    return _scores(params, x, mask1, mask2)


def mended_3_mistake(found, params, x, mask1, mask2):
    """The misconception behind wrong scores, or None."""
    once = np.ones(())
    known = [
        ("practice-mended-3-masks", lambda: _scores(params, x, once, once)),
        ("practice-mended-3-masks", lambda: _scores(params, x, mask1, once)),
        ("practice-mended-3-masks", lambda: _scores(params, x, once, mask2)),
        ("practice-mended-3-masks", lambda: _scores(params, x, mask1 > 0, mask2 > 0)),
        ("practice-mended-3-masks", lambda: _scores(params, x, mask1, mask1)),
        ("practice-mended-3-masks", lambda: _scores(params, x, mask2, mask1)),
        ("practice-mended-3-masks", lambda: _scores(params, x * mask1, mask1, mask2)),
        ("practice-mended-3-still-w2", lambda: _scores(_with(params, W3="W2"), x, mask1, mask2)),
        ("practice-mended-3-w1", lambda: _scores(_with(params, W3="W1"), x, mask1, mask2)),
        ("practice-mended-3-layer-skipped", lambda: _without_second(params, x, mask1)),
        ("practice-mended-3-biases", lambda: _scores(_with(params, b3="b2"), x, mask1, mask2)),
        ("practice-mended-3-biases", lambda: _scores(_with(params, b2="b1"), x, mask1, mask2)),
        ("practice-mended-3-w3-twice", lambda: _scores(_with(params, W2="W3"), x, mask1, mask2)),
        ("practice-mended-3-relu", lambda: np.maximum(0, _scores(params, x, mask1, mask2))),
        ("practice-mended-3-relu", lambda: _scores(params, x, mask1, mask2, relu=False)),
    ]
    for name, scores in known:
        try:
            other = scores()
        except ValueError:  # layers of other widths do not allow this mistake
            continue
        if other.shape == found.shape and np.allclose(found, other, rtol=1e-4, atol=1e-4):
            return name
    return None


def _scores(params, x, mask1, mask2, relu=True):
    h1 = x @ params["W1"] + params["b1"]
    h1 = (np.maximum(0, h1) if relu else h1) * mask1
    h2 = h1 @ params["W2"] + params["b2"]
    h2 = (np.maximum(0, h2) if relu else h2) * mask2
    return h2 @ params["W3"] + params["b3"]


def _without_second(params, x, mask1):
    h1 = np.maximum(0, x @ params["W1"] + params["b1"]) * mask1
    return h1 @ params["W3"] + params["b3"]


def _with(params, **others):
    return params | {name: params[other] for name, other in others.items()}
