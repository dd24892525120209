"""Checks of D2L's dropout_layer(X, dropout), where `dropout` is the probability of DROPPING.

Facts checked: an entry is 0 with probability `dropout` and x / (1 - dropout) otherwise,
independently of all others (D2L 5.6; seed 004); dropout = 0 and 1 are allowed, others refused.
"""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.candidate.values import describe
from autograder.checks.findings import Failed
from autograder.checks.forward import FLOAT32_TIES
from autograder.checks.layer_calls import away_from_zero, close, distinct_draws
from autograder.checks.practice import layer_mistakes
from autograder.checks.practice.d2l_calls import WRONG_SHAPE, drop, layer_called
from autograder.checks.practice.masks import (
    require_blind,
    require_both,
    require_fraction,
    require_fresh,
    require_independent,
)
from autograder.checks.statistics import counts_never_vary

# Not near one half, where dropping and keeping look alike.
DROPOUTS = (0.25, 0.6, 0.8)
INDEPENDENT = ((0.6, (120, 100)), (0.75, (6, 8, 16, 16)))
SHAPES = ((6, 5), (7,), (3, 4, 5), (2, 3, 4, 5), (4, 1), (1,), (1, 1))
REFUSED = (-0.1, 1.5, -1, 2)


def check_layer_drops_or_rescales(trial):
    """Every entry is 0 or x / (1 - dropout)."""
    for dropout, made in _probes(trial).items():
        scale = 1 / (1 - dropout)
        if made.kept.any() and np.all(close(made.factors, scale)):
            continue
        name = layer_mistakes.scale(_probes(trial))
        if name == layer_mistakes.TAKEN_FOR_KEEPING:
            return  # x / dropout for a fraction `dropout`: the fraction is where it goes wrong
        if not made.kept.any():
            returned = "returned zeros only"
        else:
            worst = made.factors[np.argmax(np.abs(made.factors - scale))]
            returned = f"returned kept entries of {worst:.6g} x"
        should = f"a kept entry should be x / (1 - dropout) = {scale:.6g} x, and others 0"
        raise Failed(made.called, returned, should, name)


def check_layer_drops_the_right_fraction(trial):
    """A fraction `dropout` of the entries is dropped (Chernoff bound)."""
    for dropout, made in _probes(trial).items():
        draws = distinct_draws(made.kept)  # a shared mask is another check's case
        asked = f"dropout = {dropout:g} (drop)"
        require_fraction(trial, made.called, draws, 1 - dropout, asked, lambda: _rate(trial))


def check_layer_drops_independently(trial):
    """Rows, columns and further axes are dropped independently; no count is held fixed."""
    for dropout, shape in INDEPENDENT:
        try:
            made = _probe(trial, dropout, shape)
        except CandidateError:
            if len(shape) == 2:
                raise
            continue  # a layer for matrices only: check_layer_keeps_shape_and_input says so
        require_both(made.called, made.kept, lambda: _rate(trial))
        sharing = layer_mistakes.sharing(made.kept)
        require_independent(trial, made.called, made.kept, sharing)
    _require_varying_counts(trial)


def check_layer_draws_anew(trial):
    """Two calls with the same X draw unrelated masks."""
    X = away_from_zero(trial.rng, (100, 100))
    first, second = (drop(trial.candidate, X, 0.6) for _ in range(2))
    require_both(first.called, first.kept, lambda: _rate(trial))
    shared = distinct_draws(first.kept).size < X.size
    if shared and not np.array_equal(first.kept, second.kept):
        return  # few draws, which may agree by chance: check_layer_drops_independently's case
    group = layer_mistakes.by_chance(first, second)
    masks = (made.kept[group] for made in (first, second))
    require_fresh(trial, first.called, *masks, "practice-layer-frozen-mask")


def check_layer_handles_zero_and_one(trial):
    """dropout = 0 returns X, dropout = 1 returns zeros, as whole numbers too."""
    usual = layer_mistakes.usual(_probes(trial))
    X = away_from_zero(trial.rng, (40, 50))
    for dropout in (0.0, 1.0, 0, 1):
        cause = usual or f"practice-layer-at-{'one' if dropout else 'zero'}"
        should = (
            f"with dropout = {dropout} (drop) the output should be {'zeros' if dropout else 'X'}"
        )
        try:
            made = drop(trial.candidate, X, dropout)
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            raise Failed(error.called, error.problem, should, cause) from None
        dropped = int((~made.kept).sum())
        if dropout and dropped < X.size:
            raise Failed(made.called, f"kept {X.size - dropped} of {X.size} entries", should, cause)
        if not dropout and dropped > FLOAT32_TIES:
            raise Failed(made.called, f"dropped {dropped} of {X.size} entries", should, cause)
        if not dropout and not np.all(close(made.out, X) | ~made.kept):
            raise Failed(made.called, "returned something else than X", should, cause)


