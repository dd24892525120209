"""What a formula is once it is read: small immutable nodes.

Nodes are equal when they say the same in the same order; how a product was signed does not count.
"""

from dataclasses import dataclass, field, fields
from fractions import Fraction


@dataclass(frozen=True)
class Node:
    """Any part of a formula."""


@dataclass(frozen=True)
class Number(Node):
    """A number as written, never negative: 2, 0.8."""

    value: Fraction


@dataclass(frozen=True)
class Symbol(Node):
    """A name, with its indices if it has any: p, X[1,2], k_1."""

    name: str
    indices: tuple = ()


@dataclass(frozen=True)
class Derivative(Node):
    """The derivative of one symbol by another: dL/dH."""

    of: Symbol
    by: Symbol


@dataclass(frozen=True)
class Add(Node):
    """Two or more terms; one that is taken away is a Neg."""

    terms: tuple


@dataclass(frozen=True)
class Neg(Node):
    """Minus a term."""

    of: Node


@dataclass(frozen=True)
class Mul(Node):
    """Two or more factors. sign: how the product was written ('*', 'odot', '' for none)."""

    factors: tuple
    sign: str = field(default="*", compare=False)


@dataclass(frozen=True)
class Divide(Node):
    """over / under."""

    over: Node
    under: Node


@dataclass(frozen=True)
class Power(Node):
    """base to a whole number."""

    base: Node
    exponent: int


@dataclass(frozen=True)
class Transposed(Node):
    """A symbol, transposed."""

    of: Node


@dataclass(frozen=True)
class Sum(Node):
    """The sum of body for variable = low, ..., high; None where the text gave no limit."""

    variable: Symbol
    low: Node | None
    high: Node | None
    body: Node


@dataclass(frozen=True)
class Matrix(Node):
    """Rows of entries."""

    rows: tuple


@dataclass(frozen=True)
class Cases(Node):
    """(value, left, right) triples: value where left = right; then what is left over, or None."""

    branches: tuple
    otherwise: Node | None


@dataclass(frozen=True)
class Equation(Node):
    """Two or more members: a = b = c."""

    members: tuple


@dataclass(frozen=True)
class Lines(Node):
    """Two or more statements, each an Equation or a formula by itself."""

    statements: tuple


def children(node):
    """The nodes right below a node."""
    for item in fields(node):
        yield from _nodes_in(getattr(node, item.name))


def _nodes_in(value):
    if isinstance(value, Node):
        yield value
    elif isinstance(value, tuple):
        for part in value:
            yield from _nodes_in(part)


def walk(node):
    """The node and everything below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def statements(tree):
    """The statements of what was read, as a tuple of nodes."""
    return tree.statements if isinstance(tree, Lines) else (tree,)


def times(factors, sign="*"):
    """The product of one or more factors."""
    return factors[0] if len(factors) == 1 else Mul(tuple(factors), sign)


def plus(terms):
    """The sum of one or more terms."""
    return terms[0] if len(terms) == 1 else Add(tuple(terms))
