"""What known mistakes return when accuracies are compared: exercises 1, 2 and 5's last (part 4)."""

import math

import numpy as np

from autograder.checks.practice.exact import Mistake

# ---- exercise 1 ----


def _paired(first, second):
    if len(first) != len(second):
        raise ValueError
    return np.subtract(first, second)


def _over_pairs(first, second):
    return np.array([a - b for a, b in zip(first, second, strict=False)])


def _deviation_of_mean(values, ddof=1):
    return np.std(values, ddof=ddof) / math.sqrt(len(values))


def _squares(first, second, ddof=1):
    """The two variances of the means."""
    return [_deviation_of_mean(values, ddof) ** 2 for values in (first, second)]


def _pooled(first, second):
    m, n = len(first), len(second)
    both = (m - 1) * np.var(first, ddof=1) + (n - 1) * np.var(second, ddof=1)
    return math.sqrt(both / (m + n - 2) * (1 / m + 1 / n))


DIFFERENCE = (
    Mistake("practice-exercise-difference-sign", lambda a, b: np.mean(b) - np.mean(a)),
    Mistake("practice-exercise-difference-absolute", lambda a, b: abs(np.mean(a) - np.mean(b))),
    Mistake("practice-exercise-sum-for-difference", lambda a, b: np.mean(a) + np.mean(b)),
    Mistake("practice-exercise-difference-of-sums", lambda a, b: np.sum(a) - np.sum(b)),
    Mistake("practice-exercise-difference-of-best", lambda a, b: max(a) - max(b)),
    Mistake("practice-exercise-difference-of-last", lambda a, b: a[-1] - b[-1]),
    Mistake("practice-exercise-difference-of-medians", lambda a, b: np.median(a) - np.median(b)),
    Mistake("practice-exercise-difference-relative", lambda a, b: np.mean(a) / np.mean(b) - 1),
    Mistake("practice-exercise-runs-paired", lambda a, b: _paired(a, b).mean(), 0.5),
    Mistake("practice-exercise-runs-paired", lambda a, b: _over_pairs(a, b).mean(), 0.5),
)
STANDARD_ERROR = (
    Mistake(
        "practice-exercise-n-for-n-minus-1", lambda a, b: math.sqrt(sum(_squares(a, b, 0))), 0.5
    ),
    Mistake(
        "practice-exercise-errors-added",
        lambda a, b: _deviation_of_mean(a) + _deviation_of_mean(b),
    ),
    Mistake(
        "practice-exercise-errors-added",
        lambda a, b: _deviation_of_mean(a, 0) + _deviation_of_mean(b, 0),
    ),
    Mistake("practice-exercise-error-not-rooted", lambda a, b: sum(_squares(a, b))),
    Mistake("practice-exercise-error-not-rooted", lambda a, b: sum(_squares(a, b, 0))),
    Mistake(
        "practice-exercise-deviation-for-error",
        lambda a, b: math.sqrt(np.var(a, ddof=1) + np.var(b, ddof=1)),
    ),
    Mistake("practice-exercise-deviation-for-error", lambda a, b: math.sqrt(np.var(a) + np.var(b))),
    Mistake(
        "practice-exercise-n-minus-1-again",
        lambda a, b: math.sqrt(sum(np.var(v, ddof=1) / (len(v) - 1) for v in (a, b))),
        0.5,
    ),
    *(
        Mistake(
            "practice-exercise-one-number-of-runs",
            lambda a, b, place=place: math.sqrt(
                (np.var(a, ddof=1) + np.var(b, ddof=1)) / len((a, b)[place])
            ),
        )
        for place in (0, 1)
    ),
    Mistake(
        "practice-exercise-variances-subtracted",
        lambda a, b: math.sqrt(abs(np.subtract(*_squares(a, b)))),
    ),
    Mistake("practice-exercise-variance-pooled", _pooled, 0.5),
    Mistake("practice-exercise-runs-thrown-together", lambda a, b: _deviation_of_mean([*a, *b])),
    Mistake(
        "practice-exercise-runs-thrown-together",
        lambda a, b: np.std([*a, *b], ddof=1) * math.sqrt(1 / len(a) + 1 / len(b)),
    ),
    Mistake(
        "practice-exercise-interval-for-error", lambda a, b: 1.96 * math.sqrt(sum(_squares(a, b)))
    ),
    Mistake(
        "practice-exercise-interval-for-error", lambda a, b: 2 * math.sqrt(sum(_squares(a, b)))
    ),
    Mistake("practice-exercise-runs-paired", lambda a, b: _deviation_of_mean(_paired(a, b))),
    Mistake("practice-exercise-runs-paired", lambda a, b: _deviation_of_mean(_paired(a, b), 0)),
    Mistake("practice-exercise-runs-paired", lambda a, b: _deviation_of_mean(_over_pairs(a, b))),
    Mistake("practice-exercise-one-setting-alone", lambda a, b: _deviation_of_mean(a)),
    Mistake("practice-exercise-one-setting-alone", lambda a, b: _deviation_of_mean(b)),
)