def check_layer_refuses_other_numbers(trial):
    """Numbers outside [0, 1] raise an error, whichever."""
    # What raises an error always refuses nothing.
    drop(trial.candidate, away_from_zero(trial.rng, (4, 3)), 0.6)
    X = away_from_zero(trial.rng, (4, 3))
    for dropout in REFUSED:
        called = layer_called(X, dropout)
        try:
            value, _ = trial.candidate.call("dropout_layer", X, dropout)
        except CandidateError as error:
            if type(error) is CandidateError and error.problem.startswith("raised "):
                continue
            raise
        raise Failed(
            called,
            f"returned {describe(value)}",
            f"{dropout} is no probability: it should raise an error",
            "practice-layer-not-refused",
        )


def check_layer_ignores_the_values(trial):
    """Positive and negative, large and small entries are dropped equally often."""
    _require_dropout(trial)
    for made in _probes(trial).values():
        require_both(made.called, made.kept, lambda: _rate(trial))
        groups = {
            "positive and negative": made.X > 0,
            "large and small": np.abs(made.X) > 1,  # they lie evenly in [0.5, 1.5]
        }
        for words, group in groups.items():
            require_blind(
                trial, made.called, made.kept, group, words, layer_mistakes.FROM_THE_VALUES
            )


def check_layer_keeps_shape_and_input(trial):
    """The output has X's shape, from one axis to four, and X is as it was."""
    _require_dropout(trial)
    for shape in SHAPES:
        try:
            made = drop(trial.candidate, away_from_zero(trial.rng, shape), 0.5)
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            if shape == SHAPES[0]:
                raise
            raise Failed(
                error.called,
                error.problem,
                "X may have any number of axes",
                error.misconception or "practice-layer-two-axes-only",
            ) from None
        if made.shape != shape:
            returned, should = f"returned an array of shape {made.shape}", f"it should be {shape}"
            raise Failed(made.called, returned, should, WRONG_SHAPE)
    for dropout in (0.4, 0.0, 1.0):
        try:
            made = drop(trial.candidate, away_from_zero(trial.rng, (20, 20)), dropout)
        except CandidateError:
            if dropout == 0.4:
                raise
            continue  # check_layer_handles_zero_and_one's case
        if made.changed_X:
            raise Failed(
                made.called,
                "changed the array X that it was given",
                "it should return a new array and leave X as it was",
                "practice-layer-input-overwritten",
            )
    _require_integers(trial)


def _require_integers(trial):
    """Whole numbers are dropped and scaled as others are; otherwise half is lost."""
    dropout = 0.6
    usual = _probe(trial, dropout)
    if not usual.kept.any() or not np.all(close(usual.factors, usual.factors[0])):
        return  # check_layer_drops_or_rescales's case
    X = trial.rng.integers(1, 10, (20, 20))
    should = "whole numbers should be scaled as others are, and not be rounded"
    misconception = "practice-layer-integers"
    try:
        made = drop(trial.candidate, X, dropout)
    except CallTimeout:
        raise
    except CandidateError as error:
        called, problem = error.called.replace("(X,", "(whole numbers X,"), error.problem
        raise Failed(called, problem, should, misconception, credit=0.5) from None
    wrong = ~close(made.factors, usual.factors[0])
    if wrong.any():
        raise Failed(
            made.called.replace("(X,", "(whole numbers X,"),
            f"made {made.out[made.kept][wrong][0]:g} of {X[made.kept][wrong][0]}",
            should,
            misconception,
            credit=0.5,
        )


def _require_varying_counts(trial):
    """The number kept varies over calls, over rows and over columns; otherwise half is lost."""
    dropout, shape, calls = 0.6, (50, 50), 9
    masks = [_probe(trial, dropout, shape, call).kept for call in range(calls)]
    # In a frozen mask no count can vary either; that is check_layer_draws_anew's case.
    frozen = all(np.array_equal(masks[0], kept) for kept in masks[1:])
    counts = {"in every call": ([] if frozen else [int(k.sum()) for k in masks], masks[0].size)}
    counts["in every row"] = masks[0].sum(axis=1).tolist(), shape[1]
    counts["in every column"] = masks[0].sum(axis=0).tolist(), shape[0]
    for words, (observed, n) in counts.items():
        if observed and counts_never_vary(trial.ledger, observed, n, 1 - dropout):
            raise Failed(
                _probe(trial, dropout, shape).called,
                f"kept exactly {observed[0]} of {n} entries {words}",
                "the number should vary, because each entry is dropped on its own",
                "practice-layer-exact-count",
                credit=0.5,
            )


def _probe(trial, dropout, shape=(200, 200), call=0):
    """A Dropped on X away from zero, shared by the checks of this cell."""

    def take():
        return drop(trial.candidate, away_from_zero(trial.rng, shape), dropout)

    return trial.measure(("layer", dropout, shape, call), take)


def _probes(trial):
    return {dropout: _probe(trial, dropout) for dropout in DROPOUTS}


def _rate(trial):
    return layer_mistakes.rate(_probes(trial))


def _require_dropout(trial):
    """What drops nothing, everything or has nothing to do with X shows no other property either."""
    made = _probe(trial, 0.25)
    require_both(made.called, made.kept, lambda: _rate(trial))
    if np.any(np.sign(made.out) * np.sign(made.X) < 0):
        raise Failed(
            made.called,
            "returned entries of the other sign than X's",
            "each entry should be 0 or x / (1 - dropout)",
            "practice-layer-wrong-scale",
        )
