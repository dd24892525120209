"""What a formula is worth at a point: exact arithmetic by walking the tree, nothing executed.

Every step is counted and every number's size is bounded, so that no text can make this slow.
"""

from fractions import Fraction

from ..reading.tree import (
    Add,
    Cases,
    Derivative,
    Divide,
    Mul,
    Neg,
    Number,
    Power,
    Sum,
    Symbol,
    Transposed,
)

MAX_STEPS = 60_000  # of all evaluations of one answer
MAX_BITS = 2_000  # of any numerator or denominator: a degree near 32 in numbers of 61 bits
BITS_A_STEP = 256  # larger numbers cost more steps
BITS_OF_FRACTION_A_STEP = 64


OF_KIND = {
    "unknown-name": "quiz-unknown-name",
    "indices": "quiz-indices",
    "whole": "quiz-indices",
    "division": "quiz-undefined",
    "too-large": "quiz-too-large",
    "limits": "quiz-limits",
    "cases": "quiz-undefined",
    "place": "quiz-place",
}


class Meaningless(Exception):
    """A formula without a value here.

    kind: 'unknown-name', 'indices', 'whole', 'division', 'too-large', 'limits', 'cases', 'place'.
    what: the name or the part it is about.
    """

    def __init__(self, kind, what=""):
        super().__init__(f"{kind}: {what}")
        self.kind, self.what = kind, what

    @property
    def diagnosis(self):
        """Its name in the catalogue."""
        return OF_KIND[self.kind]

    @property
    def notes(self):
        """A sentence on what it is about."""
        return (f"It is about {self.what}.",) if self.what else ()


class Budget:
    """Steps left for one answer."""

    def __init__(self, steps=MAX_STEPS):
        self.left = steps

    def spend(self, steps=1):
        self.left -= steps
        if self.left < 0:
            raise Meaningless("too-large")


class Scope:
    """What names mean; the judges of the items fill it in."""

    def scalar(self, symbol):
        """The value of a name without indices, or with constant ones such as k_1."""
        raise Meaningless("unknown-name", symbol.name)

    def entry(self, name, indices):
        """The value of a name at whole-number indices, as the student wrote them."""
        raise Meaningless("unknown-name", name)

    def derivative(self, node, indices):
        """The value of a derivative; indices: those of what it is derived by, evaluated."""
        raise Meaningless("unknown-name", f"d{node.of.name}/d{node.by.name}")

    def has_entries(self, name):
        """Whether the name is one with indices."""
        return False

    def extent(self, name, axis):
        """(first, last) index along an axis in the student's counting, or None."""
        return None

    def transposed(self, node):
        raise Meaningless("place", "a transposed matrix")


def evaluate(node, scope, budget, bound):
    """The value of a formula: int or Fraction. bound: {Symbol: value} of sums and left sides.

    Raises Meaningless.
    """
    return _Evaluation(scope, budget, dict(bound)).value(node)


