"""A noise of the student's own, judged by no more than the notebook promises.

Each entry's noise is independent and fresh, has mean 0 and, for entries of size 1 or so, a standard
deviation of at most 2. Of the distribution nothing else is known: it may be discrete, skewed,
heavy-tailed, and depend on the entry. One thing is taken for granted beyond that: no single value
of the noise, such as none at all, has a probability above .999.

A noise with `training` the wrong way round, or one that fails for negative entries, loses that
once: the other checks judge it with the flag turned round, or for positive entries.
"""

from dataclasses import dataclass, replace

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import away_from_zero, close
from autograder.checks.practice.masks import related, shared_axis
from autograder.checks.practice.noise_calls import made, require_any_shape
from autograder.checks.practice.own_noise_bias import NEGATIVES, USUAL, bias_of
from autograder.checks.statistics import count_fits

LARGE, SMALL = (900, 900), (200, 200)
# Entries are of size .5 to 1.5, and one in so many of size .02 to .5.
ONE_IN, LEAST = 8, 0.02
MOST_LIKELY = 0.999
MOST_DEVIATION = 2.0
# How many calls with a single entry judge the mean where entries share their noise.
SINGLE_CALLS = 1500
# What rounding to float32 leaves.
ROUNDING = 1e-7
ADDED = "practice-own-noise-none"
ONE_CALL_EACH = "each entry's noise should be drawn on its own, anew in every call"


@dataclass(frozen=True)
class Noisy:
    """One call with noise. training: the flag that adds it. refused: the error for negative
    entries, where X has none because of it.
    """

    called: str
    X: np.ndarray
    out: np.ndarray
    training: bool = True
    refused: CandidateError | None = None

    @property
    def noise(self):
        return self.out - self.X

    @property
    def largest_variance(self):
        """What the contract allows, for each entry; generous for those above 1."""
        return (MOST_DEVIATION * np.maximum(1, np.abs(self.X))) ** 2


def require_unbiased(trial):
    """The mean of the noise is 0: along X, across X, and for large and small entries alike."""
    noisy = _large(trial)
    if noisy.refused is not None:
        raise Failed(
            noisy.refused.called,
            noisy.refused.problem,
            "the mean of the output should be X whatever the sign; only positive entries are taken",
            NEGATIVES,
        )
    found = bias_of(trial, noisy)
    if found and _shares(trial) is not None:
        single = _single_entries(trial)
        if not _is_fixed(single):  # what entries share costs its points elsewhere
            noisy, found = single, bias_of(trial, single)
    if found:
        raise Failed(noisy.called, *found)


def require_off(trial):
    """Without training X comes back."""
    noisy = _large(trial)  # a noise that is never on is not off
    X = away_from_zero(trial.rng, (30, 20))
    off = _call(trial, X, False)
    called, out = off.called, off.out
    if not noisy.training:
        raise Failed(
            called,
            "added noise, and returned X with training = True",
            "it is the other way round: noise in training, X itself at test time",
            "practice-own-noise-flag",
        )
    if np.all(close(out, X)):
        return
    scaled = np.ptp(out / X) < 1e-6
    raise Failed(
        called,
        f"returned {out[0, 0] / X[0, 0]:.6g} X" if scaled else "returned something else than X",
        "there should be no noise at test time, and nothing to make up for it",
        "practice-own-noise-scaled-at-test" if scaled else "practice-own-noise-at-test",
    )


def require_random(trial):
    """Independent from entry to entry and from call to call; of a size that the contract allows."""
    large, first, second = _large(trial), _small(trial, "first"), _small(trial, "second")
    again = _call(trial, first.X, large.training)
    if np.array_equal(again.out, first.out):
        raise Failed(
            first.called,
            "called twice, returned exactly the same",
            "the noise should be random, and drawn anew in every call",
            "practice-own-noise-frozen",
        )
    shared = _shares(trial)
    if shared is not None:
        raise Failed(
            first.called,
            f"added noise that {shared} have in common",
            ONE_CALL_EACH,
            "practice-own-noise-shared",
        )
    limit = _threshold(large)
    if related(trial, first.noise > limit, second.noise > limit)[0]:
        raise Failed(
            first.called,
            "called twice, added noise that is related",
            ONE_CALL_EACH,
            "practice-own-noise-frozen",
        )
    _require_size(trial, large)
    require_any_shape(trial, "my_noise", large.training)


