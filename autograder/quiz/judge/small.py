"""Item 3: the outputs of a small convolution, as polynomials in the entries."""

from fractions import Fraction

from ..reading.tree import Equation, Lines, Matrix, Symbol, statements
from . import small_mistakes
from .answers import Given, entries_given, givens, matrix_entries
from .assessment import FULL, Assessment
from .catalogue import diagnoses
from .matrices import (
    Matrices,
    fewer_terms,
    is_entry,
    known_verdict,
    one_factor_wrong,
    only_errors,
    outside_note,
    places,
    values_of,
    with_a_minus,
)
from .probe import Entries

MISSING, NOT_THERE = "small-output-missing", "small-no-such-entry"
TERM, SIGN, FACTOR = "small-term-missing", "small-sign", "small-wrong-entry"


def assess(tree, variant, base, budget):
    """Judge one reading of an answer with indices from base: an Assessment. Raises Meaningless."""
    scope = Matrices({variant.x: variant.x_shape, variant.w: variant.w_shape}, base, Entries())
    formulas, notes = _formulas(tree, variant, base)
    wanted = places(variant.o_shape)
    formulas = {place: formulas[place] for place in wanted if place in formulas}
    if not formulas:
        return Assessment(Fraction(0), ("quiz-no-answer",), notes)
    values = values_of(formulas, scope, budget)
    error = only_errors(values.values())
    if error:
        raise error
    notes += outside_note(scope)
    return compare(values, variant, scope.at, notes, bool(scope.outside))


def is_right(tree, variant, base, budget):
    """Whether one reading of an answer is right; quicker than `assess`. Raises Meaningless."""
    scope = Matrices({variant.x: variant.x_shape, variant.w: variant.w_shape}, base, Entries())
    formulas, _ = _formulas(tree, variant, base)
    right = small_mistakes.right(variant, scope.at)
    return formulas.keys() >= right.keys() and all(
        values_of({p: formulas[p]}, scope, budget)[p] == value for p, value in right.items()
    )


def compare(values, variant, at, notes=(), outside=False):
    """The Assessment of {(a, b): value}."""
    right = small_mistakes.right(variant, at)
    if values == right:
        return FULL if not notes else Assessment(Fraction(1), (), notes)
    known = list(small_mistakes.mistakes(variant, at))
    if len(values) == len(right):
        for name, wrong in known:
            if values == wrong:
                return Assessment(diagnoses()[name].share, (name,), notes)
    shares, names, wrong_ones = {}, [], []
    for place in right:
        name = _name_of(place, values, right, known, variant, at, outside)
        shares[place] = Fraction(1) if name is None else diagnoses()[name].share
        if name is not None:
            names.append(name)
            wrong_ones.append(f"{variant.o}{place[0] + 1}{place[1] + 1}")
    share = sum(shares.values()) / len(shares)
    label = "Not right (counted from 1): " + ", ".join(wrong_ones) + "."
    return Assessment(share, tuple(dict.fromkeys(names)), (label, *notes))


def _name_of(place, values, right, known, variant, at, outside):
    """The diagnosis of one output, None if it is right."""
    settled, name = known_verdict(place, values, right, known, MISSING)
    if settled:
        return name
    value = values[place]
    terms = small_mistakes.terms(variant, at, *place)
    if fewer_terms(value, right[place], terms):
        return TERM
    if with_a_minus(value, right[place], terms):
        return SIGN
    if outside:
        return NOT_THERE
    products = [
        at(variant.x, *x) * at(variant.w, *w)
        for x in places(variant.x_shape)
        for w in places(variant.w_shape)
    ]
    return FACTOR if one_factor_wrong(value, right[place], terms, products) else "quiz-other"


def _are_numbered(found, variant):
    """Whether the outputs are called O1, O2, O3, O4, in this order, or from O0 on."""
    numbers = []
    for given in found:
        indices = getattr(given.left, "indices", ())
        if getattr(given.left, "name", None) != variant.o or len(indices) != 1:
            return False
        numbers.append(getattr(indices[0], "value", None))
    count = len(places(variant.o_shape))
    return numbers in (list(range(1, count + 1)), list(range(count)))


def _formulas(tree, variant, base):
    """({place: (formula, bound)}, notes) of an answer with or without left sides."""

    def is_target(node):
        return is_entry(node, variant.o, False)

    found = givens(tree, is_target)
    if _are_numbered(found, variant):
        found = [Given(None, given.formula) for given in found]
        tree = Lines(tuple(given.formula for given in found))
    if any(given.left is not None and is_target(given.left) for given in found):
        return entries_given(found, is_target, variant.o_shape, base), ()
    lines = [s.members[-1] if isinstance(s, Equation) else s for s in statements(tree)]
    if len(lines) == 1 and isinstance(lines[0], Matrix):
        return matrix_entries(lines[0], variant.o_shape), ()
    wanted = places(variant.o_shape)
    if len(lines) == len(wanted):
        note = "The outputs were taken in the order of rows; only the right sides were judged."
        return {p: (line, {}) for p, line in zip(wanted, lines, strict=True)}, (note,)
    if len(lines) == 1:  # a formula for the output at i, j
        i, j = Symbol("i"), Symbol("j")
        return {(a, b): (lines[0], {i: a + base, j: b + base}) for a, b in wanted}, ()
    return {}, ("Write what each line is equal to, as in " + f"{variant.o}11 = ... .",)
