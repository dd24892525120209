"""Very many random and mutated answers: nothing but Unreadable is raised, and none is judged right
unless it is, as SymPy sees it (built node by node; SymPy never parses what was typed)."""

import random

import pytest

from autograder.quiz.judge import judge
from autograder.quiz.questions import BASE, ITEMS, question
from autograder.quiz.reading import as_plain, as_tex, echo, read_all
from autograder.quiz.reading.tree import (
    Add,
    Derivative,
    Divide,
    Mul,
    Neg,
    Number,
    Power,
    Symbol,
)

STRINGS = 100_000
SOME = 800  # in the ordinary suite
PIECES = (
    *"DYHpXWOGnfcijklsP0123456789+-*/^_(){}[],;=. '$&\n",
    *"·×⊙∘∂∑Σ₁₂²⁻ρ−½",
    *(r"\frac{", r"\sum_{", "}^{", r"\odot ", r"\cdot ", r"\partial ", r"\left(", r"\right)"),
    *("dL/dH", "dH", "mask", "dout", "sum_{k=1}^{2}", "X_{11}", "W11", "X[0,1]", " where ", " if "),
    *(
        "otherwise",
        "D*Y/p",
        "1/p",
        "D=1",
        "입니다",
        "\u200b",
        "\u202e",
        "р",
        "import",
        "__",
        "9**9",
    ),
)
SEEDS = {
    "forward": [
        "D*Y/p", r"\frac{D \odot Y}{p}", "H = 1/p * D ⊙ Y", "D*Y*p^-1",
        "Y/p if D = 1, 0 otherwise",
        "(D/p)*Y", "D Y/2p*2", "D*Y/p + 0", "H = Y*M; M = D/p", "D*D*Y/(p*1)",
    ],
    "backward": [
        "dL/dH*D/p", "dout*mask/p", r"\frac{\partial L}{\partial H} \odot \frac{D}{p}", "dH*D/p",
        "∂L/∂Y = ∂L/∂H ⊙ D / p", "1/p D dL/dH",
    ],
    "convolution": [
        "O11 = X11W11 + X12W12 + X21W21 + X22W22\nO12 = X12W11 + X13W12 + X22W21 + X23W22",
        "O_{ij} = Σ_{k=1}^2 Σ_{l=1}^2 X_{i+k-1,j+l-1} W_{kl}",
    ],
    "general": ["Σ_{c,k,l} X_{n,c,si+k-P,sj+l-P} W_{fckl} + b_f"],
    "extension": ["dL/dW_{kl} = Σ_{a,b} G_{ab} X_{a+k-1,b+l-1}\ndL/dX11 = G11 W11"],
}  # fmt: skip


def _strings(item, count, seed):
    """Random strings and mutations of right and nearly right answers."""
    draw = random.Random(f"{item}{seed}")
    for _ in range(count):
        if draw.random() < 0.25:
            yield "".join(draw.choices(PIECES, k=draw.randint(1, 14)))
            continue
        text = draw.choice(SEEDS[item])
        for _ in range(draw.randint(1, 4)):
            at = draw.randint(0, len(text))
            until = min(len(text), at + draw.choice((0, 0, 1, 1, 2, 5)))
            text = text[:at] + draw.choice((*PIECES, "", "")) + text[until:]
        yield text


def _sweep(item, count, seed=0):
    """Judge the strings; returns those judged right and those wrong, each with its trees."""
    vocabulary = question(item, BASE).vocabulary
    right, wrong = [], []
    for text in _strings(item, count, seed):
        found = judge(item, text, BASE)
        if found.status in ("unread", "blank"):
            echo(text, vocabulary)
            continue
        read_again = read_all(text, vocabulary)
        as_tex(read_again.tree), as_plain(read_again.tree)
        trees = (read_again.tree, *read_again.others)
        (right if found.share == 1 else wrong).append((text, trees))
    return right, wrong


def _agree_with_sympy(item, right, wrong):
    sympy = pytest.importorskip("sympy")
    for text, trees in right:
        verdicts = [_is_right(sympy, item, tree) for tree in trees]
        assert True in verdicts or None in verdicts, f"judged right: {text!r}"
    for text, trees in wrong:
        verdict = _is_right(sympy, item, trees[0])
        assert verdict is not True, f"judged wrong: {text!r}"


def _is_right(sympy, item, tree):
    """Whether SymPy finds a plain formula right; None for what it is not asked about."""
    try:
        formula = _expression(sympy, tree)
    except TypeError:
        return None
    d, y, p, g = sympy.symbols("D Y p g")
    key = d * y / p if item == "forward" else g * d / p
    difference = [sympy.cancel(sympy.together((formula - key).subs(d, n))) for n in (0, 1)]
    return difference == [0, 0]


def _expression(sympy, node):
    """The tree as a SymPy expression, by its constructors alone. TypeError for other nodes."""
    if isinstance(node, Number):
        return sympy.Rational(node.value.numerator, node.value.denominator)
    if isinstance(node, Symbol) and not node.indices and node.name in ("D", "Y", "p"):
        return sympy.Symbol(node.name)
    if isinstance(node, Derivative) and (node.of, node.by) == (Symbol("L"), Symbol("H")):
        return sympy.Symbol("g")
    if isinstance(node, Neg):
        return sympy.Mul(-1, _expression(sympy, node.of))
    if isinstance(node, Add):
        return sympy.Add(*(_expression(sympy, term) for term in node.terms))
    if isinstance(node, Mul):
        return sympy.Mul(*(_expression(sympy, factor) for factor in node.factors))
    if isinstance(node, Divide):
        over, under = _expression(sympy, node.over), _expression(sympy, node.under)
        return sympy.Mul(over, sympy.Pow(under, -1))
    if isinstance(node, Power):
        return sympy.Pow(_expression(sympy, node.base), node.exponent)
    raise TypeError(type(node))


@pytest.mark.parametrize("item", ITEMS)
def test_some_random_answers(item):
    right, wrong = _sweep(item, SOME // (1 if item in ("forward", "backward") else 5), seed=1)
    assert len(right) < len(wrong)


@pytest.mark.sweep
@pytest.mark.parametrize("part", range(5))
@pytest.mark.parametrize("item", ["forward", "backward"])
def test_random_answers_are_right_only_if_sympy_says_so(item, part):
    pytest.importorskip("sympy")
    right, wrong = _sweep(item, STRINGS // 10, seed=part + 2)
    assert len(right) > 50
    assert len(wrong) > 1_000
    _agree_with_sympy(item, right, wrong[::20])


@pytest.mark.sweep
@pytest.mark.parametrize("item", ["convolution", "general", "extension"])
def test_random_answers_with_sums_raise_nothing(item):
    right, wrong = _sweep(item, STRINGS // 20, seed=99)
    assert wrong
    assert len(right) < len(wrong)
