"""Random formulas for the tests of the quiz."""

from fractions import Fraction

from hypothesis import strategies as st

from autograder.quiz.reading import Vocabulary
from autograder.quiz.reading.tree import (
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

NAMES = ("p", "q", "ρ", "mask", "HH", "D", "Y", "X", "W", "X\u0303", "i", "j", "k", "i'")
VOCABULARY = Vocabulary(
    names=NAMES,
    ranks=(
        ("p", 0),
        ("q", 0),
        ("ρ", 0),
        ("mask", 0),
        ("HH", 0),
        ("X", 2),
        ("W", 2),
        ("X\u0303", 2),
    ),
)
LETTERS = st.sampled_from([Symbol(name) for name in ("i", "j", "i'")] + [Symbol("k", (Number(1),))])
WHOLE = st.integers(0, 9).map(lambda n: Number(Fraction(n)))
NUMBERS = st.one_of(
    st.integers(0, 10**6).map(lambda n: Number(Fraction(n))),
    st.integers(1, 999).map(lambda n: Number(Fraction(n, 1000))),
)
INDEX = st.one_of(
    WHOLE,
    LETTERS,
    st.builds(lambda a, b: Add((a, b)), LETTERS, WHOLE),
    st.builds(lambda a, b: Add((a, Neg(b))), LETTERS, st.sampled_from([Symbol("p"), Symbol("j")])),
    st.builds(lambda a, b: Mul((Symbol(a), b)), st.sampled_from(["p", "HH"]), LETTERS),
)
ENTRIES = st.builds(
    lambda name, a, b: Symbol(name, (a, b)), st.sampled_from(["X", "W", "X\u0303"]), INDEX, INDEX
)
PLAIN = st.sampled_from([Symbol(name) for name in ("p", "q", "ρ", "mask", "HH", "D", "Y")])
DERIVATIVES = st.builds(
    lambda by: Derivative(Symbol("L"), by), st.one_of(st.just(Symbol("Y")), ENTRIES)
)
LEAVES = st.one_of(NUMBERS, PLAIN, LETTERS, ENTRIES, DERIVATIVES)


def _larger(inner):
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    limits = st.one_of(st.none(), INDEX)
    return st.one_of(
        several.map(Add),
        st.builds(Mul, several, st.sampled_from(["*", "·", "⊙", "×", ""])),
        st.builds(Neg, inner),
        st.builds(Divide, inner, inner),
        st.builds(Power, inner, st.integers(-12, 12)).filter(
            lambda node: not isinstance(node.base, Transposed)
        ),
        st.builds(Sum, LETTERS, limits, limits, inner),
    )


FORMULAS = st.recursive(LEAVES, _larger, max_leaves=12)
CASES = st.builds(
    lambda value, other: Cases(((value, Symbol("D"), Number(Fraction(1))),), other),
    FORMULAS,
    FORMULAS,
)
MATRICES = st.lists(st.tuples(FORMULAS, FORMULAS), min_size=2, max_size=2).map(
    lambda rows: Matrix(tuple(rows))
)
MEMBERS = st.one_of(FORMULAS, MATRICES)
EQUATIONS = st.builds(lambda left, right: Equation((left, right)), ENTRIES, MEMBERS)
ANSWERS = st.one_of(
    MEMBERS,
    CASES,
    EQUATIONS,
    st.lists(EQUATIONS, min_size=2, max_size=3).map(lambda lines: Lines(tuple(lines))),
)
