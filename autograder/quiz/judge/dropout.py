"""Items 1 and 2: dropout forward and backward, entry by entry.

The mask is 0 or 1, so formulas are compared at both values (D² = D) and at random values of the
rest. All names are turned into those of the original quiz: D, Y, H, p, and g for dL/dH.
"""

import functools
from dataclasses import replace
from fractions import Fraction

from ..questions.questions import vocabulary_of
from ..questions.variants import BASE
from ..reading.read import read
from ..reading.tree import Derivative, Node, Symbol, Transposed, children, walk
from .answers import chosen, definitions, givens
from .assessment import FULL, Assessment
from .catalogue import diagnoses, of_part
from .evaluate import Meaningless, Scope, evaluate
from .probe import Entries

PARTS = {"forward": 1, "backward": 2}
KEYS = {"forward": "D*Y/p", "backward": "dL/dH*D/p"}
CHAIN = "backward-chain-rule-only"
REPEATS, TRANSPOSED = "quiz-repeats", "quiz-transposed"
LOSS = Symbol("L")


def key(item, variant):
    """The right formula as a tree, in the variant's letters."""
    letters = dict(zip("DYHp", _letters(variant), strict=True))
    return _renamed(read(KEYS[item], _original()), letters)


def assess(item, tree, variant, budget):
    """Judge one reading of an answer: returns an Assessment. Raises Meaningless."""
    is_target = _target(item, variant)
    found = _without_test_time(givens(tree, is_target), is_target, variant)
    given = chosen(found, is_target)
    defined = definitions(found, set(_letters(variant)), is_target)
    if given is None or (given.left in defined and len(found) > 1):
        return Assessment(Fraction(0), ("quiz-no-answer",))
    notes = _left_side_note(given, is_target)
    defined.pop(given.left, None)
    formulas = [given.formula, *defined.values()]
    nodes = [node for formula in formulas for node in walk(formula)]
    if _repeats(formulas, is_target):
        return Assessment(Fraction(0), (REPEATS,), notes)
    if not _indices_agree(formulas):
        return Assessment(
            Fraction(0),
            ("quiz-indices",),
            ("Entry by entry, all letters have the same indices, as in A_{ij} B_{ij}.", *notes),
        )
    points = points_of(variant)
    values = [_value(given.formula, defined, point, variant, budget) for point in points]
    worked_out = _local_is_given(found, variant, points, budget)
    found = _compare(item, values, points)
    if any(isinstance(node, Transposed) for node in nodes):
        plain = [point | {"plain": True} for point in points]
        values = [_value(given.formula, defined, point, variant, budget) for point in plain]
        if _compare(item, values, points).is_right:
            found = Assessment(diagnoses()[TRANSPOSED].share, (TRANSPOSED,))
    if found.is_right and not worked_out and any(_is_local(node, variant) for node in nodes):
        found = Assessment(diagnoses()[CHAIN].share, (CHAIN,))
    return replace(found, notes=(*notes, *found.notes))


def is_right(item, tree, variant, budget):
    """Whether one reading of an answer is right; quicker than `assess`. Raises Meaningless."""
    is_target = _target(item, variant)
    found = _without_test_time(givens(tree, is_target), is_target, variant)
    given = chosen(found, is_target)
    defined = definitions(found, set(_letters(variant)), is_target)
    defined.pop(given.left, None)
    points = points_of(variant)
    formulas = [given.formula, *defined.values()]
    if _repeats(formulas, is_target) or not _indices_agree(formulas):
        return False
    values = (_value(given.formula, defined, point, variant, budget) for point in points)
    return all(
        value == _form_value(KEYS[item], point) for value, point in zip(values, points, strict=True)
    )


def _compare(item, values, points):
    """The Assessment of the formula's values at the points."""
    if values == of_form(KEYS[item], points):
        return FULL
    for diagnosis in of_part(PARTS[item]):
        if any(values == of_form(form, points) for form in diagnosis.means):
            return Assessment(diagnosis.share, (diagnosis.name,))
    if all(value is None for value in values):
        return Assessment(Fraction(0), ("quiz-undefined",))
    return Assessment(Fraction(0), ("quiz-other",), _hints(item, values, points))


def _hints(item, values, points):
    """What is wrong about a formula that is none of the known mistakes, without the answer."""
    right = of_form(KEYS[item], points)
    factors = {Fraction(v) / r for v, r in zip(values, right, strict=True) if r and v is not None}
    numbers = {
        Fraction(v) / point["Y"]
        for v, point in zip(values, points, strict=True)
        if v and point["D"]
    }
    dropped = [v for v, point in zip(values, points, strict=True) if not point["D"]]
    if any(v is None for v in dropped):
        return ("For a dropped unit your formula divides by zero.",)
    if any(dropped):
        return ("For a dropped unit your formula does not give 0.",)
    if len(factors) == 1 and 0 not in factors:
        return ("Your formula is a constant times the right one: look at the number in it.",)
    if len(numbers) == 1 and item == "forward":
        return (f"You multiply kept units by the number {next(iter(numbers))}.",)
    return ("Dropped units come out as 0, as they should; kept ones do not have the right value.",)