# ---- exercise 2 ----


def _best(history):
    return int(np.argmax(history["val"]))


def _worst(history):
    return history["epoch"][int(np.argmin(history["val"]))]


def _if_evenly_spaced(history):
    first, second = history["epoch"][:2]
    return first + _best(history) * (second - first)


def _at_the_epoch(history):
    """The accuracy at the place of that number, where there is one."""
    return history["val"][history["epoch"][_best(history)]]


BEST_EPOCH = (
    Mistake("practice-exercise-index-for-epoch", _best),
    Mistake("practice-exercise-index-for-epoch", lambda history: _best(history) + 1),
    Mistake(
        "practice-exercise-index-for-epoch",
        lambda history: (_at_the_epoch(history), history["epoch"][_best(history)])[1],
    ),
    Mistake("practice-exercise-epochs-evenly-spaced", _if_evenly_spaced),
    Mistake("practice-exercise-worst-for-best", _worst),
    Mistake("practice-exercise-last-for-best", lambda history: history["epoch"][-1]),
    Mistake("practice-exercise-accuracy-for-epoch", lambda history: max(history["val"])),
)
ACCURACIES = (
    Mistake("practice-exercise-worst-for-best", lambda h: (min(h["val"]), h["val"][-1])),
    Mistake("practice-exercise-epoch-for-last-accuracy", lambda h: (max(h["val"]), h["epoch"][-1])),
    Mistake("practice-exercise-best-and-last-alike", lambda h: (max(h["val"]), max(h["val"]))),
    Mistake("practice-exercise-best-and-last-alike", lambda h: (h["val"][-1], h["val"][-1])),
    Mistake("practice-exercise-last-but-one", lambda h: (max(h["val"]), h["val"][-2])),
    Mistake("practice-exercise-best-and-last-swapped", lambda h: (h["val"][-1], max(h["val"]))),
    Mistake(
        "practice-exercise-index-for-epoch",
        lambda h: (_at_the_epoch(h), h["val"][-1]),
    ),
)

TRAINING = "practice-exercise-train-for-validation"
TRAINING_EPOCH = (
    Mistake(TRAINING, lambda h: h["epoch"][int(np.argmax(h["train"]))]),
    Mistake(TRAINING, lambda h: h["epoch"][int(np.argmin(h["loss"]))]),
)
TRAINING_ACCURACIES = (
    Mistake(TRAINING, lambda h: (max(h["train"]), h["train"][-1])),
    Mistake(TRAINING, lambda h: (max(h["val"]), h["train"][-1])),
    Mistake(TRAINING, lambda h: (h["val"][int(np.argmax(h["train"]))], h["val"][-1])),
    Mistake(TRAINING, lambda h: (max(h["train"]), h["val"][-1])),
    Mistake(TRAINING, lambda h: (h["train"][_best(h)], h["train"][-1])),
)

# ---- exercise 5 ----


def _gains(accuracy):
    gains = {name: accuracy[name] - accuracy["neither"] for name in accuracy}
    return gains["both"], gains["decay"], gains["dropout"]


def _of_changed(change):
    """Beyond additive, where each gain is changed first."""

    def values(accuracy):
        both, decay, dropout = map(change, _gains(accuracy))
        return both - decay - dropout

    return Mistake("practice-exercise-harm-for-gain", values, 0.5)


INTERACTION = (
    _of_changed(lambda gain: max(0.0, gain)),
    _of_changed(abs),
    Mistake(
        "practice-exercise-interaction-sign",
        lambda a: a["decay"] + a["dropout"] - a["both"] - a["neither"],
    ),
    Mistake(
        "practice-exercise-accuracies-for-gains", lambda a: a["both"] - a["decay"] - a["dropout"]
    ),
    Mistake(
        "practice-exercise-accuracies-for-gains", lambda a: a["decay"] + a["dropout"] - a["both"]
    ),
    Mistake(
        "practice-exercise-accuracies-for-gains",
        lambda a: a["both"] - a["neither"] - a["decay"] - a["dropout"],
    ),
    Mistake(
        "practice-exercise-accuracies-for-gains",
        lambda a: a["both"] - (a["decay"] - a["neither"]) - (a["dropout"] - a["neither"]),
    ),
    Mistake(
        "practice-exercise-beyond-the-better", lambda a: a["both"] - max(a["decay"], a["dropout"])
    ),
    Mistake("practice-exercise-gain-of-both", lambda a: a["both"] - a["neither"]),
    Mistake(
        "practice-exercise-mean-of-gains", lambda a: a["both"] - (a["decay"] + a["dropout"]) / 2
    ),
    Mistake("practice-exercise-interaction-absolute", lambda a: abs(_beyond(a))),
    Mistake("practice-exercise-interaction-relative", lambda a: _gains(a)[0] / sum(_gains(a)[1:])),
    Mistake("practice-exercise-interaction-relative", lambda a: _beyond(a) / a["neither"]),
)


def _beyond(accuracy):
    both, decay, dropout = _gains(accuracy)
    return both - decay - dropout