class _Evaluation:
    def __init__(self, scope, budget, bound):
        self.scope, self.budget, self.bound = scope, budget, bound

    def value(self, node):
        self.budget.left -= 1  # not by a call: this is the inner loop
        if self.budget.left < 0:
            raise Meaningless("too-large")
        method = METHODS.get(type(node))
        if method is None:
            raise Meaningless("place", type(node).__name__.lower())
        return method(self, node)

    def _bounded(self, value):
        if type(value) is int and value.bit_length() <= BITS_A_STEP:
            return value
        size = bits(value)
        if size > MAX_BITS:
            raise Meaningless("too-large")
        if isinstance(value, Fraction):  # common divisors are dear
            self.budget.spend(2 + size // BITS_OF_FRACTION_A_STEP)
        elif size > BITS_A_STEP:
            self.budget.spend(size // BITS_A_STEP)
        return value

    def number(self, node):
        value = node.value
        return value.numerator if value.denominator == 1 else value

    def symbol(self, node):
        if node in self.bound:
            return self.bound[node]
        if self.scope.has_entries(node.name) and node.indices:
            return self.scope.entry(node.name, self.indices(node))
        return self.scope.scalar(node)

    def indices(self, node):
        return tuple(whole(self.value(index)) for index in node.indices)

    def derivative(self, node):
        return self.scope.derivative(node, self.indices(node.by))

    def add(self, node):
        total = 0
        for term in node.terms:
            total += self.value(term)
        return self._bounded(total)

    def neg(self, node):
        return -self.value(node.of)

    def mul(self, node):
        result = 1
        for factor in node.factors:
            result = self._bounded(result * self.value(factor))
        return result

    def divide(self, node):
        over, under = self.value(node.over), self.value(node.under)
        return self._bounded(quotient(over, under))

    def power(self, node):
        base = self.value(node.base)
        if bits(base) * abs(node.exponent) > MAX_BITS:
            raise Meaningless("too-large")
        if node.exponent >= 0:
            return base**node.exponent
        return quotient(1, base**-node.exponent)

    def transposed(self, node):
        return self.scope.transposed(node)

    def cases(self, node):
        for value, left, right in node.branches:
            if self.value(left) == self.value(right):
                return self.value(value)
        if node.otherwise is None:
            raise Meaningless("cases")
        return self.value(node.otherwise)

    def sum(self, node):
        first, last = self.limits(node)
        if last - first > MAX_STEPS:
            raise Meaningless("too-large")
        had, before = node.variable in self.bound, self.bound.get(node.variable)
        total = 0
        for value in range(first, last + 1):
            self.bound[node.variable] = value
            total = self._bounded(total + self.value(node.body))
        if had:
            self.bound[node.variable] = before
        else:
            self.bound.pop(node.variable, None)
        return total

    def limits(self, node):
        """First and last value; what the text left out is taken from where the letter is used."""
        low = None if node.low is None else whole(self.value(node.low))
        high = None if node.high is None else whole(self.value(node.high))
        if low is not None and high is not None:
            return low, high
        natural = self._natural(node)
        if natural is None:
            raise Meaningless("limits", node.variable.name)
        first, last = natural
        if high in (last, last - first + 1):  # sum_c^C: over all channels, wherever they start
            high = last
        return first if low is None else low, last if high is None else high

    def _natural(self, node):
        waiting = [node.body]
        while waiting:
            inner = waiting.pop()
            self.budget.spend()
            if isinstance(inner, Sum):
                waiting.append(inner.body)
            elif isinstance(inner, Symbol | Derivative):
                symbol = inner.by if isinstance(inner, Derivative) else inner
                for axis, index in enumerate(symbol.indices):
                    extent = index == node.variable and self.scope.extent(symbol.name, axis)
                    if extent:
                        return extent
            elif isinstance(inner, Add | Mul):
                waiting.extend(inner.terms if isinstance(inner, Add) else inner.factors)
            elif isinstance(inner, Divide):
                waiting.extend((inner.over, inner.under))
            elif isinstance(inner, Neg):
                waiting.append(inner.of)
        return None


METHODS = {
    Number: _Evaluation.number,
    Symbol: _Evaluation.symbol,
    Derivative: _Evaluation.derivative,
    Add: _Evaluation.add,
    Neg: _Evaluation.neg,
    Mul: _Evaluation.mul,
    Divide: _Evaluation.divide,
    Power: _Evaluation.power,
    Transposed: _Evaluation.transposed,
    Cases: _Evaluation.cases,
    Sum: _Evaluation.sum,
}


def bits(value):
    return max(value.numerator.bit_length(), value.denominator.bit_length())


def quotient(over, under):
    if under == 0:
        raise Meaningless("division")
    return Fraction(over) / under


def whole(value):
    """A value as an index."""
    if value.denominator != 1:
        raise Meaningless("whole")
    return value.numerator
