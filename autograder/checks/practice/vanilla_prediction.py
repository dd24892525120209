"""What predict does, done right or with one known mistake. p is the probability of KEEPING."""

import itertools
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.layer_calls import named
from autograder.checks.practice.every_mask import drawn_params
from autograder.checks.practice.returned import array_of_shape
from autograder.checks.practice.vanilla_calls import KINDS, RATES, Case

CLOSE = 1e-6


@dataclass(frozen=True)
class Mistake:
    """name: the misconception. words: what it did. scores(case, factor) -> (N, C), where factor is
    the right one for both hidden layers. own_terms: whether the other kind is judged with it too.
    """

    key: str
    name: str
    words: str
    scores: callable
    own_terms: bool = False


def prediction_cases(rng):
    """Two nets with units that the ReLU shuts and others, at two p (keep)."""
    cases = []
    for p in (0.6, 0.25):
        case = _case(rng, p)
        while not _shows_all(case):
            case = _case(rng, p)
        cases.append(case)
    return cases


def _case(rng, p):
    params = drawn_params(rng, (4, 6, 5, 3))
    params = {name: w * rng.choice((-1.0, 1.0), w.shape) for name, w in params.items()}
    return Case(params, rng.uniform(0.5, 1.5, (3, 4)), np.zeros(3, dtype=int), p, RATES)


def _shows_all(case):
    """Whether no known mistake gives the right scores, of whichever kind of dropout."""
    found = [right_scores(case, kind) for kind in KINDS]
    found += [
        mistake.scores(case, 1.0)
        for mistake in MISTAKES
        if mistake.key not in ("unscaled", "times p")
    ]
    pairs = itertools.combinations(found, 2)
    return not any(np.abs(a - b).max() < 0.05 for a, b in pairs)


def right_factor(kind, p):
    """What both hidden layers are multiplied by at test time."""
    return p if kind == "vanilla" else 1.0


def scores(case, first, second, inputs=1.0, outputs=1.0, relu=True):
    """(N, C) with the layers multiplied by these factors."""
    params = case.params
    h1 = case.X * inputs @ params["W1"] + params["b1"]
    h1 = np.maximum(0, h1) if relu else h1
    h2 = h1 * first @ params["W2"] + params["b2"]
    h2 = np.maximum(0, h2) if relu else h2
    return (h2 * second @ params["W3"] + params["b3"]) * outputs


def right_scores(case, kind):
    factor = right_factor(kind, case.p)
    return scores(case, factor, factor)


def close(found, expected):
    """Equality up to a millionth of the largest entry."""
    return bool(np.all(np.abs(found - expected) <= CLOSE * (1 + np.abs(expected).max())))


def explanation(case, found, kind):
    """The Mistake that gives these scores, or None."""
    factor = right_factor(kind, case.p)
    for mistake in MISTAKES:
        if close(found, mistake.scores(case, factor)):
            return mistake
    return None


def require_prediction(trial, kind):
    """Raise what is wrong with predict for this kind of dropout. Raises CandidateError."""
    for case, called, found in _predictions(trial, kind):
        expected = right_scores(case, kind)
        if close(found, expected):
            continue
        mistake = explanation(case, found, kind)
        keys = [_key_of(trial, each) for each in KINDS]
        known = mistake is not None and mistake.own_terms and keys == [mistake.key] * 2
        if known and kind == "inverted":
            return
        # Each kind done in the other's way is one mistake.
        swapped = keys == ["unscaled", "times p"]
        words = f", as if it {mistake.words}" if mistake is not None else ""
        name = mistake.name if mistake is not None else None
        raise Failed(
            called,
            f"returned scores[0] = {_row(found)}{words}",
            f"they should be {_row(expected)}",
            "practice-kinds-swapped" if swapped else name,
            credit=0.5 if swapped else 0.0,
        )

    # What both kinds get wrong near p = 1 is one mistake.
    if kind == "vanilla" or _near_one(trial, "vanilla") is None:
        _require_near_one(trial, kind)
    _require_same_again(trial, kind)


def _require_near_one(trial, kind):
    """The same at p (keep) near 1 and at 1, where nothing is dropped; otherwise half is lost."""
    found = _near_one(trial, kind)
    if found is not None:
        raise Failed(*found, "practice-predict-p-one", credit=0.5)


def _near_one(trial, kind):
    """(the call in words, what came back, what should), or None if all is right."""
    return trial.measure(("near one", kind), lambda: _try_near_one(trial, kind))


def _try_near_one(trial, kind):
    for p in (0.95, 1.0):
        case = _case(trial.rng, p)
        expected = right_scores(case, kind)
        try:
            called, found = _predict(trial, case, kind)
            problem = None if close(found, expected) else f"returned scores[0] = {_row(found)}"
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            called, problem = error.called, error.problem
        except Failed as failure:  # drawn at random there alone
            called, problem = failure.finding.called, failure.finding.returned
        if problem:
            return called, problem, f"they should be {_row(expected)}"
    return None


