"""Writing a tree as plain text or Unicode, so that reading it gives the same tree again."""

from .tree import (
    Add,
    Cases,
    Derivative,
    Divide,
    Equation,
    Lines,
    Matrix,
    Mul,
    Neg,
    Number,
    Power,
    Sum,
    Symbol,
    Transposed,
)

LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def as_plain(tree):
    """The formula in ASCII signs: D*Y/p, X[1,2]*W[1,1], sum_{c=1}^{C} a*b."""
    return _write(tree, _Plain)


def as_unicode(tree):
    """The formula with mathematical signs: D·Y/p, X₁₂·W₁₁, ∂L/∂H."""
    return _write(tree, _Unicode)


class _Plain:
    times, transposed = "*", "^T"

    @staticmethod
    def power(exponent):
        return f"^{exponent}" if exponent >= 0 else f"^({exponent})"

    @staticmethod
    def indices(name, indices):
        if not indices:
            return name
        if len(indices) == 1 and _is_digit(indices[0]) and name[:1].islower():
            return f"{name}_{_write(indices[0], _Plain)}"
        return f"{name}[{','.join(_write(i, _Plain) for i in indices)}]"

    @staticmethod
    def derivative(of, by):
        return f"d{of}/d{by}"

    @staticmethod
    def sum(variable, low, high):
        head = variable if low is None else f"{variable}={low}"
        return f"sum_{{{head}}}" + (f"^{{{high}}} " if high is not None else " ")


class _Unicode(_Plain):
    times, transposed = "·", "ᵀ"

    @staticmethod
    def power(exponent):
        return str(exponent).translate(RAISED)

    @staticmethod
    def indices(name, indices):
        if indices and all(_is_digit(i) for i in indices):
            return name + "".join(str(i.value) for i in indices).translate(LOWERED)
        if not indices:
            return name
        return f"{name}_{{{','.join(_write(i, _Unicode) for i in indices)}}}"

    @staticmethod
    def derivative(of, by):
        return f"∂{of}/∂{by}"

    @staticmethod
    def sum(variable, low, high):
        return "∑" + _Plain.sum(variable, low, high).removeprefix("sum")


def _is_digit(node):
    return isinstance(node, Number) and node.value in range(10)


ATOMS = (Number, Symbol)


def _write(node, style):
    return WRITERS[type(node)](node, style)


def _wrap(node, style, *safe):
    text = _write(node, style)
    return text if isinstance(node, (*ATOMS, *safe)) else f"({text})"


def _number(node, _style):
    return decimal(node.value)


def decimal(value):
    """A Fraction as it was typed: 2, 0.8; others as a quotient in brackets."""
    if value.denominator == 1:
        return str(value.numerator)
    digits = 0
    while digits < 12 and (value * 10**digits).denominator != 1:
        digits += 1
    scaled = value * 10**digits
    if scaled.denominator != 1:
        return f"({value.numerator}/{value.denominator})"
    text = str(scaled.numerator).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}"


def _symbol(node, style):
    return style.indices(node.name, node.indices)


def _derivative(node, style):
    return style.derivative(_write(node.of, style), _write(node.by, style))


def _add(node, style):
    first, *rest = node.terms
    parts = [_wrap(first, style, Mul, Divide, Power, Derivative, Sum, Transposed, Neg)]
    for term in rest:
        sign, term = ("-", term.of) if isinstance(term, Neg) else ("+", term)
        parts.append(
            f" {sign} " + _wrap(term, style, Mul, Divide, Power, Derivative, Sum, Transposed)
        )
    return "".join(parts)


def _neg(node, style):
    return "-" + _wrap(node.of, style, Mul, Divide, Power, Derivative, Sum, Transposed)


def _mul(node, style):
    first, *rest = node.factors
    *rest, last = rest
    parts = [_wrap(first, style, Divide, Power, Derivative, Transposed)]
    parts += [_wrap(factor, style, Power, Transposed) for factor in rest]
    parts.append(_wrap(last, style, Power, Sum, Transposed))
    return style.times.join(parts)


def _divide(node, style):
    over = _wrap(node.over, style, Mul, Divide, Power, Derivative, Transposed)
    if isinstance(node.over, Mul) and isinstance(node.over.factors[-1], Sum):
        over = f"({_write(node.over, style)})"  # the sum would take the slash
    return over + "/" + _wrap(node.under, style, Power, Transposed)


def _power(node, style):
    return _wrap(node.base, style) + style.power(node.exponent)


def _transposed(node, style):
    return _wrap(node.of, style) + style.transposed


def _sum(node, style):
    low, high = (_write(x, style) if x is not None else None for x in (node.low, node.high))
    head = style.sum(_write(node.variable, style), low, high)
    return head + _wrap(node.body, style, Mul, Divide, Power, Derivative, Sum, Transposed)


def _matrix(node, style):
    rows = (", ".join(_write(entry, style) for entry in row) for row in node.rows)
    return "[" + ", ".join(f"[{row}]" for row in rows) + "]"


def _cases(node, style):
    parts = [
        f"{_write(value, style)} if {_write(left, style)} = {_write(right, style)}"
        for value, left, right in node.branches
    ]
    if node.otherwise is not None:
        parts.append(f"{_write(node.otherwise, style)} otherwise")
    return ", ".join(parts)


def _equation(node, style):
    return " = ".join(_write(member, style) for member in node.members)


def _lines(node, style):
    return "\n".join(_write(statement, style) for statement in node.statements)


WRITERS = {
    Number: _number,
    Symbol: _symbol,
    Derivative: _derivative,
    Add: _add,
    Neg: _neg,
    Mul: _mul,
    Divide: _divide,
    Power: _power,
    Transposed: _transposed,
    Sum: _sum,
    Matrix: _matrix,
    Cases: _cases,
    Equation: _equation,
    Lines: _lines,
}
