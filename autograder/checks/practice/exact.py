"""Questions with an exact answer: what came back, and which mistake would have given just that.

A Question is a function of the notebook, the cases it is called with, the oracle's answers, and
for each part of what it returns the mistakes that are known. Nothing is decided by chance.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice.returned import ask, show, split, squeezed_or_error

# Wide enough for sums in float32, too narrow for an estimate from samples.
RELATIVE, ABSOLUTE = 1e-5, 1e-6
# What rounded values and estimates stay within, for the message alone.
ESTIMATE = 0.05
# What a mistake may do where a value cannot be made, the student's or a Mistake of ours.
MISTAKES_RAISE = (ValueError, ArithmeticError, LookupError)
# Misconceptions that any of these questions may meet, after "practice-<topic>-".
OTHER_ORDER, SAMPLED, NEAR = "other-order", "sampled", "near"


@dataclass(frozen=True)
class Case:
    """Arguments of a call. words: how messages name it. edge: the misconception where the ordinary
    cases are right and this one is not; None for an ordinary case.
    """

    args: tuple
    words: str
    edge: str | None = None


@dataclass(frozen=True)
class Mistake:
    """values(*args) is what it returns in place of a part, or raises where the mistake does.

    credit: the part of the points that it leaves.
    """

    name: str
    values: Callable
    credit: float = 0.0


@dataclass(frozen=True)
class Part:
    """What one check judges. words: {place among the values returned: what it is called}."""

    words: dict
    mistakes: tuple


@dataclass(frozen=True)
class Question:
    """name: the notebook's function. draw(rng) gives the Cases, truth(oracle, *args) the tuple of
    right values. parts: {name: Part}, together all the places. topic: begins the names of
    misconceptions.
    """

    topic: str
    name: str
    signature: str
    draw: Callable
    truth: Callable
    parts: dict

    @property
    def count(self):
        """How many values are returned; 1 is the value itself, in no tuple."""
        return sum(len(part.words) for part in self.parts.values())

    def mistake(self, name):
        """The topic's misconception of this name."""
        return f"practice-{self.topic}-{name}"


@dataclass(frozen=True)
class Answer:
    """called: the call in words. truth: the right values. given: what came back, for each place a
    float64 array without axes of length 1, or the CandidateError there.
    """

    case: Case
    called: str
    truth: tuple
    given: tuple

    def wrong_places(self, part):
        """Those places of a part that are not as the oracle says."""
        return [i for i in part.words if not _same(self.given[i], self.truth[i])]


def require(trial, question, part):
    """Raise the Failed or CandidateError that a part of the answers deserves, if any.

    One mistake is punished once: where it explains k parts, each keeps 1 - 1/k of its points.
    """
    problem = _problem(trial, question, part)
    if problem is None:
        return
    if isinstance(problem, Failed) and problem.credit == 0 and problem.finding.misconception:
        others = [_problem(trial, question, other) for other in question.parts]
        alike = sum(
            isinstance(other, Failed)
            and other.finding.misconception == problem.finding.misconception
            for other in others
        )
        problem.credit = 1 - 1 / alike
    raise problem


def _answers(trial, question):
    def take():
        return [_answer(trial, question, case) for case in question.draw(trial.rng)]

    return trial.measure(("answers", question.name, question.draw.__name__), take)


def _answer(trial, question, case):
    called = f"{question.name}({question.signature}) with {case.words}"
    return Answer(
        case,
        called,
        question.truth(trial.oracle, *case.args),
        _given(trial, question, called, case.args),
    )


def _given(trial, question, called, args):
    words = {i: w for part in question.parts.values() for i, w in part.words.items()}
    try:
        value = ask(trial, question.name, called, args)
        values = split(called, value, question.count) if question.count > 1 else (value,)
    except (NotWritten, CallTimeout):
        raise
    except CandidateError as error:
        return (error,) * question.count
    return tuple(squeezed_or_error(called, value, words[i]) for i, value in enumerate(values))


def _problem(trial, question, name):
    """What is wrong with a part: None, a Failed or a CandidateError."""
    part, answers = question.parts[name], _answers(trial, question)
    wrong = [a for a in answers if a.wrong_places(part)]
    if not wrong:
        return None
    ordinary = [a for a in answers if a.case.edge is None]
    first = next((a for a in wrong if a.case.edge is None), wrong[0])
    if first.case.edge is not None:
        return _failed(first, part, first.case.edge, 0.5)
    mistake, credit = _explanation(trial, question, part, ordinary)
    place = first.wrong_places(part)[0]
    if mistake is None and isinstance(first.given[place], CandidateError):
        return first.given[place]
    return _failed(first, part, mistake, credit)


def _failed(answer, part, misconception, credit):
    place = answer.wrong_places(part)[0]
    given, expected, words = answer.given[place], answer.truth[place], part.words[place]
    if isinstance(given, CandidateError):
        returned = given.problem
    elif given.shape != np.squeeze(expected).shape:
        returned = f"returned {_shape_in_words(given)} as {words}"
    else:
        returned = f"returned {show(given)} as {words}"
    should = f"{words} should be {show(expected)}"
    return Failed(answer.called, returned, should, misconception, credit)


def _shape_in_words(array):
    return f"the number {show(array)}" if array.ndim == 0 else f"an array of shape {array.shape}"


def _explanation(trial, question, part, answers):
    """(misconception, credit) of the mistake that gives what came back in all ordinary cases."""
    if _in_other_order(answers):
        return question.mistake(OTHER_ORDER), 0.0
    for mistake in part.mistakes:
        if all(_is_of(mistake, part, answer) for answer in answers):
            return mistake.name, mistake.credit
    if _is_sampled(trial, question, part, answers):
        return question.mistake(SAMPLED), 0.0
    if all(_same(a.given[i], a.truth[i], ESTIMATE) for a in answers for i in part.words):
        return question.mistake(NEAR), 0.0
    return None, 0.0


def _in_other_order(answers):
    places = range(len(answers[0].truth))
    return any(
        all(_same(a.given[i], a.truth[j]) for a in answers for i, j in enumerate(order))
        for order in itertools.permutations(places)
    )


def _is_of(mistake, part, answer):
    try:
        values = mistake.values(*answer.case.args)
    except MISTAKES_RAISE:
        return all(isinstance(answer.given[i], CandidateError) for i in part.words)
    values = values if isinstance(values, tuple) else (values,)
    return all(_same(answer.given[i], v) for i, v in zip(part.words, values, strict=True))


def _is_sampled(trial, question, part, answers):
    """Whether a second call gives something else."""
    answer = next(a for a in answers if a.wrong_places(part))
    try:
        again = _given(trial, question, answer.called, answer.case.args)
    except CandidateError:
        return False
    numbers = [(answer.given[i], again[i]) for i in part.words]
    if any(isinstance(value, CandidateError) for pair in numbers for value in pair):
        return False
    return any(not np.array_equal(one, two) for one, two in numbers)


def _same(given, expected, relative=RELATIVE):
    if isinstance(given, CandidateError):
        return False
    expected = np.squeeze(np.asarray(expected, dtype=float))
    if given.shape != expected.shape:
        return False
    with np.errstate(all="ignore"):
        bound = relative * np.abs(expected).max(initial=0) + ABSOLUTE
        return bool(np.all(np.abs(given - expected) <= bound))
