"""What item 3 and the extension have in common: small matrices, judged entry by entry."""

from itertools import product

from ..reading.tree import Derivative
from .evaluate import Meaningless, Scope, evaluate


class Matrices(Scope):
    """Random entries for some names. base: where indices start in the answer.

    shapes: {name: (rows, columns)}. zero_outside: the names whose entries count as 0 outside;
    others have some other random value there. gradient_of: the name whose entries' gradients are
    known, as G or as dL/d of it; None for item 3.
    """

    def __init__(self, shapes, base, entries, zero_outside=(), gradient_of=None):
        self.shapes, self.base, self.entries = shapes, base, entries
        self.zero_outside, self.gradient_of = frozenset(zero_outside), gradient_of
        self.outside = set()  # the entries that were asked for and are not there

    def has_entries(self, name):
        return name in self.shapes

    def entry(self, name, indices):
        if len(indices) != 2:
            raise Meaningless("indices", f"{name}, which has two indices")
        return self.at(name, *(index - self.base for index in indices))

    def at(self, name, row, column):
        """The entry at a place counted from 0."""
        rows, columns = self.shapes[name]
        if not (0 <= row < rows and 0 <= column < columns):
            if name in self.zero_outside:
                return 0
            self.outside.add((name, row + self.base, column + self.base))
        return self.entries[name, row, column]

    def scalar(self, symbol):
        if symbol.name in self.shapes and not symbol.indices:
            raise Meaningless("indices", f"{symbol.name}, which has two indices")
        raise Meaningless("unknown-name", symbol.name)

    def derivative(self, node, indices):
        if node.of.name == "L" and self.gradient_of and node.by.name == self.gradient_of:
            return self.entry("G", indices)
        raise Meaningless("unknown-name", f"d{node.of.name}/d{node.by.name}")

    def extent(self, name, axis):
        name = "G" if name == self.gradient_of else name
        if name not in self.shapes or axis > 1:
            return None
        return self.base, self.base + self.shapes[name][axis] - 1


def places(shape):
    """All (row, column) of a matrix, from 0."""
    return list(product(range(shape[0]), range(shape[1])))


def values_of(formulas, scope, budget):
    """{place: value} of {place: (formula, bound)}; a Meaningless where a formula has no value."""
    values = {}
    for place, (formula, bound) in formulas.items():
        try:
            values[place] = evaluate(formula, scope, budget, bound)
        except Meaningless as error:
            if error.kind == "too-large":
                raise
            values[place] = error
    return values


def only_errors(values):
    """The first Meaningless, where there is no value at all."""
    errors = [value for value in values if isinstance(value, Meaningless)]
    return errors[0] if errors and len(errors) == len(values) else None


def one_factor_wrong(value, right, terms, products):
    """Whether value is right with one of the terms exchanged for another product."""
    return any(right - term + other == value for term in terms for other in products)


def outside_note(scope):
    """A sentence about entries that are not there, if some were asked for."""
    if not scope.outside:
        return ()
    named = [f"{name}[{row},{column}]" for name, row, column in sorted(scope.outside)[:4]]
    sizes = ", ".join(f"{name} is {r}×{c}" for name, (r, c) in scope.shapes.items())
    return (f"There is no {', '.join(named)}: {sizes}, and indices start at {scope.base}.",)


def known_verdict(place, values, right, known, missing):
    """(True, diagnosis, or None where it is right) of an entry that is easily judged.

    values, right: {place: number}; a value may be Meaningless. known: [(diagnosis, {place: the
    number that this mistake leads to})]. missing: the diagnosis where there is no value.
    Returns (False, None) for a wrong value that no known mistake leads to.
    """
    if place not in values:
        return True, missing
    value = values[place]
    if isinstance(value, Meaningless):
        return True, value.diagnosis
    if value == right[place]:
        return True, None
    return next(((True, name) for name, wrong in known if value == wrong.get(place)), (False, None))


def fewer_terms(value, right, terms):
    """Whether value is the sum of some, not all, of the terms that right is the sum of."""
    if not 0 <= value < right or not terms:
        return False
    sums = {0}
    for term in terms:
        sums |= {total + term for total in sums}
    return value in sums and value != 0


def with_a_minus(value, right, terms):
    """Whether value is right with some of its terms subtracted."""
    return (
        value.denominator == 1
        and (right - value) % 2 == 0
        and (value == -right or fewer_terms((right - value) // 2, right, terms))
    )


def is_entry(node, name, gradient):
    """Whether a node is name or name[..]; or, with gradient, dL/dname or dL/dname[..]."""
    if gradient:
        return isinstance(node, Derivative) and node.of.name == "L" and node.by.name == name
    return getattr(node, "name", None) == name
