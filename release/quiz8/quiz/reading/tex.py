"""Writing a tree as TeX, for MathJax and for MathML."""

from .latex import TEX_OF_GREEK
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
from .writing import decimal

SIGNS = {"*": r" \cdot ", "·": r" \cdot ", "×": r" \times ", "⊙": r" \odot ", "": r" \, "}
ACCENTS = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar"}


def as_tex(tree):
    """The formula as TeX, without dollars; all that comes out is from a fixed set of commands."""
    return _tex(tree)


def _tex(node):
    return WRITERS[type(node)](node)


def _wrap(node, *safe):
    text = _tex(node)
    return text if isinstance(node, (Number, Symbol, *safe)) else rf"\left({text}\right)"


def name_as_tex(name):
    """One name: X, \\mathrm{mask}, \\rho, \\tilde{X}."""
    bare = name.rstrip("'")
    primes = name[len(bare) :]
    if len(bare) == 2 and bare[1] in ACCENTS:
        return rf"\{ACCENTS[bare[1]]}{{{bare[0]}}}{primes}"
    if bare in TEX_OF_GREEK:
        return rf"\{TEX_OF_GREEK[bare]} {primes}"
    stem, _, suffix = bare.partition("_")
    if suffix:
        return name_as_tex(stem) + rf"_{{\mathrm{{{suffix}}}}}{primes}"
    return (bare if len(bare) == 1 else rf"\mathrm{{{bare}}}") + primes


def _number(node):
    return decimal(node.value)


def _symbol(node):
    name = name_as_tex(node.name)
    if not node.indices:
        return name
    separator = "," if len(node.indices) > 1 else ""
    indices = separator.join(_tex(index) for index in node.indices)
    if "_{" in name or name.endswith("'"):
        name = f"{{{name}}}"
    return f"{name}_{{{indices}}}"


def _derivative(node):
    return rf"\frac{{\partial {_tex(node.of)}}}{{\partial {_tex(node.by)}}}"


def _add(node):
    first, *rest = node.terms
    parts = [_wrap(first, Mul, Divide, Power, Derivative, Sum, Transposed, Neg)]
    for term in rest:
        sign, term = ("-", term.of) if isinstance(term, Neg) else ("+", term)
        parts.append(f" {sign} " + _wrap(term, Mul, Divide, Power, Derivative, Sum, Transposed))
    return "".join(parts)


def _neg(node):
    return "-" + _wrap(node.of, Mul, Divide, Power, Derivative, Sum, Transposed)


def _mul(node):
    *rest, last = node.factors
    parts = [_wrap(factor, Divide, Power, Derivative, Transposed) for factor in rest]
    parts.append(_wrap(last, Divide, Power, Derivative, Sum, Transposed))
    text = parts[0]
    for factor, part in zip(node.factors[1:], parts[1:], strict=True):
        base = factor.base if isinstance(factor, Power) else factor
        # Two numbers side by side would be one.
        text += SIGNS["*" if isinstance(base, Number) and not node.sign else node.sign] + part
    return text


def _divide(node):
    over, under = _tex(node.over), _tex(node.under)
    return rf"\frac{{{over}}}{{{under}}}"


def _power(node):
    return f"{_wrap(node.base)}^{{{node.exponent}}}"


def _transposed(node):
    return f"{_wrap(node.of)}^{{T}}"


def _sum(node):
    head = _tex(node.variable)
    if node.low is not None:
        head += "=" + _tex(node.low)
    high = f"^{{{_tex(node.high)}}}" if node.high is not None else ""
    body = _wrap(node.body, Mul, Divide, Power, Derivative, Sum, Transposed)
    return rf"\sum_{{{head}}}{high} {body}"


def _matrix(node):
    rows = r" \\ ".join(" & ".join(_tex(entry) for entry in row) for row in node.rows)
    return rf"\begin{{bmatrix}}{rows}\end{{bmatrix}}"


def _cases(node):
    rows = [
        rf"{_tex(value)} & \text{{if }} {_tex(left)} = {_tex(right)}"
        for value, left, right in node.branches
    ]
    if node.otherwise is not None:
        rows.append(rf"{_tex(node.otherwise)} & \text{{otherwise}}")
    lines = r" \\ ".join(rows)
    return rf"\begin{{cases}}{lines}\end{{cases}}"


def _equation(node):
    return " = ".join(_tex(member) for member in node.members)


def _lines(node):
    lines = r" \\ ".join(_tex(statement) for statement in node.statements)
    return rf"\begin{{aligned}}{lines}\end{{aligned}}"


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
