"""Checks of part 1: train_step, predict and to_inverted. p is the probability of KEEPING a unit.

Facts checked: vanilla dropout keeps units as they are in training and multiplies them by p at test
time, inverted dropout divides them by p in training (seed 002; Srivastava et al. 2014). Which masks
were drawn is found by trying all of them, so nothing is said of how they are drawn.
"""

import math

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.practice import masks
from autograder.checks.practice.vanilla_at_one import fails_at_one, require_step_at_one
from autograder.checks.practice.vanilla_calls import KINDS, parameters, rates
from autograder.checks.practice.vanilla_conversion import (
    conversions,
    factors,
    follows,
    in_words,
    params_mistake,
    rates_mistake,
    right_params,
    same_function,
    trained_alike,
)
from autograder.checks.practice.vanilla_masks import (
    CALLS,
    INDEPENDENT_P,
    WIDTH,
    distinct_draws,
    masks_of_calls,
    masks_of_examples,
)
from autograder.checks.practice.vanilla_mistakes import NONE
from autograder.checks.practice.vanilla_prediction import require_prediction
from autograder.checks.practice.vanilla_standing import explained, fail, key_of, masked_layers
from autograder.checks.statistics import (
    agree_by_pairs,
    bernoulli_divergence,
    counts_never_vary,
)

# For the diagnosis, not for the mark: fractions of one and the same rate lie closer than this.
ONE_RATE = 10.0
# By chance, as many counts as this are all the same in less than 1e-12 of gradings.
FEWEST_COUNTS = 12
# What a step that nothing explains may seem to be.
UNREAD = ("nothing dropped", "everything dropped", "other")
RATE_MISTAKES = {
    "nothing dropped": "practice-step-no-dropout",
    "everything dropped": "practice-step-drops-everything",
    "swapped": "practice-step-keep-drop-swapped",
    "normal": "practice-step-normal-numbers",
    "fixed": "practice-step-fixed-rate",
    "other": "practice-step-other-rate",
}


def check_vanilla_step_is_right(trial):
    """Loss and new parameters are those of one pair of masks of 0 and 1."""
    mistake = explained(trial, "vanilla")
    if mistake is not NONE:
        fail(trial, "vanilla", mistake)
    elif _rates_are_right(trial, "vanilla"):
        require_step_at_one(trial, "vanilla")


def check_inverted_step_is_right(trial):
    """The same, with masks of 0 and 1/p; on the student's own terms in what vanilla has shown."""
    mistake = explained(trial, "inverted")
    if mistake is NONE:
        shown = key_of(trial, "vanilla") == NONE.key and fails_at_one(trial, "vanilla")
        if not shown and _rates_are_right(trial, "inverted"):
            require_step_at_one(trial, "inverted")
        return
    if mistake is not None:
        if mistake.own_terms and key_of(trial, "vanilla") == mistake.key:
            return
        if mistake.key == "over 1 - p" and _rate_is_swapped(trial, "inverted"):
            return  # p read as the rate of dropping throughout: the fraction kept says so
    fail(trial, "inverted", mistake)


def check_units_are_kept_with_probability_p(trial):
    """In both hidden layers and both kinds (Chernoff), at p well away from one half."""
    for kind in KINDS:
        for p in CALLS:
            drawn = _drawn(trial, kind, p)
            for layer in masked_layers(trial, kind):
                draws = _draws(trial, kind, layer)[p]
                if not draws.size:
                    continue  # everything behind this layer was dropped: the other one says so
                masks.require_fraction(
                    trial,
                    f"{drawn.called}, in the {layer} hidden layer",
                    draws,
                    p,
                    f"p = {p:g} (keep)",
                    lambda kind=kind, layer=layer: _rate_mistake(trial, kind, layer),
                )


def check_masks_are_drawn_anew(trial):
    """In every call, for each layer and each example, and for each unit of it."""
    for kind in KINDS:
        drawn = _drawn(trial, kind, INDEPENDENT_P)
        layers = masked_layers(trial, kind)
        for layer in layers:
            _require_anew(trial, kind, layer, drawn)
        if len(layers) == 2 and drawn.first.shape == drawn.second.shape:
            _require_layers_apart(trial, drawn)
        batch = masks_of_examples(trial, kind, _returns_gradients(trial, kind))
        for layer in layers:
            kept = getattr(batch, layer)
            # A mask that is missing on the way back does not show here; it has cost its points.
            if len(kept) >= 4 and kept.any() and not kept.all():
                masks.require_independent(
                    trial,
                    f"{batch.called}, in the {layer} hidden layer",
                    kept,
                    "practice-step-examples-share",
                    axes=("example", "unit"),
                )


def check_vanilla_prediction_is_right(trial):
    """Both hidden layers times p, and nothing drawn at random."""
    require_prediction(trial, "vanilla")


def check_inverted_prediction_is_right(trial):
    """Nothing scaled; on the student's own terms in what has nothing to do with dropout."""
    require_prediction(trial, "inverted")


def check_parameters_are_converted(trial):
    """Before any step both nets have the same scores under all masks (those of one over p)."""
    for case, called, params, _ in conversions(trial):
        converted = parameters(called, params, case.params)
        if not same_function(case, converted):
            found = factors(case, converted)
            raise Failed(
                called,
                f"returned {in_words(found) if found else 'other parameters'}",
                "with the same masks (divided by p) the new net should have the same scores",
                params_mistake(case, found),
            )


