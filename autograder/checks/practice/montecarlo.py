"""Checks of Monte-Carlo dropout: mc_predict (exercise 4).

Facts checked: mean and variance, over passes with masks of their own, of the softmax of the scores
(Gal and Ghahramani 2016). A function that averages something else, or drops with other
probabilities, loses that once; the other checks then judge it on its own terms.
"""

import numpy as np

from autograder.candidate import CandidateError, WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.practice.beside import either
from autograder.checks.practice.montecarlo_passes import (
    DROPOUTS,
    TOLERANCE,
    Terms,
    every_pass,
    fits_any,
    net,
    predict,
    terms_of,
)
from autograder.checks.practice.returned import array_of_shape
from autograder.checks.practice.right_helpers import right_layer, right_net
from autograder.checks.statistics import count_fits

OTHER = "practice-mc-average"
VARIANCE = "practice-mc-variance"
ONE_MASK = "practice-mc-one-mask"
WRONG_QUANTITY = {
    "scores": ("the scores", "practice-mc-scores"),
    "classes": ("the predicted classes", "practice-mc-classes"),
    "powers": ("exp(scores)", "practice-mc-scores"),
}
WRONG_RATES = {
    "off": ("dropped nothing", "practice-mc-off"),
    "swapped": ("dropped with dropout_1 and dropout_2 interchanged", "practice-mc-swapped"),
    "keep for drop": (
        "dropped with probabilities 1 - dropout_1 and 1 - dropout_2",
        "practice-mc-keep-for-drop",
    ),
}
# Copies of one example: each is a draw of its own.
MANY, COPIES, PASSES = 2000, 100, 60


def check_single_pass_is_a_prediction(trial):
    """One pass: the mean is the softmax of the scores under some masks."""
    either(trial, _single_pass, _right_helpers(trial))


def check_mean_and_variance_of_passes(trial):
    """Mean, and mean squared distance from it, of one, two, three, and of many passes."""
    either(trial, _moments, _right_helpers(trial))


def check_passes_cover_the_masks(trial):
    """Masks have the probabilities asked for, and each pass has its own."""
    try:
        return _coverage(trial)
    except Failed as failed:
        # A seed in mc_predict itself would go unseen beside right helpers.
        if failed.finding.misconception == ONE_MASK and _net_draws_anew(trial):
            raise
    except CandidateError:
        pass
    return either(trial, _coverage, _right_helpers(trial))


def _single_pass(trial):
    terms, single = terms_of(trial)
    expected = "one pass gives the softmax of the scores under its masks, each row adding up to 1"
    if terms is None:
        raise Failed(single.called, f"returned mean {_row(single.mean)}", expected, _why(single))
    if terms.alone:
        raise Failed(
            single.called,
            "returned a mean that adds up to 1 over all examples and classes together",
            expected,
            "practice-mc-softmax-axis",
        )
    if terms.quantity in WRONG_QUANTITY:
        words, misconception = WRONG_QUANTITY[terms.quantity]
        raise Failed(single.called, f"returned {words} as mean", expected, misconception)
    if terms.backwards:
        raise Failed(
            single.called,
            "returned the variance before the mean",
            "it should return (mean, variance)",
            "practice-mc-order",
        )
    if terms.rates != "right":
        return  # costs its points elsewhere
    for dropouts, what in (((0, 0), "nothing is dropped"), ((0.6, 1), "only b3 is left")):
        _require_edge(trial, dropouts, f"{what}, so that every pass is the same")


def _require_edge(trial, dropouts, words):
    """Half of the points are kept by what goes wrong for probabilities 0 and 1 alone."""
    try:
        made = predict(trial, net()[1], dropouts, 1)
    except WrongReturn as wrong:
        raise Failed(wrong.called, wrong.problem, words, "practice-mc-edges", 0.5) from None
    value = every_pass("probabilities", dropouts).values[-1]
    if np.abs(made.mean - value).max() > TOLERANCE:
        returned = f"returned mean {_row(made.mean)}"
        expected = f"{words}: {_row(value)}"
        raise Failed(made.called, returned, expected, "practice-mc-edges", 0.5)


def _moments(trial):
    terms = terms_of(trial)[0] or Terms()
    every = terms.every
    X = net()[1]
    for samples in (2, 3):
        made = predict(trial, X, DROPOUTS, samples, terms)
        choices = [every.moments(samples, i) for i in range(len(X))]
        if not _explained(made, choices, lambda v, s: (v.mean(axis=1), v.var(axis=1))):
            raise _wrong_moments(made, choices, samples)
    one = predict(trial, X, DROPOUTS, 1, terms)
    if not np.abs(one.variance).max() <= TOLERANCE:
        returned = f"returned variance {_row(one.variance)}"
        raise Failed(one.called, returned, "one pass has the variance 0", VARIANCE, 0.5)
    _require_moments_of_many(trial, terms, every)


def _explained(made, choices, rule):
    """Whether each example has a choice of passes with the moments that rule(values, scores)
    gives: (means, variances), the latter None where they do not matter.
    """
    for i, (values, scores) in enumerate(choices):
        means, variances = rule(values, scores)
        fits = fits_any(made.mean[i], means)
        if variances is not None:
            fits &= fits_any(made.variance[i], variances)
        if not fits.any():
            return False
    return True


