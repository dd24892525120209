"""Which aspects of a student's convolution are right, and which known mistakes explain the others.

The aspects are judged one after the other, each on inputs where those after it do not matter, and
on the student's own terms: a mistake that is known from an earlier aspect is part of what is
expected in the later ones. An aspect that nothing explains is left out of the later inputs as
far as that can be done. So one mistake costs points once.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.convolution_calls import Case, integers, run, same
from autograder.checks.convolution_mistakes import MISTAKES, convolution, explanations

# Each weight of the first case is a decimal place, so that an output's digits are the entries of x
# that its window holds, in the order of the weights: 1245 means 1 and 2 above 4 and 5.
DIGITS = Case(
    np.arange(1.0, 10.0).reshape(1, 1, 3, 3),
    np.array([[[[1000.0, 100.0], [10.0, 1.0]]]]),
    np.zeros(1),
    words="x = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], w = [[1000, 100], [10, 1]] and b = 0 "
    "(N = C = F = 1)",
)
SIGNS = Case(
    np.array([[[[3.0, -1, 4], [1, -5, 9], [2, 6, -5]]]]),
    np.array([[[[2.0, -7], [1, 8]]]]),
    np.zeros(1),
    words="x = [[3, -1, 4], [1, -5, 9], [2, 6, -5]], w = [[2, -7], [1, 8]] and b = 0 "
    "(N = C = F = 1)",
)


@dataclass(frozen=True)
class Aspect:
    """cases: the inputs that show it. stages: where mistakes of its own are looked for."""

    cases: tuple
    stages: tuple


ASPECTS = {
    "window": Aspect((DIGITS, SIGNS), ("filter", "positions", "image", "layout", "sum")),
    "channels": Aspect((integers(51, (1, 3, 3, 3), (1, 3, 2, 2)),), ("channels",)),
    "filters": Aspect(
        (integers(12, (1, 2, 3, 3), (3, 2, 2, 2), bias=True),),
        ("bias", "filters", "only_filter", "order"),
    ),
    "stride": Aspect(
        (integers(13, (1, 1, 5, 5), (1, 1, 3, 3), 2), integers(14, (1, 1, 8, 8), (1, 1, 2, 2), 3)),
        ("stride",),
    ),
    "remainder": Aspect(
        (integers(15, (1, 1, 6, 6), (1, 1, 3, 3), 2), integers(16, (1, 1, 7, 7), (1, 1, 2, 2), 3)),
        ("remainder",),
    ),
    "padding": Aspect(
        (
            integers(17, (1, 1, 3, 3), (1, 1, 3, 3), 1, 1),
            integers(18, (1, 1, 4, 4), (1, 1, 2, 2), 1, 2),
        ),
        ("padding",),
    ),
    "examples": Aspect(
        (integers(19, (3, 2, 5, 5), (2, 2, 2, 2), 2, 1, bias=True),), ("examples", "only_example")
    ),
}


@dataclass(frozen=True)
class Standing:
    """How one aspect stands.

    before, mistakes: what is known without and with this aspect, {stage: name}. case: where it
    went wrong, None if nowhere. out: what came back, None where `error` was raised instead.
    misconception: the mistake's, if it is a known one. lost: the aspects, this one included, that
    nothing explains.
    """

    before: dict = field(default_factory=dict)
    mistakes: dict = field(default_factory=dict)
    case: Case | None = None
    out: np.ndarray | None = None
    error: CandidateError | None = None
    misconception: str | None = None
    lost: frozenset = frozenset()


def standing(trial, name):
    """The Standing of the aspect `name`."""
    return trial.measure(("conv aspect", name), lambda: _judge(trial, name))


def fitted(case, lost):
    """The case without the aspects that are lost."""
    if "channels" in lost:
        case = replace(case, x=case.x[:, :1], w=case.w[:, :1])
    if "filters" in lost:
        case = replace(case, w=case.w[:1], b=np.zeros_like(case.b[:1]))
    if lost & {"stride", "remainder"}:
        case = replace(case, stride=1)
    if "padding" in lost:
        case = replace(case, pad=0)
    if "examples" in lost:
        case = replace(case, x=case.x[:1])
    return case


def truth(trial, case):
    """The right output."""
    oracle = trial.oracle.convolution()
    return oracle.conv_forward(case.x, case.w, case.b, case.stride, case.pad)


def on_their_terms(trial, case, known):
    """What the student's output should be, the mistakes that are known left in."""
    return convolution(case, known) if known else truth(trial, case)


def agrees(trial, case, out, known):
    """Whether out is right, or is what the known mistakes lead to."""
    return same(out, truth(trial, case)) or same(out, on_their_terms(trial, case, known))


def _judge(trial, name):
    names = list(ASPECTS)
    place = names.index(name)
    earlier = standing(trial, names[place - 1]) if place else Standing()
    known, lost = earlier.mistakes, earlier.lost
    made = []
    for case in ASPECTS[name].cases:
        # The aspect that is asked about stays in, whatever is lost.
        case = fitted(case, lost - {"remainder"} if name == "remainder" else lost)
        try:
            made.append((case, run(trial, case).out))
        except CandidateError as error:
            return Standing(known, known, case, error=error, lost=lost | {name})
    wrong = [m for m in made if not agrees(trial, *m, known)]
    if not wrong:
        return Standing(known, known, lost=lost)
    # Where not even the window is understood, later outputs fit a mistake by accident only.
    stages = () if "window" in lost else ASPECTS[name].stages
    for mistakes in explanations(stages, known):
        if all(same(out, convolution(case, mistakes)) for case, out in made):
            stage = next(s for s in stages if mistakes.get(s) != known.get(s))
            misconception = MISTAKES[stage][mistakes[stage]].misconception
            return Standing(known, mistakes, *wrong[0], None, misconception, lost)
    return Standing(known, known, *wrong[0], lost=lost | {name})