def check_learning_rates_are_converted(trial):
    """And after any number of steps: on the student's own parameters where these are a conversion,
    else on the right ones or as goes with the student's factors.
    """
    for case, called, params, lr in conversions(trial):
        lr = rates(called, lr)
        try:
            converted = parameters(called, params, case.params)
        except CandidateError:
            converted = right_params(case)  # check_parameters_are_converted says so
        right = same_function(case, converted)
        net = converted if right else right_params(case)
        if trained_alike(case, net, lr, np.random.default_rng(7)):
            continue
        if not right and follows(factors(case, converted), lr, case.lr):
            continue
        raise Failed(
            called,
            f"returned lr: {in_words({name: lr[name] / case.lr[name] for name in lr})}",
            "steps with the same masks (divided by p) should leave both nets with the same scores",
            rates_mistake(case, lr),
        )


def _returns_gradients(trial, kind):
    return key_of(trial, kind) == "gradients"


def _drawn(trial, kind, p):
    return masks_of_calls(trial, kind, p, _returns_gradients(trial, kind))


def _rate_mistake(trial, kind, layer):
    kept = {p: k for p, k in _draws(trial, kind, layer).items() if k.size}
    words = masks.explain_rate(kept)
    if words in UNREAD and explained(trial, kind) is None:
        return None  # in a step that is wrong altogether what changes need not be the masks
    if words == "normal" and _distance(kept, lambda p: (1 + math.erf(p / 2**0.5)) / 2) > ONE_RATE:
        words = "other"
    if words == "other":
        pooled = float(np.mean(np.concatenate(list(kept.values()))))
        distances = (_distance({p: k}, lambda _: pooled) for p, k in kept.items())
        words = "fixed" if max(distances) < ONE_RATE else "other"
    return RATE_MISTAKES[words]


def _draws(trial, kind, layer):
    """{p: the draws that can be draws of their own, 1-D}."""
    kept = {p: getattr(_drawn(trial, kind, p), layer) for p in CALLS}
    if _one_draw_a_layer(trial, kind, layer):
        return {p: k[:, 0] for p, k in kept.items()}
    return {p: distinct_draws(k) for p, k in kept.items()}


def _one_draw_a_layer(trial, kind, layer):
    """Whether all of an example's units are always kept or dropped together, now so, now so."""
    kept = [getattr(_drawn(trial, kind, p), layer) for p in CALLS]
    first = np.concatenate([k[:, 0] for k in kept])
    return all(np.all(k[:, :1] == k) for k in kept) and first.any() and not first.all()


def _rates_are_right(trial, kind):
    """Whether all fractions fit, loosely: what is wrong at every p is no case of p = 1."""
    try:
        draws = [_draws(trial, kind, layer) for layer in masked_layers(trial, kind)]
    except (Failed, CandidateError):
        return False  # check_units_are_kept_with_probability_p says so
    return all(
        _distance({p: k}, lambda p: p) < 2 * masks.NEAR
        for kept in draws
        for p, k in kept.items()
        if k.size
    )


def _distance(kept, rate):
    """How far draws are from a rate of p, in nats. kept: {p: draws}."""
    return sum(k.size * bernoulli_divergence(float(k.mean()), rate(p)) for p, k in kept.items())


def _rate_is_swapped(trial, kind):
    swapped = RATE_MISTAKES["swapped"]
    try:
        return all(_rate_mistake(trial, kind, layer) == swapped for layer in ("first", "second"))
    except (Failed, CandidateError):
        return False


def _require_anew(trial, kind, layer, drawn):
    kept = getattr(drawn, layer)
    if len(kept) < 4:
        return  # everything behind this layer was dropped: the other one says so
    called = f"{drawn.called}, in the {layer} hidden layer"
    if _one_draw_a_layer(trial, kind, layer):
        raise Failed(
            called,
            f"dropped all of an example's {kept.shape[1]} units or none",
            "each unit should be dropped independently of all others",
            "practice-step-units-share",
        )
    masks.require_both(called, kept, lambda: _rate_mistake(trial, kind, layer))
    # What is the same throughout may rest on few draws, too few for the statistics that follow. By
    # chance it is never met: it needs 1400 draws to agree with another, each with .52 at p = .4.
    if np.all(kept == kept[:1]):
        raise Failed(
            called,
            f"called {len(kept)} times, dropped the same each time",
            "every call should draw anew",
            "practice-step-frozen-masks",
        )
    pairs = len(kept) // 2 * 2
    masks.require_fresh(
        trial, called, kept[:pairs:2], kept[1:pairs:2], "practice-step-frozen-masks"
    )
    masks.require_independent(
        trial, called, kept, "practice-step-units-share", axes=("call", "unit")
    )
    counts = kept.sum(axis=1).tolist()
    if len(counts) < FEWEST_COUNTS:
        return  # so few are seen only where the step is wrong, and has cost its points
    if counts_never_vary(trial.ledger, counts, WIDTH, INDEPENDENT_P):
        raise Failed(
            called,
            f"kept exactly {counts[0]} of {WIDTH} units in each of {len(counts)} calls",
            "the number should vary, because each unit is dropped on its own",
            "practice-step-exact-count",
            credit=0.5,
        )


def _require_layers_apart(trial, drawn):
    dependent, correlation = agree_by_pairs(
        trial.ledger, drawn.first.ravel(), drawn.second.ravel(), trial.rng
    )
    if dependent:
        raise Failed(
            drawn.called,
            f"dropped the same units in both hidden layers (correlation {correlation:.2f})",
            "each layer should have a mask of its own",
            "practice-step-layers-share",
        )