def _wrong_moments(made, choices, samples):
    """The Failed for moments that are those of no choice of passes."""
    many = samples / (samples - 1)
    rules = {
        "practice-mc-ddof": lambda v, s: (v.mean(axis=1), many * v.var(axis=1)),
        "practice-mc-deviation": lambda v, s: (v.mean(axis=1), v.std(axis=1)),
        "practice-mc-scores": lambda v, s: (v.mean(axis=1), s.var(axis=1)),
        "practice-mc-softmax-of-mean": lambda v, s: (_softmax(s.mean(axis=1)), None),
        "practice-mc-sum": lambda v, s: (v.sum(axis=1), None),
        VARIANCE: lambda v, s: (v.mean(axis=1), None),
    }
    name = next((n for n, rule in rules.items() if _explained(made, choices, rule)), OTHER)
    return Failed(
        made.called,
        f"returned mean {_row(made.mean)}, variance {_row(made.variance)}",
        f"no {samples} passes have this mean of the class probabilities and this mean squared "
        "distance from it",
        name,
        credit=0.5 if name == "practice-mc-ddof" else 0.0,
    )


def _require_moments_of_many(trial, terms, every):
    """Chernoff's bound holds for means of any independent numbers in [0, 1] (Hoeffding 1963,
    theorem 1): for the values on their way from least to most, and for their squares.
    """
    if terms.rates != "right":
        return
    made = predict(trial, _copies(COPIES), DROPOUTS, PASSES, terms)
    if _all_alike(made.mean):
        return  # costs its points elsewhere
    low, width = every.in_unit(0)
    unit = (every.values[:, 0] - low) / width
    first = (made.mean - low) / width
    second = made.variance / width**2 + first**2
    n = COPIES * PASSES
    if not _means_fit(trial, first, every.weights @ unit, n):
        return  # the masks' probabilities cost their points elsewhere
    if not _means_fit(trial, second, every.weights @ unit**2, n):
        raise Failed(
            made.called,
            f"returned variance {_row(made.variance)}, for copies of one example",
            "so many passes come near the variance over all masks",
            VARIANCE,
        )


def _means_fit(trial, found, expected, n):
    """found: (copies, C), means of independent numbers in [0, 1], n in all for each class."""
    means = found.mean(axis=0)
    inside = np.all((means > -TOLERANCE) & (means < 1 + TOLERANCE))
    return bool(inside) and all(
        count_fits(trial.ledger, n * float(mean), n, float(p))
        for mean, p in zip(np.clip(means, 0, 1), np.clip(expected, 0, 1), strict=True)
    )


def _coverage(trial):
    terms, single = terms_of(trial)
    if terms is None:
        raise Failed(
            single.called,
            f"returned mean {_row(single.mean)}",
            "no masks of the two hidden layers lead to these class probabilities",
            _why(single),
        )
    if terms.rates in WRONG_RATES:
        words, misconception = WRONG_RATES[terms.rates]
        raise Failed(
            single.called,
            words,
            f"in each pass a unit of the first hidden layer is dropped with probability "
            f"{DROPOUTS[0]}, one of the second with {DROPOUTS[1]}",
            misconception,
        )
    every = terms.every
    made = predict(trial, _copies(MANY), DROPOUTS, 1, terms)
    trial.ledger.enter(every.most_likely ** (MANY - 1))
    if _all_alike(made.mean):
        raise Failed(
            made.called,
            f"gave all {MANY} copies of one example the same masks",
            "each example has masks of its own in every pass",
            "practice-mc-examples-share",
        )
    mean, (low, width) = every.weights @ every.values[:, 0], every.in_unit(0)
    if not _means_fit(trial, (made.mean - low) / width, (mean - low) / width, MANY):
        raise Failed(
            made.called,
            f"gave means {_row(made.mean.mean(axis=0)[None])} on average, for copies of one "
            "example",
            f"over all masks, each counted by its probability, they are {_row(mean[None])}",
            "practice-mc-rate",
        )
    _require_new_masks(trial, terms, every)


def _require_new_masks(trial, terms, every):
    """As many means of two passes are those of one as chance has it, not more or fewer.

    A sum for a mean costs its points elsewhere.
    """
    copies = 4 * COPIES
    made = predict(trial, _copies(copies), DROPOUTS, 2, terms)
    values = every.values[:, 0]
    values = np.concatenate([values, 2 * values])
    alike = sum(bool(fits_any(row, values).any()) for row in made.mean)
    chance = every.looks_like_one(0)
    if not count_fits(trial.ledger, alike, copies, chance):
        raise Failed(
            made.called,
            f"gave the mean of a single pass for {alike} of {copies} copies of one example",
            f"two passes with masks of their own are alike with probability {chance:.2f}",
            ONE_MASK,
        )


def _all_alike(means):
    return bool(np.ptp(means, axis=0).max() <= TOLERANCE)


def _net_draws_anew(trial):
    """Whether the student's own net gives different scores in two calls."""
    params, _ = net()
    arguments = (params, _copies(COPIES), *DROPOUTS, True)
    try:
        (first, _), (second, _) = (
            trial.candidate.call("mlp_forward", *arguments, keep=(1,), returns=2)[0]
            for _ in range(2)
        )
        shape = (COPIES, params["b3"].size)
        first, second = (array_of_shape("mlp_forward(...)", s, shape) for s in (first, second))
    except CandidateError:
        return False
    return not np.array_equal(first, second)


def _copies(n):
    return np.repeat(net()[1][:1], n, axis=0)


def _why(single):
    """The likely mistake behind a single pass that is none."""
    columns = np.allclose(single.mean.sum(axis=0), 1, atol=1e-4)
    return "practice-mc-axis" if columns else OTHER


def _softmax(scores):
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _row(array):
    """The first row, for messages."""
    return "[" + ", ".join(f"{value:.4g}" for value in np.atleast_1d(array[0])) + ", ...]"


def _right_helpers(trial):
    """Right versions of what mc_predict may call."""
    return {"mlp_forward": right_net(trial.rng), "dropout_layer": right_layer(trial.rng)}
