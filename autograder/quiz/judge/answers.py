"""Finding, in what a student wrote, the formula that answers the question."""

from dataclasses import dataclass

from ..reading.tree import Derivative, Equation, Matrix, Node, Symbol, statements


@dataclass(frozen=True)
class Given:
    """One formula of an answer: left side or None, and what is said to be equal to it."""

    left: Node | None
    formula: Node


def givens(tree, is_target):
    """The statements of an answer as Givens; in a = b = c the last member counts.

    is_target: whether a left side is what was asked for; 'formula = target' is turned round.
    """
    found = []
    for statement in statements(tree):
        if not isinstance(statement, Equation):
            found.append(Given(None, statement))
            continue
        first, *_, last = statement.members
        if is_target(last) and not is_target(first):
            found.append(Given(last, statement.members[-2]))
        else:
            found.append(Given(first, last))
    return found


def definitions(found, names, is_target):
    """{Symbol: formula} of the left sides that are plain new names, as in M = D/p."""
    return {
        given.left: given.formula
        for given in found
        if isinstance(given.left, Symbol)
        and not given.left.indices
        and given.left.name not in names
        and not is_target(given.left)
    }


def chosen(found, is_target):
    """The one formula that answers a question with one answer; None where there is none."""
    targets = [given for given in found if given.left is not None and is_target(given.left)]
    bare = [given for given in found if given.left is None]
    for candidates in (targets, bare, found):
        if candidates:
            return candidates[-1]
    return None


def entries_given(found, is_target, shape, base):
    """The formulas for the entries of a matrix: {(row, column) from 0: (formula, bound)}.

    is_target: whether a node names the matrix or one entry of it. base: where the student's
    indices start. Entries out of the matrix are returned too, with their own places.
    """
    entries = {}
    for given in found:
        if given.left is None or not is_target(given.left):
            continue
        symbol = given.left.by if isinstance(given.left, Derivative) else given.left
        if isinstance(given.formula, Matrix):
            entries |= matrix_entries(given.formula, shape)
            continue
        places = [_constant(index) for index in symbol.indices]
        if len(places) == 2 and None not in places:
            entries[places[0] - base, places[1] - base] = (given.formula, {})
        elif len(places) == 2 and all(isinstance(i, Symbol) for i in symbol.indices):
            row, column = symbol.indices
            for a in range(shape[0]):
                for b in range(shape[1]):
                    bound = {row: a + base, column: b + base}
                    entries.setdefault((a, b), (given.formula, bound))
    return entries


def matrix_entries(matrix, shape):
    """{(row, column): (formula, {})} of a matrix of that shape, or of as many entries in a row."""
    rows = matrix.rows
    flat = [entry for row in rows for entry in row]
    if len(flat) != shape[0] * shape[1] or (len(rows) > 1 and len(rows) != shape[0]):
        return {}
    return {divmod(i, shape[1]): (entry, {}) for i, entry in enumerate(flat)}


def _constant(index):
    value = getattr(index, "value", None)
    return int(value) if value is not None and value.denominator == 1 else None
