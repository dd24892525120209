"""The extension: the gradients of the small convolution by its filter and by its input."""

from fractions import Fraction

from . import gradient_mistakes
from .answers import entries_given, givens
from .assessment import Assessment
from .catalogue import diagnoses
from .matrices import (
    Matrices,
    fewer_terms,
    is_entry,
    known_verdict,
    only_errors,
    outside_note,
    places,
    values_of,
)
from .probe import Entries

SHARES = {"filter": Fraction(2, 5), "input": Fraction(3, 5)}
MISSING, TERM = "gradients-entry-missing", "gradients-term-missing"


def scope_of(variant, base):
    """What the letters of the extension mean."""
    shapes = {variant.x: variant.x_shape, variant.w: variant.w_shape, "G": variant.o_shape}
    return Matrices(shapes, base, Entries(), (variant.w, "G"), variant.o)


def assess(tree, variant, base, budget):
    """Judge one reading of an answer with indices from base: an Assessment. Raises Meaningless."""
    scope = scope_of(variant, base)
    values = _values(tree, variant, scope, budget)
    notes = outside_note(scope)
    given = [value for of_one in values.values() for value in of_one.values()]
    if not given:
        hint = f"Write dL/d{variant.w}11 = ... and so on."
        return Assessment(Fraction(0), ("quiz-no-answer",), (hint, *notes))
    error = only_errors(given)
    if error:
        raise error
    return compare(values, variant, scope.at, notes)


def is_right(tree, variant, base, budget):
    """Whether one reading of an answer is right; quicker than `assess`. Raises Meaningless."""
    scope = scope_of(variant, base)
    values = _values(tree, variant, scope, budget)
    return all(values[by] == gradient_mistakes.right(by, variant, scope.at) for by in SHARES)


def _values(tree, variant, scope, budget):
    """{'filter' or 'input': {place: value}} of what was asked for."""
    values = {}
    for by, name, shape in _asked(variant):

        def is_target(node, name=name):
            return is_entry(node, name, True)

        found = givens(tree, is_target)
        formulas = entries_given(found, is_target, shape, scope.base)
        wanted = places(shape) if by == "filter" else variant.asked
        formulas = {place: formulas[place] for place in wanted if place in formulas}
        values[by] = values_of(formulas, scope, budget)
    return values


def _asked(variant):
    return ("filter", variant.w, variant.w_shape), ("input", variant.x, variant.x_shape)


def compare(values, variant, at, notes=()):
    """The Assessment of {'filter': {place: value}, 'input': {place: value}}."""
    total, names, lines = Fraction(0), [], []
    for by, name, _ in _asked(variant):
        share, found, wrong_ones = _compare_one(by, values[by], variant, at)
        total += SHARES[by] * share
        names += found
        if wrong_ones and len(wrong_ones) < len(gradient_mistakes.right(by, variant, at)):
            named = ", ".join(f"dL/d{name}{a + 1}{b + 1}" for a, b in wrong_ones)
            lines.append(f"Not right (counted from 1): {named}.")
    return Assessment(total, tuple(dict.fromkeys(names)), (*lines, *notes))


def _compare_one(by, values, variant, at):
    """(share, names, wrong places) of the gradient by one of the two."""
    right = gradient_mistakes.right(by, variant, at)
    if values == right:
        return Fraction(1), [], []
    if not values:
        return Fraction(0), [MISSING], list(right)
    known = list(gradient_mistakes.mistakes(by, variant, at))
    for name, wrong in known:
        if len(values) == len(right) and values == wrong:
            return diagnoses()[name].share, [name], list(right)
    share, names, wrong_ones = Fraction(0), [], []
    for place in right:
        name = _name_of(by, place, values, right, known, variant, at)
        share += (Fraction(1) if name is None else diagnoses()[name].share) / len(right)
        if name is not None:
            names.append(name)
            wrong_ones.append(place)
    return share, names, wrong_ones


def _name_of(by, place, values, right, known, variant, at):
    settled, name = known_verdict(place, values, right, known, MISSING)
    if settled:
        return name
    value = values[place]
    terms = gradient_mistakes.terms(by, variant, at, place)
    return TERM if fewer_terms(value, right[place], terms) else "quiz-other"
