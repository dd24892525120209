"""Checks of noise: dropconnect (exercise 6), bishop_noise and my_noise (exercise 7).

Facts checked: independent masks on single weights (Wan et al. 2013); x + N(0, sigma^2) (Bishop
1995); and for a noise of the student's own no more than the contract in the notebook says:
independent, fresh, mean 0, standard deviation at most 2 for entries of size 1.
"""

import math

import numpy as np

from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero
from autograder.checks.practice import dropconnect_masks, own_noise
from autograder.checks.practice.beside import either
from autograder.checks.practice.masks import (
    distinct,
    related,
    require_both,
    require_fraction,
    require_fresh,
    require_independent,
    shared_axis,
)
from autograder.checks.practice.noise_calls import made, require_any_shape
from autograder.checks.practice.right_helpers import beside_right_layer, right_layer, right_noise
from autograder.checks.statistics import count_fits, counts_never_vary

WRONG_FACTORS = {
    "none": "practice-dropconnect-no-rescaling",
    "one over dropout": "practice-dropconnect-factor",
    "keep": "practice-dropconnect-factor",
}
AXES = ("example", "input", "output")
SIDE = 200
# Within how many standard deviations the noise is counted.
REACHES = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0)


def check_weights_are_dropped_or_rescaled(trial):
    """An output sums x W over the kept weights, each divided by 1 - dropout."""
    beside_right_layer(trial, _weights)


def check_weights_drop_independently(trial):
    """Each example drops each of its weights on its own, and anew in every call."""
    beside_right_layer(trial, _weights_independent)


def check_noise_is_gaussian(trial):
    """X + e, the entries of e independent, fresh, N(0, sigma^2)."""
    for sigma in (0.5, 2.0):
        X = trial.rng.uniform(-2, 2, (SIDE, SIDE))
        called = f"bishop_noise(X, {sigma:g}) with X of shape {X.shape}"
        first, second = (
            made(trial.candidate, called, X.shape, "bishop_noise", X, sigma) for _ in range(2)
        )
        _require_normal(trial, X, first, sigma)
        up, again = (call.out > X for call in (first, second))
        if shared_axis(trial, up) is not None:
            raise Failed(
                called,
                "added noise that entries have in common",
                "the noise of each entry should be drawn on its own",
                "practice-bishop-shared",
            )
        if related(trial, up, again)[0]:
            raise Failed(
                called,
                "called twice, added the same noise",
                "every call should draw anew",
                "practice-bishop-frozen",
            )
    require_any_shape(trial, "bishop_noise", 0.5)


def check_own_noise_is_unbiased(trial):
    """The noise averages to nothing, whatever its distribution."""
    either(trial, own_noise.require_unbiased, _helpers(trial))


def check_own_noise_is_off_at_test_time(trial):
    """my_noise(X, False) returns X."""
    either(trial, own_noise.require_off, _helpers(trial))


def check_own_noise_is_random(trial):
    """Each entry has noise of its own, anew in every call, and not far too large."""
    either(trial, own_noise.require_random, _helpers(trial))


def check_own_noise_is_your_own(trial):
    """Not entries set to zero and the others scaled."""
    either(trial, own_noise.require_own, _helpers(trial))


def _weights(trial):
    for dropout in dropconnect_masks.DROPOUTS:
        found, answer = dropconnect_masks.masks(trial, dropout)
        expected = (
            "each output should be the sum of its kept weights, each times 1 / (1 - dropout) "
            f"= {1 / (1 - dropout):.4g}"
        )
        if found is None or found.factor != "right":
            returned = f"returned {_sample(answer.out)}"
            raise Failed(answer.called, returned, expected, _wrong_values(found))
        require_fraction(
            trial,
            answer.called,
            distinct(found.kept),
            1 - dropout,
            f"dropout = {dropout:g} (drop)",
            "practice-dropconnect-rate",
        )
    _require_any_numbers(trial)
    _require_no_dropout(trial)


def _wrong_values(found):
    if found is None:
        return "practice-dropconnect-values"
    return "practice-dropconnect-rate" if found.kept.all() else WRONG_FACTORS[found.factor]


def _require_any_numbers(trial):
    """x and W that are no powers of two: few enough weights to try every mask."""
    x, W = (away_from_zero(trial.rng, shape) for shape in ((7, 3), (3, 5)))
    dropout = dropconnect_masks.DROPOUTS[0]
    answer = dropconnect_masks.call(trial, x, W, dropout, f"x of shape {x.shape}, W of {W.shape}")
    every = dropconnect_masks.every_output(x, W, 1 / (1 - dropout))
    wrong = np.abs(every - answer.out).min(axis=0) > 1e-5
    if wrong.any():
        n, c = np.argwhere(wrong)[0]
        raise Failed(
            answer.called,
            f"returned out[{n}, {c}] = {answer.out[n, c]:.6g}",
            "no mask on the weights gives this output",
            "practice-dropconnect-values",
        )
    if {0, 1} & set(answer.changed):
        raise Failed(
            answer.called,
            "changed an array that it was given",
            "it should leave x and W as they were",
            "practice-noise-in-place",
            0.5,
        )


