"""The masks that train_step draws, recovered from what it does to nets of many units.

With one example dW2 = outer(h1, d2) and dW3 = outer(h2, d3): the weights out of a dropped unit stay
as they are, and so do its bias and the weights into it. All units are at work before the masks. So
a mask shows whatever the loss, the learning rates and the kept units' factor are. Some of those
weights are 0, and their changes are looked at first: nothing that shrinks weights shows in them.
"""

from dataclasses import dataclass

import numpy as np

from autograder.checks.findings import Failed
from autograder.checks.practice.every_mask import drawn_params
from autograder.checks.practice.vanilla_calls import RATES, Case, step

WIDTH = 128
# How many calls at each p, away from one half; the most where independence is judged as well.
CALLS = {0.25: 4, 0.4: 12, 0.7: 4}
INDEPENDENT_P = 0.4
EXAMPLES, GROUP, BATCH_WIDTH = 10, 8, 240
# Of the largest change; kept units' changes lie within a factor of thirty of one another.
STILL = 1e-3


@dataclass(frozen=True)
class Drawn:
    """first, second: boolean (calls or examples, units), which hidden units were kept.

    A row that could not be seen, because everything behind it was dropped, is left out.
    """

    called: str
    first: np.ndarray
    second: np.ndarray


def masks_of_calls(trial, kind, p, gradients=False):
    """Drawn in CALLS[p] calls with one example and hidden layers of equal width.

    gradients: whether the function returns gradients where it should return parameters.
    """

    def take():
        case = _one_example(trial.rng, p)
        steps = [step(trial, case, kind) for _ in range(CALLS[p])]
        moves = [_moved(made, gradients) for made in steps]
        _require_moves(moves, case.called(kind))
        first = [_kept_by(m, case.params, "W2", "b1") for m in moves if _any(m, "W2", "b2")]
        second = [_kept_by(m, case.params, "W3", "b2") for m in moves if _any(m, "W3", "b3")]
        return Drawn(case.called(kind), _rows(first), _rows(second))

    return trial.measure(("masks of calls", kind, p), take)


def masks_of_examples(trial, kind, gradients=False):
    """Drawn in a batch: one row an example, for each of two nets that tell the examples apart."""

    def take():
        case = _unit_inputs(trial.rng, INDEPENDENT_P)
        moved = _moved(step(trial, case, kind), gradients)
        # Example n alone uses row n of W1: the gradient there is its d1.
        first = [_still_or_not(row) for row in moved["W1"] if row.any()]
        grouped = _groups(trial.rng, INDEPENDENT_P)
        moved = _moved(step(trial, grouped, kind), gradients)
        # Example n alone uses group n of the first hidden layer: the rows of dW2 are its d2.
        groups = np.abs(moved["W2"]).reshape(EXAMPLES, GROUP, -1).max(axis=1)
        second = [_still_or_not(row) for row in groups if row.any()]
        return Drawn(case.called(kind), _rows(first), _rows(second))

    return trial.measure(("masks of examples", kind), take)


def distinct_draws(kept):
    """The entries of (calls, units) that can be draws of their own, 1-D: one mask used in several
    calls counts once, and so does one draw for a whole layer.
    """
    if kept.all() or not kept.any():
        return kept.ravel()
    if np.all(kept == kept[:, :1]):
        return kept[:, 0]
    return np.unique(kept, axis=0).ravel()


def _one_example(rng, p):
    params = drawn_params(rng, (2, WIDTH, WIDTH, 3))
    params["W1"] *= 0.4
    params["W2"] *= 1 / WIDTH
    params["W2"][:, ::2] = 0
    return _finished(rng, params, rng.uniform(0.5, 1.5, (1, 2)), p)


def _unit_inputs(rng, p):
    params = drawn_params(rng, (EXAMPLES, BATCH_WIDTH, 20, 3))
    params["W1"] *= 0
    params["W2"] *= 1 / BATCH_WIDTH
    return _finished(rng, params, np.eye(EXAMPLES), p)


def _groups(rng, p):
    """Example n reaches group n of the first hidden layer alone."""
    params = drawn_params(rng, (EXAMPLES, EXAMPLES * GROUP, BATCH_WIDTH, 3))
    params["W1"] = params["W1"] * np.kron(np.eye(EXAMPLES), np.ones((1, GROUP)))
    params["b1"] = -0.2 * np.ones(EXAMPLES * GROUP)
    params["W2"] *= 0
    return _finished(rng, params, np.eye(EXAMPLES), p)


def _finished(rng, params, X, p):
    """The second hidden layer speaks for one class and against the other, no unit against the
    others, so that the gradients into a unit add up and never cancel. It has nothing to say of a
    third class, whose weights are 0.
    """
    contrast = rng.uniform(0.5, 1.5, len(params["W3"])) / len(params["W3"])
    params["W3"] = np.stack([contrast, -contrast, 0 * contrast], axis=1)
    return Case(params, X, rng.integers(0, 2, len(X)), p, RATES)


def _moved(made, gradients):
    return made.new if gradients else made.moved


def _require_moves(moves, called):
    if not any(m["W3"].any() or m["b3"].any() for m in moves):
        raise Failed(
            called,
            "left W3 and b3 as they were",
            "the step should change them; what is dropped shows nowhere else",
            "practice-step-not-taken",
        )


def _any(moved, *names):
    return any(moved[name].any() for name in names)


def _kept_by(moved, params, weights, bias):
    """Which units are kept, by the weights out of them, those that are 0 first, or their bias."""
    still = ~params[weights].any(axis=0)
    changes = np.abs(moved[weights])
    return _kept(changes[:, still].max(axis=1), changes.max(axis=1), moved[bias])


def _kept(*sources):
    """Which units show a change, in the first of the sources that tells units apart."""
    kept = [_still_or_not(source) for source in sources]
    telling = [k for k in kept if k.any() and not k.all()]
    return telling[0] if telling else kept[0]


def _still_or_not(changes):
    sizes = np.abs(changes)
    return sizes > STILL * sizes.max(initial=0.0)


def _rows(rows):
    return np.array(rows, dtype=bool) if rows else np.zeros((0, 1), dtype=bool)
