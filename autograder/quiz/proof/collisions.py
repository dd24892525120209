"""No two mistakes may mean the same formula in any variant, and none the right one."""

from itertools import combinations

from ..judge import dropout, general, general_mistakes, gradient_mistakes, small_mistakes
from ..judge.catalogue import diagnoses, of_part
from ..judge.gradients import scope_of
from ..judge.matrices import Matrices
from ..judge.probe import Entries
from .cases import Problem

RIGHT = "the key"


def problems_of_collisions(item, number, variant):
    """A Problem for every two mistakes that cannot be told apart, or one that is right."""
    meanings = [(RIGHT, _right(item, variant.of(item))), *_meanings(item, variant.of(item))]
    points = _points(item, variant.of(item))
    worked_out = [(name, meaning(points)) for name, meaning in meanings]
    for (one, a), (other, b) in combinations(worked_out, 2):
        if one != other and a == b:
            yield Problem(item, number, f"{one} and {other} are the same formula")
    for name, _ in meanings:
        if name != RIGHT and name not in diagnoses():
            yield Problem(item, number, f"{name} is not in the catalogue")


def _points(item, v):
    """Random numbers, the same for all meanings of one variant."""
    if item in dropout.PARTS:
        return dropout.points_of(v)
    if item == "convolution":
        return Matrices({v.x: v.x_shape, v.w: v.w_shape}, 0, Entries()).at
    if item == "extension":
        return scope_of(v, 0).at
    return general.Comparison(v)


def _right(item, v):
    if item in dropout.PARTS:
        return lambda points: dropout.of_form(dropout.KEYS[item], points)
    if item == "convolution":
        return lambda at: small_mistakes.right(v, at)
    if item == "extension":
        return lambda at: [gradient_mistakes.right(by, v, at) for by in ("filter", "input")]
    return lambda c: list(c.values_of([general_mistakes.right] * len(c.settings)))


def _meanings(item, v):
    """(name of a diagnosis, function of the points) for every known mistake."""
    if item in dropout.PARTS:
        for diagnosis in of_part(dropout.PARTS[item]):
            for form in diagnosis.means:
                yield diagnosis.name, lambda points, f=form: dropout.of_form(f, points)
    elif item == "convolution":
        names = [name for name, _ in small_mistakes.mistakes(v, _points(item, v))]
        for i, name in enumerate(names):
            yield name, lambda at, i=i: list(small_mistakes.mistakes(v, at))[i][1]
    elif item == "extension":
        for by in ("filter", "input"):
            names = [name for name, _ in gradient_mistakes.mistakes(by, v, _points(item, v))]
            for i, name in enumerate(names):
                yield name, lambda at, i=i, by=by: list(gradient_mistakes.mistakes(by, v, at))[i][1]
    else:
        for i, (name, _) in enumerate(_points(item, v).known()):
            yield name, lambda c, i=i: list(c.values_of(list(c.known())[i][1]))
