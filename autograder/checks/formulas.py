"""Checks of the quiz: each answer is a formula, judged by what it means (autograder.quiz)."""

from autograder.candidate import NotWritten, WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.misconceptions import of_formula
from autograder.quiz.judge.assessment import BLANK, UNREAD
from autograder.quiz.judge.judge import judge
from autograder.quiz.questions.draw import variant_of
from autograder.quiz.reading.echo import visible_lines

SHOWN = 300  # characters of an answer that a message repeats


class NoSubmitter(Exception):
    """Papers are drawn for students, and nobody said whose work this is: the grader's fault."""


def check_forward_formula_is_right(trial):
    """Question 1: out = D * Y / p, in any form."""
    _judge(trial, "forward", "forward_formula")


def check_backward_formula_is_right(trial):
    """Question 2: dL/dY = dL/dH * D / p, in any form."""
    _judge(trial, "backward", "backward_formula")


def check_small_convolution_is_right(trial):
    """Question 3: the outputs of a small convolution, written out or as one formula."""
    _judge(trial, "convolution", "small_convolution")


def check_general_convolution_is_right(trial):
    """Question 4: N points, C channels, F filters, bias, stride and padding."""
    _judge(trial, "general", "general_convolution")


def check_small_gradients_are_right(trial):
    """The extension: dL/dW and dL/dX of question 3."""
    _judge(trial, "extension", "small_gradients")


def _judge(trial, item, name):
    """Judge what the function `name` returns. Raises Failed with the share of the points kept."""
    answer = _answer(trial, name)
    submitter = trial.submitter
    if submitter.term_secret and not submitter.student:
        raise NoSubmitter("the questions were drawn for each student, and no student is named")
    judgement = judge(item, answer, variant_of(submitter.student, submitter.term_secret))
    if judgement.status == BLANK:
        raise NotWritten(name, "returned an empty text: nothing is written yet")
    if judgement.share == 1:
        return
    found = judgement.diagnoses[0].name if judgement.diagnoses else None
    if judgement.status == UNREAD:
        returned, expected = f"cannot be read as a formula:\n{judgement.error}", ""
    else:
        between = "\n" if "\n" in judgement.plain else " "
        returned = f"was read as{between}{judgement.plain}"
        expected = "\n".join(judgement.notes)
    raise Failed(
        f"the answer {_shortened(answer)}",
        returned,
        expected,
        of_formula(found) if found else None,
        credit=float(judgement.share),
    )


def _answer(trial, name):
    """The text that a question's function returns; several lines may come as a list or by name."""
    answer, _ = trial.candidate.call(name)
    if answer is None:
        raise NotWritten(name, "returned None: not answered yet, or a `return` is missing")
    if isinstance(answer, dict):
        answer = [f"{key} = {value}" for key, value in answer.items()]
    if isinstance(answer, (list, tuple)) and all(isinstance(line, str) for line in answer):
        answer = "\n".join(answer)
    if not isinstance(answer, str):
        raise WrongReturn(f"{name}()", "did not return text between quotes")
    return answer


def _shortened(text):
    text = visible_lines(text)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]} …"
