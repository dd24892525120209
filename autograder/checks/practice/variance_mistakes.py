"""What known mistakes return in exercises 3 to 6, the exact variances (part 4).

Arguments as in the notebook's functions; dropout is the probability of DROPPING.
"""

import math

import numpy as np

from autograder.checks.practice.exact import Mistake

SWAPPED = "practice-exercise-rate-swapped"
NO_RESCALING = "practice-exercise-no-rescaling"
SECOND_MOMENT = "practice-exercise-second-moment"
DEVIATION = "practice-exercise-standard-deviation"
NOT_SQUARED = "practice-exercise-not-squared"
SQUARE_OF_THE_SUM = "practice-exercise-square-of-the-sum"
OF_THE_WEIGHTS = "practice-exercise-weights-alone"
DIVIDED_TWICE = "practice-exercise-divided-by-keep-twice"


def odds(dropout):
    """What the variances are proportional to: dropping over keeping."""
    return dropout / (1 - dropout)


# ---- exercise 3 ----

HALF_NORMAL = 1 / (2 * math.pi)


def _second_moment(s, dropout):
    return s**2 / (2 * (1 - dropout))


ACTIVATION_VARIANCE = (
    Mistake(SWAPPED, lambda s, d: _second_moment(s, 1 - d) - s**2 * HALF_NORMAL),
    Mistake("practice-exercise-half-forgotten", lambda s, d: s**2 * (1 / (1 - d) - HALF_NORMAL)),
    Mistake("practice-exercise-half-forgotten", lambda s, d: s**2 * (1 / (1 - d) - 1 / math.pi)),
    Mistake(SECOND_MOMENT, _second_moment),
    Mistake(
        "practice-exercise-mean-of-relu", lambda s, d: _second_moment(s, d) - s**2 * 2 / math.pi
    ),
    Mistake("practice-exercise-mean-of-relu", lambda s, d: _second_moment(s, d) - s**2 / 4),
    Mistake(
        "practice-exercise-mean-of-relu",
        lambda s, d: _second_moment(s, d) - s / math.sqrt(2 * math.pi),
    ),
    Mistake(
        "practice-exercise-mean-of-relu",
        lambda s, d: _second_moment(s, d) - s**2 / math.sqrt(2 * math.pi),
    ),
    Mistake(NO_RESCALING, lambda s, d: s**2 * ((1 - d) / 2 - (1 - d) ** 2 * HALF_NORMAL)),
    Mistake("practice-exercise-s-not-squared", lambda s, d: s / (2 * (1 - d)) - s * HALF_NORMAL),
    Mistake("practice-exercise-relu-forgotten", lambda s, d: s**2 / (1 - d)),
    Mistake("practice-exercise-relu-forgotten", lambda s, d: s**2 * odds(d)),
    Mistake(DEVIATION, lambda s, d: math.sqrt(_second_moment(s, d) - s**2 * HALF_NORMAL)),
    Mistake("practice-exercise-dropout-forgotten", lambda s, d: s**2 * (0.5 - HALF_NORMAL)),
    Mistake(
        "practice-exercise-relu-variance-over-keep",
        lambda s, d: s**2 * (0.5 - HALF_NORMAL) / (1 - d),
    ),
    Mistake(
        "practice-exercise-relu-variance-over-keep",
        lambda s, d: s**2 * (0.5 - HALF_NORMAL) / (1 - d) ** 2,
    ),
    Mistake(
        "practice-exercise-relu-variance-over-keep",
        lambda s, d: s**2 * (0.5 - HALF_NORMAL) * (1 - d),
    ),
    Mistake(DIVIDED_TWICE, lambda s, d: s**2 * (1 / (2 * (1 - d) ** 2) - HALF_NORMAL)),
    Mistake(
        "practice-exercise-mean-divided-again",
        lambda s, d: _second_moment(s, d) - s**2 * HALF_NORMAL / (1 - d) ** 2,
    ),
    Mistake("practice-exercise-relu-mask-alone", lambda s, d: s**2 / 2 * odds(d)),
)

# ---- exercise 4 ----

HEAD_VARIANCE = (
    Mistake(SWAPPED, lambda w, h, d: np.sum((w * h) ** 2) * odds(1 - d)),
    Mistake(NOT_SQUARED, lambda w, h, d: np.sum(w * h) * odds(d)),
    Mistake(NOT_SQUARED, lambda w, h, d: np.sum(np.abs(w * h)) * odds(d)),
    Mistake(NOT_SQUARED, lambda w, h, d: np.sum(w * h**2) * odds(d)),
    Mistake(NOT_SQUARED, lambda w, h, d: np.sum(w**2 * h) * odds(d)),
    Mistake(DEVIATION, lambda w, h, d: math.sqrt(np.sum((w * h) ** 2) * odds(d))),
    Mistake(NO_RESCALING, lambda w, h, d: np.sum((w * h) ** 2) * d * (1 - d)),
    Mistake(SECOND_MOMENT, lambda w, h, d: np.sum((w * h) ** 2) / (1 - d)),
    Mistake(SECOND_MOMENT, lambda w, h, d: np.sum((w * h) ** 2) * odds(d) + (w @ h) ** 2),
    Mistake(SQUARE_OF_THE_SUM, lambda w, h, d: (w @ h) ** 2 * odds(d)),
    Mistake(OF_THE_WEIGHTS, lambda w, h, d: np.sum(w**2) * odds(d)),
    Mistake(OF_THE_WEIGHTS, lambda w, h, d: np.sum(h**2) * odds(d)),
    Mistake(DIVIDED_TWICE, lambda w, h, d: np.sum((w * h) ** 2) * d / (1 - d) ** 2),
    Mistake("practice-exercise-mean-for-sum", lambda w, h, d: np.mean((w * h) ** 2) * odds(d)),
)

