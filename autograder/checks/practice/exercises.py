"""Checks of the exercises with an exact answer (part 4). dropout is the probability of DROPPING.

What the student returns is compared with the oracle's sums over all masks, or with its numerical
integral; nothing is decided by chance. Functions that may well call one another are judged with
right ones in their place too.
"""

from dataclasses import replace

import numpy as np

from autograder.candidate import CandidateError, NotWritten, WrongReturn
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice import accuracy_mistakes, variance_mistakes
from autograder.checks.practice.exact import Case, Part, Question, require
from autograder.checks.practice.returned import show
from autograder.checks.practice.right_helpers import beside_right_helpers

NO_DROPOUT = "practice-exercise-no-dropout"
TIES = "practice-exercise-tie"
FOUR = ("neither", "decay", "dropout", "both")


def check_difference_is_right(trial):
    """Exercise 1: the mean of the first setting minus that of the second."""
    require(trial, SWAP, "difference")


def check_standard_error_is_right(trial):
    """Exercise 1: sqrt(s1**2 / n1 + s2**2 / n2), with n - 1 in the variances."""
    require(trial, SWAP, "standard error")


def check_best_epoch_is_found(trial):
    """Exercise 2: when the validation accuracy was highest; the first time, if several."""
    _require_of_history(trial, "epoch", "accuracies")


def check_both_accuracies_are_read(trial):
    """Exercise 2: the highest validation accuracy, and the last one."""
    _require_of_history(trial, "accuracies", "epoch")


def check_activation_variance_is_exact(trial):
    """Exercise 3: the variance over the units' values and the mask."""
    require(trial, ACTIVATION, "variance")


def check_head_variance_is_exact(trial):
    """Exercise 4: the variance of a linear head over masks."""
    _require(trial, HEAD, "variance")


def check_penalty_is_exact(trial):
    """Exercise 5: what dropout adds to the mean squared error, summed over examples."""
    _require(trial, PENALTY, "penalty")


def check_interaction_is_right(trial):
    """Exercise 5: the gain of both beyond the sum of the single ones."""
    require(trial, ADDITIVE, "interaction")


def check_covariance_under_dropout(trial):
    """Exercise 6: the outputs share the units' mask, so they vary together."""
    _require(trial, COVARIANCES, "dropout")


def check_covariance_under_dropconnect(trial):
    """Exercise 6: no two outputs share a weight, so they vary on their own."""
    _require(trial, COVARIANCES, "dropconnect")


def _require(trial, question, part):
    beside_right_helpers(trial, question.name, lambda trial: require(trial, question, part))


def _require_of_history(trial, part, other):
    """As require. Who reads the training accuracies gets some, to see what is done with them."""
    try:
        require(trial, HISTORY, part)
    except (NotWritten, WrongReturn, CallTimeout):
        raise
    except CandidateError as error:
        _require_with_training(trial, part, other, error)


def _require_with_training(trial, part, other, error):
    try:
        require(trial, WITH_TRAINING, part)
    except CandidateError:
        raise error from None
    try:
        require(trial, WITH_TRAINING, other)
    except Failed:
        return  # that is where they were read, and where it costs
    except CandidateError:
        pass
    should = 'history has only the keys "epoch" and "val"'
    raise Failed(error.called, error.problem, should, accuracy_mistakes.TRAINING, 0.5)


def _settings(rng):
    """Numbers of runs that differ, and agree; the first setting is better, and worse."""
    cases = []
    for better, first, second in ((True, 5, 3), (False, 4, 4), (False, 3, 6)):
        high = _accuracies(rng, 0.75, first if better else second)
        low = _accuracies(rng, 0.55, second if better else first)
        pair = (high, low) if better else (low, high)
        words = f"first = {_shown(pair[0])}, second = {_shown(pair[1])}"
        cases.append(Case(pair, words))
    return cases


def _accuracies(rng, least, count):
    return np.round(rng.uniform(least, least + 0.15, count), 3).tolist()


def _shown(values):
    return f"[{', '.join(f'{value:g}' for value in values)}]"


def _histories(rng):
    """The best in the middle, at the first epoch, near the end of uneven ones; then one that is
    reached twice.
    """
    cases = []
    for epochs, best in (([0, 2, 4, 6, 8], 2), ([1, 4, 7, 10], 0), ([5, 10, 20, 30, 50, 80], 4)):
        val = _accuracies(rng, 0.6, len(epochs))
        val[1], val[best] = 0.58, round(max(val) + 0.05, 3)  # the lowest is not the last
        cases.append(_history(epochs, val))
    cases.append(_history([0, 3, 6, 9, 12], [0.61, 0.83, 0.74, 0.83, 0.7], edge=TIES))
    return cases


def _histories_with_training(rng):
    cases = []
    for case in _histories(rng):
        history = case.args[0]
        count = len(history["val"])
        train = sorted(_accuracies(rng, 0.8, count))
        loss = sorted(_accuracies(rng, 0.3, count), reverse=True)
        if case.edge is None:
            words = f'{case.words[:-1]}, "train": {_shown(train)}, "loss": {_shown(loss)}}}'
            cases.append(Case(({**history, "train": train, "loss": loss},), words))
    return cases


def _history(epochs, val, edge=None):
    history = {"epoch": epochs, "val": val}
    return Case((history,), f'history = {{"epoch": {_shown(epochs)}, "val": {_shown(val)}}}', edge)


def _deviations(rng):
    values = ((2.0, 0.25, None), (0.5, 0.6, None), (3.0, 0.4, None), (1.5, 0.0, NO_DROPOUT))
    return [Case((s, d), f"s = {s:g}, {_drop(d)}", edge) for s, d, edge in values]