def require_own(trial):
    """Not dropout: something else than 0 and one multiple of the entries."""
    noisy = _large(trial)
    if np.ptp(noisy.out) == 0:
        raise Failed(
            noisy.called,
            f"returned {noisy.out[0, 0]:.4g} for every entry",
            "in training the output should be random around X",
            ADDED,
        )
    ratio = noisy.out / noisy.X
    kept = ratio[np.abs(ratio) > 1e-9]
    if kept.size < ratio.size and np.all(close(kept, np.median(kept) if kept.size else 0.0)):
        rest = f" and multiplied the others by {np.median(kept):.4g}" if kept.size else ""
        raise Failed(
            noisy.called,
            f"set {1 - kept.size / ratio.size:.3f} of the entries to 0{rest}",
            "zeroing entries and scaling the others is standard dropout; this should be another "
            "noise",
            "practice-own-noise-is-dropout",
        )


def _call(trial, X, training):
    called = f"my_noise(X, training = {training}) with X of shape {X.shape}"
    out = made(trial.candidate, called, X.shape, "my_noise", X, training).out
    return Noisy(called, X, out, training)


def _large(trial):
    """A call with entries of either sign and many sizes. Failed where nothing was added."""
    return trial.measure("own noise", lambda: _of_many_sizes(trial))


def _of_many_sizes(trial):
    X = away_from_zero(trial.rng, LARGE)
    small = trial.rng.random(LARGE) < 1 / ONE_IN
    X[small] = np.sign(X[small]) * trial.rng.uniform(LEAST, USUAL, np.count_nonzero(small))
    noisy = _with_either_sign(trial, X)
    if not _is_off(noisy):
        return noisy
    trial.ledger.enter(MOST_LIKELY**X.size)
    try:
        other = _call(trial, noisy.X, False)
    except CallTimeout:
        raise
    except CandidateError:
        other = noisy
    if _is_off(other):
        raise Failed(
            noisy.called,
            "returned X",
            "in training the output should be random around X",
            ADDED,
        )
    return other


def _with_either_sign(trial, X):
    try:
        return _call(trial, X, True)
    except (NotWritten, CallTimeout):
        raise
    except CandidateError as error:
        try:
            return replace(_call(trial, np.abs(X), True), refused=error)
        except CandidateError:
            raise error from None


def _is_off(noisy):
    return np.abs(noisy.noise).max() <= ROUNDING


def _small(trial, name):
    """A call with positive entries of size .5 to 1.5, other ones for each name.

    Noise that multiplies and noise that is added are then high and low together.
    """

    def take():
        return _call(trial, trial.rng.uniform(0.5, 1.5, SMALL), _large(trial).training)

    return trial.measure(("own noise", name), take)


def _threshold(noisy):
    """A number that the noise of positive entries exceeds about as often as not.

    From a call of its own, so that it has nothing to do with the draws it is used for.
    """
    noise = noisy.noise[noisy.X > 0]
    limits = np.quantile(noise, (0.1, 0.25, 0.5, 0.75, 0.9), method="lower")
    return min(limits, key=lambda limit: abs(np.mean(noise > limit) - 0.5))


def _shares(trial):
    """Which entries share noise, in words, or None."""
    return trial.measure("own noise shares", lambda: _sharing(trial))


def _sharing(trial):
    noisy = _small(trial, "first")
    trial.ledger.enter(2 * MOST_LIKELY ** (noisy.noise.size - 1))
    if _is_fixed(noisy):
        return "all entries"
    shared = shared_axis(trial, noisy.noise > _threshold(_large(trial)))
    return None if shared is None else f"entries along axis {shared[0]}"


def _is_fixed(noisy):
    """Whether one number is added to all entries, or multiplies them."""
    ratio = noisy.noise / noisy.X
    return any(np.ptp(e) < 1e-5 * max(1, np.abs(e).max()) for e in (noisy.noise, ratio))


def _single_entries(trial):
    """As many calls with one entry each, put together."""
    X = away_from_zero(trial.rng, (SINGLE_CALLS, 1, 1))
    training = _large(trial).training
    outs = [_call(trial, x, training).out for x in X]
    called = f"my_noise(X, training = {training}) with X of one entry, many times"
    return Noisy(called, X.ravel(), np.ravel(outs), training)


def _require_size(trial, noisy):
    """Chebyshev: noise beyond twice the largest standard deviation has probability 1/4 at most."""
    beyond = np.abs(noisy.noise) > 2 * np.sqrt(noisy.largest_variance)
    count, n = int(beyond.sum()), beyond.size
    if count > n / 4 and not count_fits(trial.ledger, count, n, 1 / 4):
        raise Failed(
            noisy.called,
            f"added noise with a standard deviation of {noisy.noise.std():.3g} to entries of size "
            "0.02 to 1.5",
            f"it should be {MOST_DEVIATION:g} at most",
            "practice-own-noise-size",
        )
