"""Checks of the autograded halves of the inline questions."""

import itertools
import math

from autograder.candidate import NotWritten, WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.recorded import believed_histories, finals, near

DIRECTIONS = {
    "raise": ("raise", "raised", "increase", "increased", "higher", "up", "raise p", "increase p"),
    "leave": ("leave", "same", "unchanged", "leave p", "no change", "leave it", "keep it"),
    "lower": ("lower", "lowered", "decrease", "decreased", "reduce", "down", "lower p"),
}


def check_mean_without_division(trial):
    """Question 1, first number: E[out] / x = p = .25."""
    answer = _numbers(trial, "inline_question_1", 2)[0]
    if not math.isclose(answer, 0.25, abs_tol=0.01):
        raise Failed(
            "inline_question_1()",
            f"gave {answer:g} as E[out] / x at p = 0.25 with nothing divided",
            "work out the mean of an entry that is x with probability p and 0 otherwise",
            "keep-drop-swapped" if math.isclose(answer, 0.75, abs_tol=0.01) else "undivided-mean",
        )


def check_ratio_after_two_layers(trial):
    """Question 1, second number: 1/p a layer, so 4 after two layers at p = .5."""
    answer = _numbers(trial, "inline_question_1", 2)[1]
    if not math.isclose(answer, 4, abs_tol=0.05):
        raise Failed(
            "inline_question_1()",
            f"gave {answer:g} as the test-time output over the training average, "
            "two layers at p = 0.5",
            "every layer contributes its own factor, and test time is the larger side",
            "inverted-ratio" if answer in (0.25, 0.5) else "exponent-forgotten",
        )


def check_accuracies_match_the_run(trial):
    """Question 2: the four final accuracies are those of the recorded run, in the order asked."""
    answers, recorded = _with_histories(trial)
    if all(1 < answer <= 100 for answer in answers):
        answers = [answer / 100 for answer in answers]  # given as percentages
    right = near(answers, recorded)
    if not all(right):
        swaps = [("train-val-swapped", (1, 0, 3, 2)), ("runs-swapped", (2, 3, 0, 1))]
        swaps += [("wrong-order", order) for order in itertools.permutations(range(4))]
        name = next(
            (n for n, order in swaps if all(near([answers[i] for i in order], recorded))),
            "numbers-not-from-the-run",
        )
        raise Failed(
            "inline_question_2()",
            "gave " + ", ".join(f"{a:.3f}" for a in answers),
            "this run recorded " + ", ".join(f"{r:.3f}" for r in recorded) + ", in the order asked",
            name,
            credit=sum(right) / 4 if name == "numbers-not-from-the-run" else 0.5,
        )


def check_smaller_layers_need_less_dropout(trial):
    """Question 3: raise p for smaller layers; leaving it is worth half."""
    answer, _ = trial.candidate.call("inline_question_3")
    if answer is None:
        raise NotWritten(
            "inline_question_3", "returned None: not answered yet, or a `return` is missing"
        )
    words = str(answer).strip().strip(".!").lower()
    choice = next((c for c, spellings in DIRECTIONS.items() if words in spellings), None)
    if choice is None:
        raise WrongReturn(
            "inline_question_3()",
            f"returned {words[:40]!r}, which is not one of the words asked for",
        )
    if choice != "raise":
        raise Failed(
            "inline_question_3()",
            f'gave "{choice}"',
            "think of how much regularisation a net of less capacity needs",
            "rate-is-scale-free" if choice == "leave" else "keep-drop-confused",
            credit=0.5 if choice == "leave" else 0.0,
        )


def _with_histories(trial):
    """(the student's four numbers, the recorded ones).

    An answer that reads `histories` reads those which are believed.
    """
    histories = believed_histories(trial)
    with trial.candidate.replaced({"histories": trial.candidate.hold(histories)}):
        answers = _numbers(trial, "inline_question_2", 4)
    return answers, finals(histories)


def _numbers(trial, name, count):
    """The numbers that a question's function returns. NotWritten for None."""
    called = f"{name}()"
    values, _ = trial.candidate.call(name)
    if hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, dict):
        values = list(values.values())
    if values is None or (isinstance(values, (list, tuple)) and any(v is None for v in values)):
        raise NotWritten(name, "returned None: not answered yet, or a `return` is missing")
    if not isinstance(values, (list, tuple)) or len(values) != count:
        raise WrongReturn(called, f"did not return {count} numbers")
    numbers = []
    for value in values:
        if isinstance(value, str):
            value = value.strip().rstrip("%")
        try:
            numbers.append(float(value))
        except (TypeError, ValueError, OverflowError):
            raise WrongReturn(called, f"did not return {count} numbers") from None
    if not all(map(math.isfinite, numbers)):
        raise WrongReturn(called, "returned a number that is not finite")
    return numbers