def _heads(rng):
    cases = []
    for n, dropout, edge in ((3, 0.25, None), (4, 0.7, None), (1, 0.4, None), (2, 0, NO_DROPOUT)):
        w, h = _signed(rng, n), np.abs(_signed(rng, n))
        cases.append(Case((w, h, dropout), f"w = {show(w)}, h = {show(h)}, {_drop(dropout)}", edge))
    return cases


def _regressions(rng):
    cases = []
    sizes = ((4, 3, 0.25, None), (2, 4, 0.7, None), (3, 1, 0.4, None), (2, 2, 0.0, NO_DROPOUT))
    for examples, inputs, dropout, edge in sizes:
        X, w = _signed(rng, (examples, inputs)), _signed(rng, inputs)
        cases.append(Case((X, w, dropout), f"X = {show(X)}, w = {show(w)}, {_drop(dropout)}", edge))
    return cases


def _four_accuracies(rng):
    """The gain of both is less than the sum, then more; then one of the two alone does harm.
    Last, the same names in another order.
    """
    gains, harm = (0.06, 0.11), (-0.05, -0.02)
    cases = []
    for decay, dropout, both, names in (
        (gains, gains, (0.08, 0.1), FOUR),
        (gains, gains, (0.25, 0.33), FOUR),
        (harm, gains, (0.12, 0.16), FOUR),
        (gains, harm, (0.02, 0.04), FOUR),
        (gains, gains, (0.25, 0.33), FOUR[1:] + FOUR[:1]),
    ):
        accuracy = {"neither": rng.uniform(0.6, 0.65)}
        for name, limits in (("decay", decay), ("dropout", dropout), ("both", both)):
            accuracy[name] = accuracy["neither"] + rng.uniform(*limits)
        accuracy = {name: round(float(accuracy[name]), 3) for name in names}
        words = ", ".join(f'"{name}": {value:g}' for name, value in accuracy.items())
        edge = None if names == FOUR else "practice-exercise-names-by-position"
        cases.append(Case((accuracy,), f"accuracy = {{{words}}}", edge))
    return cases


def _examples(rng):
    cases = []
    sizes = ((3, 2, 0.25, None), (2, 3, 0.7, None), (1, 2, 0.4, None), (2, 2, 0.0, NO_DROPOUT))
    for n, outputs, dropout, edge in sizes:
        h, W = np.abs(_signed(rng, n)), _signed(rng, (n, outputs))
        cases.append(Case((h, W, dropout), f"h = {show(h)}, W = {show(W)}, {_drop(dropout)}", edge))
    return cases


def _drop(dropout):
    return f"dropout = {dropout:g} (drop)"


def _signed(rng, shape):
    """Between .3 and 1.9 with either sign, to one decimal so that messages can show it."""
    return np.round(rng.uniform(0.3, 1.9, shape) * rng.choice((-1.0, 1.0), shape), 1)


def _truth(name):
    """The oracle's function of a name; it returns a tuple."""
    return lambda oracle, *args: getattr(oracle.practice("exercises"), name)(*args)


SWAP = Question(
    "exercise",
    "swap_effect",
    "first, second",
    _settings,
    _truth("difference_and_error"),
    {
        "difference": Part({0: "the difference"}, accuracy_mistakes.DIFFERENCE),
        "standard error": Part({1: "the standard error"}, accuracy_mistakes.STANDARD_ERROR),
    },
)
HISTORY = Question(
    "exercise",
    "best_and_last",
    "history",
    _histories,
    _truth("best_and_last"),
    {
        "epoch": Part({0: "the best epoch"}, accuracy_mistakes.BEST_EPOCH),
        "accuracies": Part(
            {1: "the best accuracy", 2: "the last accuracy"}, accuracy_mistakes.ACCURACIES
        ),
    },
)
WITH_TRAINING = replace(
    HISTORY,
    draw=_histories_with_training,
    parts={
        "epoch": replace(HISTORY.parts["epoch"], mistakes=accuracy_mistakes.TRAINING_EPOCH),
        "accuracies": replace(
            HISTORY.parts["accuracies"], mistakes=accuracy_mistakes.TRAINING_ACCURACIES
        ),
    },
)
ACTIVATION = Question(
    "exercise",
    "relu_dropout_variance",
    "s, dropout",
    _deviations,
    _truth("activation_variance"),
    {"variance": Part({0: "the variance"}, variance_mistakes.ACTIVATION_VARIANCE)},
)
HEAD = Question(
    "exercise",
    "head_variance",
    "w, h, dropout",
    _heads,
    _truth("head_variance"),
    {"variance": Part({0: "the variance"}, variance_mistakes.HEAD_VARIANCE)},
)
PENALTY = Question(
    "exercise",
    "dropout_penalty",
    "X, w, dropout",
    _regressions,
    _truth("penalty"),
    {"penalty": Part({0: "the penalty"}, variance_mistakes.PENALTY)},
)
ADDITIVE = Question(
    "exercise",
    "beyond_additive",
    "accuracy",
    _four_accuracies,
    _truth("beyond_additive"),
    {"interaction": Part({0: "the result"}, accuracy_mistakes.INTERACTION)},
)
COVARIANCES = Question(
    "exercise",
    "output_covariances",
    "h, W, dropout",
    _examples,
    _truth("covariances"),
    {
        "dropout": Part({0: "the covariance under dropout"}, variance_mistakes.OF_DROPOUT),
        "dropconnect": Part(
            {1: "the covariance under DropConnect"}, variance_mistakes.OF_DROPCONNECT
        ),
    },
)