def points_of(variant):
    """The points at which formulas are compared: the mask is 0 and 1."""
    points = []
    for mask in (0, 1, 0, 1):
        entries = Entries()
        keep = entries["p"] if variant.value is None else variant.value
        point = {"D": mask, "Y": entries["Y"], "p": keep, "g": entries["g"]}
        points.append(point | {"H": Fraction(mask * point["Y"]) / keep, "more": entries})
    return points


class _Names(Scope):
    """letters: {name in the formula: 'D', 'Y', 'H' or 'p'}."""

    def __init__(self, point, letters):
        self.point, self.letters = point, letters

    def scalar(self, symbol):
        if symbol.indices or symbol.name not in self.letters:
            raise Meaningless("unknown-name", symbol.name)
        return self.point[self.letters[symbol.name]]

    def derivative(self, node, indices):
        of, by = (self.letters.get(s.name, s.name) for s in (node.of, node.by))
        if (of, by) == ("L", "H"):
            return self.point["g"]
        if (of, by) == ("H", "Y"):
            return Fraction(self.point["D"]) / self.point["p"]
        raise Meaningless("unknown-name", f"d{node.of.name}/d{node.by.name}")

    def transposed(self, node):
        if not isinstance(node.of, Symbol):
            raise Meaningless("place", "a transposed formula")
        if self.letters.get(node.of.name) == "p" or self.point.get("plain"):
            return self.scalar(Symbol(node.of.name))
        return self.point["more"][Transposed, node.of.name]


def _value(formula, defined, point, variant, budget):
    """The formula's value at a point; None where it has none."""
    scope = _Names(point, dict(zip(_letters(variant), "DYHp", strict=True)))
    try:
        bound = _worked_out(defined, scope, budget)
        return evaluate(_bare(formula), scope, budget, bound)
    except Meaningless as error:
        if error.kind == "division":
            return None
        raise


def _worked_out(defined, scope, budget):
    """The values of M = D/p and the like, whatever their order."""
    waiting, bound = dict(defined), {}
    for _ in defined:
        for symbol, formula in list(waiting.items()):
            try:
                bound[symbol] = evaluate(_bare(formula), scope, budget, bound)
            except Meaningless as error:
                if error.kind != "unknown-name":
                    raise
            else:
                del waiting[symbol]
    return bound


def of_form(form, points):
    """The values of a formula in the original letters, None where it has none."""
    return [_form_value(form, point) for point in points]


def _form_value(form, point):
    scope = _Names(point, {letter: letter for letter in "DYHp"})
    try:
        return evaluate(_form(form), scope, _Unlimited(), {})
    except Meaningless:
        return None


class _Unlimited:
    """A budget for our own formulas."""

    left = float("inf")

    def spend(self, steps=1):
        pass


@functools.cache
def _form(form):
    return read(form, _original())


def _original():
    return vocabulary_of("forward", BASE.forward)


def _letters(variant):
    return variant.mask, variant.activation, variant.output, variant.keep


def _target(item, variant):
    if item == "forward":
        return lambda node: isinstance(node, Symbol) and node.name == variant.output
    return lambda node: (
        isinstance(node, Derivative) and node.of == LOSS and node.by.name == variant.activation
    )


def _is_local(node, variant):
    return isinstance(node, Derivative) and node.of.name == variant.output


def _left_side_note(given, is_target):
    if given.left is None or is_target(given.left):
        return ()
    return ("The left side is not what was asked for; only the right side was judged.",)


def _without_test_time(found, is_target, variant):
    """The Givens without 'H = Y', which is said of test time, where there is another H."""
    identity = Symbol(variant.activation)
    targets = [given for given in found if given.left is not None and is_target(given.left)]
    others = [given for given in targets if _bare(given.formula) != identity]
    if not others:
        return found
    return [given for given in found if given not in targets or given in others]


def _local_is_given(found, variant, points, budget):
    """Whether the answer says on a line of its own, and rightly, what dH/dY is."""
    locals_given = [g for g in found if g.left is not None and _is_local(g.left, variant)]
    right = of_form("D/p", points)
    return any(
        [_value(given.formula, {}, point, variant, budget) for point in points] == right
        for given in locals_given
    )


def _repeats(formulas, is_target):
    """Whether what is asked for stands in a formula; the letters in dL/dH do not count."""
    waiting = list(formulas)
    while waiting:
        node = waiting.pop()
        if is_target(node):
            return True
        if not isinstance(node, Derivative):
            waiting.extend(children(node))
    return False


def _indices_agree(formulas):
    nodes = (node for formula in formulas for node in walk(formula))
    return len({node.indices for node in nodes if isinstance(node, Symbol) and node.indices}) <= 1


def _bare(node):
    """The formula without indices: they are all the same."""
    return _rebuilt(node, lambda symbol: Symbol(symbol.name))


def _renamed(node, letters):
    return _rebuilt(node, lambda symbol: Symbol(letters.get(symbol.name, symbol.name)))


def _rebuilt(node, change):
    if isinstance(node, Symbol):
        return change(node)
    if isinstance(node, tuple):
        return tuple(_rebuilt(part, change) for part in node)
    if not isinstance(node, Node):
        return node
    parts = {name: _rebuilt(value, change) for name, value in vars(node).items()}
    return type(node)(**parts)