# ---- exercise 5 ----


def _penalty(X, w):
    return np.sum((X * w) ** 2)


PENALTY = (
    Mistake(SWAPPED, lambda X, w, d: _penalty(X, w) * odds(1 - d)),
    Mistake("practice-exercise-mean-for-sum", lambda X, w, d: _penalty(X, w) * odds(d) / len(X)),
    Mistake("practice-exercise-mean-for-sum", lambda X, w, d: np.mean((X * w) ** 2) * odds(d)),
    Mistake(OF_THE_WEIGHTS, lambda X, w, d: np.sum(w**2) * odds(d)),
    Mistake(OF_THE_WEIGHTS, lambda X, w, d: len(X) * np.sum(w**2) * odds(d)),
    Mistake(
        "practice-exercise-one-norm-for-all", lambda X, w, d: np.sum(w**2) * np.sum(X**2) * odds(d)
    ),
    Mistake(NOT_SQUARED, lambda X, w, d: np.sum(w * np.sum(X**2, axis=0)) * odds(d)),
    Mistake(NOT_SQUARED, lambda X, w, d: np.sum(w**2 * np.sqrt(np.sum(X**2, axis=0))) * odds(d)),
    Mistake(NOT_SQUARED, lambda X, w, d: np.sum(w**2 * np.sum(X, axis=0)) * odds(d)),
    Mistake(SQUARE_OF_THE_SUM, lambda X, w, d: np.sum((X @ w) ** 2) * odds(d)),
    Mistake(SQUARE_OF_THE_SUM, lambda X, w, d: np.sum((w * np.sum(X, axis=0)) ** 2) * odds(d)),
    Mistake(NO_RESCALING, lambda X, w, d: _penalty(X, w) * d * (1 - d)),
    Mistake(DIVIDED_TWICE, lambda X, w, d: _penalty(X, w) * d / (1 - d) ** 2),
    Mistake(SECOND_MOMENT, lambda X, w, d: _penalty(X, w) / (1 - d)),
    Mistake("practice-exercise-penalty-halved", lambda X, w, d: _penalty(X, w) * odds(d) / 2),
    Mistake(DEVIATION, lambda X, w, d: math.sqrt(_penalty(X, w) * odds(d))),
)


# ---- exercise 6 ----


def _covariance(h, W, dropout, factor=odds):
    terms = h[:, None] * W
    return terms.T @ terms * factor(dropout)


def _diagonal(matrix):
    return np.diag(np.diag(matrix))


def _correlation(matrix):
    deviations = np.sqrt(np.diag(matrix))
    return matrix / np.outer(deviations, deviations)


def _of_both(change):
    """The same mistake for dropout and for DropConnect: change(h, W, dropout) gives the former."""
    return change, lambda *args: _diagonal(change(*args))


COMMON = (
    (SWAPPED, *_of_both(lambda h, W, d: _covariance(h, W, 1 - d))),
    (NO_RESCALING, *_of_both(lambda h, W, d: _covariance(h, W, d, lambda d: d * (1 - d)))),
    (DIVIDED_TWICE, *_of_both(lambda h, W, d: _covariance(h, W, d, lambda d: d / (1 - d) ** 2))),
    (SECOND_MOMENT, *_of_both(lambda h, W, d: _covariance(h, W, d, lambda d: 1 / (1 - d)))),
    (
        SECOND_MOMENT,
        lambda h, W, d: _covariance(h, W, d) + np.outer(h @ W, h @ W),
        lambda h, W, d: _diagonal(_covariance(h, W, d)) + np.outer(h @ W, h @ W),
    ),
    (OF_THE_WEIGHTS, *_of_both(lambda h, W, d: W.T @ W * odds(d))),
    (NOT_SQUARED, *_of_both(lambda h, W, d: (h[:, None] * W).T @ W * odds(d))),
    (SQUARE_OF_THE_SUM, *_of_both(lambda h, W, d: np.outer(h @ W, h @ W) * odds(d))),
    (
        "practice-exercise-correlation",
        lambda h, W, d: _correlation(_covariance(h, W, d)),
        lambda h, W, d: np.eye(W.shape[1]),
    ),
    (
        "practice-exercise-units-for-outputs",
        lambda h, W, d: (h[:, None] * W) @ (h[:, None] * W).T * odds(d),
        lambda h, W, d: _diagonal((h[:, None] * W) @ (h[:, None] * W).T) * odds(d),
    ),
    (
        "practice-exercise-variances-alone",
        lambda h, W, d: np.diag(_covariance(h, W, d)),
        lambda h, W, d: np.diag(_covariance(h, W, d)),
    ),
)
OF_DROPOUT = (
    Mistake(
        "practice-exercise-outputs-independent", lambda h, W, d: _diagonal(_covariance(h, W, d))
    ),
    *(Mistake(name, dropped) for name, dropped, _ in COMMON),
)
OF_DROPCONNECT = (
    Mistake("practice-exercise-outputs-share-masks", _covariance),
    *(Mistake(name, connected) for name, _, connected in COMMON),
)