def _require_same_again(trial, kind):
    """A second call with the very same dictionary gives the same; otherwise half is lost."""
    case, called, found = _predictions(trial, kind)[0]
    held = trial.candidate.hold(case.params)
    with named(called):
        calls = [trial.candidate.call("predict", held, case.X, case.p, kind)[0] for _ in range(2)]
    again = array_of_shape(called, calls[1], found.shape, "its scores")
    if not close(again, found):
        raise Failed(
            called,
            f"called twice with one dictionary, returned scores[0] = {_row(again)} the second time",
            f"they should be {_row(found)} as at first: params should stay as it is",
            "practice-predict-changes-params",
            credit=0.5,
        )


def _predictions(trial, kind):
    """[(case, the call in words, scores)]. Raises CandidateError; Failed where scores vary."""

    def take():
        cases = trial.measure("cases", lambda: prediction_cases(trial.rng))
        return [(case, *_predict(trial, case, kind)) for case in cases]

    return trial.measure(("predictions", kind), take)


def _predict(trial, case, kind):
    called = f"predict(params, X, p = {case.p:g} (keep), {kind!r}) with X of shape {case.X.shape}"
    shape = (len(case.X), len(case.params["b3"]))
    with named(called):
        twice = [
            array_of_shape(
                called,
                trial.candidate.call("predict", case.params, case.X, case.p, kind)[0],
                shape,
                "its scores",
            )
            for _ in range(2)
        ]
    if not close(*twice):
        raise Failed(
            called,
            "called twice, returned different scores",
            "nothing should be drawn at random at test time",
            "practice-predict-draws",
        )
    return called, twice[0]


def _key_of(trial, kind):
    """The key of what explains the first prediction, None where nothing does."""
    try:
        case, _, found = _predictions(trial, kind)[0]
    except (CandidateError, Failed):
        return None
    mistake = None if close(found, right_scores(case, kind)) else explanation(case, found, kind)
    return mistake.key if mistake is not None else None


def _row(scores):
    return "[" + ", ".join(f"{value:.4g}" for value in scores[0]) + "]"


def _softmax(a):
    powers = np.exp(a - a.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def _scaled(key, name, words, factor):
    return Mistake(key, name, words, lambda case, f: scores(case, factor(case.p), factor(case.p)))


MISTAKES = (
    _scaled("unscaled", "practice-predict-unscaled", "scaled nothing", lambda p: 1.0),
    _scaled("times p", "practice-predict-inverted-scaled", "scaled by p", lambda p: p),
    _scaled("1 - p", "practice-predict-scaled-by-drop", "scaled by 1 - p", lambda p: 1 - p),
    _scaled("over p", "practice-predict-divided", "divided by p", lambda p: 1 / p),
    _scaled("p twice", "practice-predict-scaled-twice", "scaled by p twice", lambda p: p**2),
    Mistake(
        "first",
        "practice-predict-one-layer",
        "scaled the first hidden layer alone",
        lambda case, f: scores(case, case.p, 1.0),
    ),
    Mistake(
        "second",
        "practice-predict-one-layer",
        "scaled the second hidden layer alone",
        lambda case, f: scores(case, 1.0, case.p),
    ),
    Mistake(
        "outputs",
        "practice-predict-scales-the-scores",
        "scaled the scores by p",
        lambda case, f: scores(case, 1.0, 1.0, outputs=case.p),
    ),
    Mistake(
        "outputs twice",
        "practice-predict-scales-the-scores",
        "scaled the scores by p twice",
        lambda case, f: scores(case, 1.0, 1.0, outputs=case.p**2),
    ),
    Mistake(
        "outputs too",
        "practice-predict-scales-the-scores",
        "scaled the scores too",
        lambda case, f: scores(case, case.p, case.p, outputs=case.p),
    ),
    Mistake(
        "inputs too",
        "practice-predict-scales-the-input",
        "scaled the input too",
        lambda case, f: scores(case, case.p, case.p, inputs=case.p),
    ),
    Mistake(
        "softmax",
        "practice-predict-softmax",
        "returned probabilities",
        lambda case, f: _softmax(scores(case, f, f)),
        own_terms=True,
    ),
    Mistake(
        "rectified",
        "practice-predict-rectified",
        "set negative scores to 0",
        lambda case, f: np.maximum(0, scores(case, f, f)),
        own_terms=True,
    ),
    Mistake(
        "no relu",
        "practice-predict-no-relu",
        "let negative units through",
        lambda case, f: scores(case, f, f, relu=False),
        own_terms=True,
    ),
)
