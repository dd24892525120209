"""What two nets do that are trained alike, for the checks of to_inverted.

Any conversion is right that keeps scores and losses the same; that of the worked solution is one of
several, because the ReLU lets a positive factor through.
"""

import numpy as np

from autograder.checks.layer_calls import named
from autograder.checks.practice.every_mask import NAMES, drawn_params, passes, zeros_and
from autograder.checks.practice.vanilla_calls import RATES, Case

SAME = 1e-7
STEPS = 4


def conversion_cases(rng):
    """At two p (keep): all units at work; and weights of either sign, with ReLUs that shut."""
    cases = []
    for p, signed in ((0.6, False), (0.25, True)):
        params = drawn_params(rng, (3, 4, 3, 3))
        for name in ("W1", "W2", "W3"):
            params[name] *= 0.4
        if signed:
            params = {name: w * rng.choice((-1.0, 1.0), w.shape) for name, w in params.items()}
        X = rng.uniform(0.5, 1.5, (2, 3))
        lr = dict(zip(NAMES, rng.permutation(list(RATES.values())).tolist(), strict=True))
        cases.append(Case(params, X, rng.integers(0, 3, 2), p, lr))
    return cases


def conversions(trial):
    """[(case, the call in words, params, lr as they came back)]. Raises CandidateError."""

    def take():
        cases = conversion_cases(trial.rng)
        return [(case, *_convert(trial, case)) for case in cases]

    return trial.measure("conversions", take)


def _convert(trial, case):
    called = f"to_inverted(params, lr, p = {case.p:g} (keep))"
    with named(called):
        (params, lr), _ = trial.candidate.call(
            "to_inverted", case.params, case.lr, case.p, returns=2
        )
    return called, params, lr


def same_function(case, converted):
    """Whether both nets have the same scores under every pair of masks, before any step."""
    for x in case.X:
        vanilla = passes(case.params, x[None], zeros_and(1.0, 1, 4), zeros_and(1.0, 1, 3))
        scale = 1 / case.p
        inverted = passes(converted, x[None], zeros_and(scale, 1, 4), zeros_and(scale, 1, 3))
        if not close(inverted.scores, vanilla.scores):
            return False
    return True


def trained_alike(case, converted, lr, rng):
    """Whether losses and scores agree over steps with shared masks. lr: {name: rate}."""
    ours, theirs = case.params, converted
    for _ in range(STEPS):
        # Mostly kept, whatever p is, so that every parameter moves.
        masks = [(rng.random((1, len(case.X), units)) < 0.8) * 1.0 for units in (4, 3)]
        vanilla = passes(ours, case.X, *masks)
        inverted = passes(theirs, case.X, *(mask / case.p for mask in masks))
        if not close(inverted.scores, vanilla.scores):
            return False
        if not close(inverted.losses(case.y), vanilla.losses(case.y)):
            return False
        ours = _after(ours, case.lr, vanilla, case.y)
        theirs = _after(theirs, lr, inverted, case.y)
    return _close_everywhere(case, ours, theirs)


def right_params(case):
    """The usual conversion: W2 and W3 times p."""
    return {name: w * (case.p if name in ("W2", "W3") else 1) for name, w in case.params.items()}


def factors(case, converted):
    """{name: factor} where each parameter was multiplied by one number other than 0, or None."""
    found = {}
    for name in NAMES:
        ratio = converted[name] / case.params[name]
        if not (np.isfinite(ratio).all() and close(ratio, np.full_like(ratio, ratio.flat[0]))):
            return None
        found[name] = float(ratio.flat[0])
    return found if all(found.values()) else None


def close(a, b):
    """Equality up to a ten-millionth of the largest entry; NaN is equal to nothing."""
    return bool(np.all(np.abs(a - b) <= SAME * (1 + np.abs(b).max())))


def _after(params, lr, made, y):
    grads = made.loss_gradients(y)
    return {name: params[name] - lr[name] * grads[name][0] for name in NAMES}


def _close_everywhere(case, ours, theirs):
    whole = np.ones((1, len(case.X), 4)), np.ones((1, len(case.X), 3))
    vanilla = passes(ours, case.X, *whole)
    inverted = passes(theirs, case.X, *(mask / case.p for mask in whole))
    return close(inverted.scores, vanilla.scores)


def follows(found, lr, old_lr):
    """Whether learning rates go with factors of the parameters, {name: factor} or None: a
    parameter that is c times the old one needs c**2 times its rate. Unchanged ones show nothing.
    """
    if found is None or all(abs(c - 1) < SAME for c in found.values()):
        return False
    return all(abs(lr[n] / (found[n] ** 2 * old_lr[n]) - 1) < SAME for n in NAMES)


def params_mistake(case, found):
    """The misconception behind {name: factor}, or None."""
    return _named(found, PARAMETERS, case.p)


def rates_mistake(case, lr):
    """The misconception behind learning rates, or None."""
    return _named({name: lr[name] / case.lr[name] for name in NAMES}, LEARNING_RATES, case.p)


def in_words(found):
    """Factors as a phrase, such as "W1 times 0.6"; "all unchanged" where nothing was."""
    changed = [f"{n} times {c:.4g}" for n, c in found.items() if abs(c - 1) > SAME]
    return ", ".join(changed) + ", others unchanged" if changed else "everything unchanged"


def _named(found, table, p):
    if found is None:
        return None
    for misconception, of_p, names in table:
        expected = {name: of_p(p) if name in names else 1.0 for name in NAMES}
        if all(abs(found[name] / expected[name] - 1) < 1e-6 for name in NAMES):
            return misconception
    return None


DROPPED, WEIGHTS = ("W2", "W3"), ("W1", "W2", "W3")
BIASES_TOO = ("W2", "b2", "W3", "b3")
# (misconception, what of p, on which names); the first that fits is named.
PARAMETERS = (
    ("practice-conversion-missing", lambda p: 1.0, NAMES),
    ("practice-conversion-inverse", lambda p: 1 / p, DROPPED),
    ("practice-conversion-squared", lambda p: p**2, DROPPED),
    ("practice-conversion-by-drop", lambda p: 1 - p, DROPPED),
    ("practice-conversion-by-drop", lambda p: 1 / (1 - p), DROPPED),
    ("practice-conversion-of-w1", lambda p: p, WEIGHTS),
    ("practice-conversion-of-w1", lambda p: p, ("W1", "W2")),
    ("practice-conversion-of-biases", lambda p: p, BIASES_TOO),
    ("practice-conversion-of-biases", lambda p: p, NAMES),
    ("practice-conversion-of-one-layer", lambda p: p, ("W2",)),
    ("practice-conversion-of-one-layer", lambda p: p, ("W3",)),
)
LEARNING_RATES = (
    ("practice-lr-missing", lambda p: 1.0, NAMES),
    ("practice-lr-not-squared", lambda p: p, DROPPED),
    ("practice-lr-not-squared", lambda p: p, NAMES),
    ("practice-lr-inverse", lambda p: 1 / p, DROPPED),
    ("practice-lr-inverse", lambda p: 1 / p**2, DROPPED),
    ("practice-lr-inverse", lambda p: 1 / p, NAMES),
    ("practice-lr-inverse", lambda p: 1 / p**2, NAMES),
    ("practice-lr-of-every-name", lambda p: p**2, NAMES),
    ("practice-lr-of-every-name", lambda p: p**2, WEIGHTS),
    ("practice-lr-by-drop", lambda p: (1 - p) ** 2, DROPPED),
    ("practice-lr-of-one-layer", lambda p: p**2, ("W2",)),
    ("practice-lr-of-one-layer", lambda p: p**2, ("W3",)),
)