def _require_no_dropout(trial):
    x, W = (away_from_zero(trial.rng, shape) for shape in ((4, 6), (6, 3)))
    answer = dropconnect_masks.call(trial, x, W, 0, f"x of shape {x.shape}, W of {W.shape}")
    if np.abs(answer.out - x @ W).max() > 1e-4:
        raise Failed(
            answer.called,
            f"returned {_sample(answer.out)}",
            f"nothing is dropped, so it should be x W: {_sample(x @ W)}",
            "practice-dropconnect-rate",
        )


def _weights_independent(trial):
    for dropout in dropconnect_masks.DROPOUTS:
        calls = [dropconnect_masks.masks(trial, dropout, again) for again in (False, True)]
        (first, answer), (second, _) = calls
        if first is None or second is None:
            raise Failed(
                answer.called,
                f"returned {_sample(answer.out)}",
                "no masks on the weights lead to these outputs",
                "practice-dropconnect-values",
            )
        require_both(first.called, first.kept, "practice-dropconnect-rate")
        sharing = _sharing(first.kept)
        require_independent(trial, first.called, first.kept, sharing, axes=AXES)
        require_fresh(trial, first.called, first.kept, second.kept, "practice-dropconnect-frozen")
        _require_counts_to_vary(trial, first, 1 - dropout)


def _require_counts_to_vary(trial, found, keep):
    """Of an example's weights, of those of an output, of a unit, and of one weight over examples,
    not always the same number is kept: half of the points.
    """
    kept = found.kept
    for axes, words in (
        ((1, 2), "of each example's"),
        ((1,), "of each output's"),
        ((2,), "of each unit's"),
        ((0,), "in all examples, of each weight's"),
    ):
        counts = kept.sum(axis=axes).ravel()
        n = kept.size // counts.size
        if counts_never_vary(trial.ledger, counts.tolist(), n, keep):
            raise Failed(
                found.called,
                f"kept exactly {counts[0]} {words} {n}",
                "weights are dropped independently, so how many are kept varies",
                "practice-dropconnect-exact-count",
                0.5,
            )


def _sharing(kept):
    """What is dropped, where it is not single weights."""
    constant = [bool(np.all(kept == np.take(kept, [0], axis))) for axis in range(kept.ndim)]
    example, inputs, outputs = constant
    if inputs:
        return "practice-dropconnect-outputs"
    if outputs:
        return "practice-dropconnect-units"
    return "practice-dropconnect-batch" if example else "practice-dropconnect-dependent"


def _require_normal(trial, X, call, sigma):
    noise = call.out - X
    n = noise.size
    expected = {k: math.erf(k / math.sqrt(2)) for k in REACHES}
    for k, chance in expected.items():
        count = int((np.abs(noise) < k * sigma).sum())
        if not count_fits(trial.ledger, count, n, chance):
            raise Failed(
                call.called,
                f"added noise of which {count / n:.3f} is below {k * sigma:g}, in absolute value",
                f"of N(0, sigma**2), {chance:.3f} is",
                _not_normal(X, noise, sigma),
            )
    positive = int((noise > 0).sum())
    if not count_fits(trial.ledger, positive, n, 0.5):
        raise Failed(
            call.called,
            f"added noise of which {positive / n:.3f} is positive",
            "N(0, sigma**2) is as often negative as positive, for every x",
            "practice-bishop-biased",
        )


def _not_normal(X, noise, sigma):
    """The likely mistake, for the message alone."""
    if any(np.ptp(noise, axis=axis).max() < 1e-6 for axis in (0, 1)):
        return "practice-bishop-shared"
    small = np.abs(X) < 0.5
    if noise[small].std() < 0.5 * noise[~small].std():
        return "practice-bishop-scaled-by-x"
    if abs(noise.std() / math.sqrt(sigma) - 1) < 0.03:
        return "practice-bishop-variance"
    if abs(noise.mean()) > 0.2 * sigma:
        return "practice-bishop-biased"
    return "practice-bishop-not-normal"


def _sample(out):
    return f"out[0, :3] = [{', '.join(f'{v:.6g}' for v in out[0, :3])}]"


def _helpers(trial):
    """Right versions of what a noise may be made of."""
    return {"dropout_layer": right_layer(trial.rng), "bishop_noise": right_noise(trial.rng)}
