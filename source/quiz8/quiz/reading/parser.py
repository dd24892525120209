"""Precedence parsing of one formula: sums of products of powers of primaries.

formula  = [sign] product { (+ | -) product }
product  = factor { [* | odot | ...] factor | / below }
factor   = [sign] primary [^ whole number]
primary  = number | symbol | derivative | ( formula ) | \\frac | sum | matrix | cases
"""

from fractions import Fraction

from .blocks import Blocks
from .cursor import PAIRS
from .errors import Unreadable
from .limits import MAX_EXPONENT, MAX_SLASHES
from .symbols import Differential
from .tree import (
    Derivative,
    Divide,
    Mul,
    Neg,
    Number,
    Power,
    Symbol,
    Transposed,
    plus,
    times,
)

PRODUCT_SIGNS = {"*": "*", "·": "·", "×": "×", "⊙": "⊙", ".": "·"}
ALLOWED = "A formula is made of letters, numbers, + - * / ^, brackets, indices and sums."


class Parser(Blocks):
    """Parses the tokens of one statement's member."""

    def formula(self):
        terms = []
        with self.deeper():
            sign = self.accept("-", "+")
            terms.append(self._signed(sign))
            while self.at("+", "-"):
                terms.append(self._signed(self.take()))
        return self.made(plus(terms))

    def _signed(self, sign):
        product = self.product()
        return self.made(Neg(product)) if sign and sign.text == "-" else product

    def product(self):
        factors, written, slashes = [self.factor()], [], 0
        while True:
            if self.at(*PRODUCT_SIGNS) and not (self.at(".") and not self._operand(1)):
                written.append(PRODUCT_SIGNS[self.take().text])
                factors.append(self.factor())
            elif self.at("@"):
                raise self.error(
                    "@ is NumPy's matrix product, which is not read",
                    "Products here are entry by entry: write * or ⊙, or write the sum out.",
                )
            elif self.at("/"):
                slash = self.take()
                slashes += 1
                if slashes > MAX_SLASHES:
                    raise Unreadable(
                        f"a product has at most {MAX_SLASHES} slashes here",
                        slash.start,
                        kind="too-large",
                    )
                over, written = self.made(times(factors, _sign_of(written))), []
                factors = [self.made(self._below(over, slash))]
            elif self._is_times_x():
                self.take()
                written.append("×")
                factors.append(self.factor())
            elif self._operand(0):
                written.append("")
                factors.append(self.factor())
            else:
                return self.made(times(factors, _sign_of(written)))

    def _below(self, over, slash):
        """The fraction over / what follows."""
        first = self.token
        under = [self.factor()]
        if first.text in PAIRS:  # brackets say what stands below
            return Divide(over, under[0])
        below = []
        while self._operand(0) and not self._is_times_x():
            if self.choice.slash == "beside":
                break
            if self.choice.slash == "spacing" and self.token.spaced:
                break
            below.append(self.factor())
        whole = Divide(over, times([*under, *below], ""))
        if below:
            other = Mul((Divide(over, under[0]), *below), "")
            self.ambiguous(slash.start, "slash", whole, other)
        elif self._operand(0) and not self._is_times_x():
            # What follows is read once, later: here it stands as its first letter.
            following = Symbol(self.token.text + "…")
            shown = Mul((whole, following), "")
            other = Divide(over, Mul((under[0], following), ""))
            self.ambiguous(slash.start, "slash", shown, other)
        return whole

    def factor(self):
        if self.at("-", "+"):
            with self.deeper():
                sign = self.take()
                inner = self.factor()
            return self.made(Neg(inner)) if sign.text == "-" else inner
        base = self.primary()
        if self.at("^"):
            base = self._raised(base, self.take())
        if self.at("^"):
            raise self.error("a power of a power is not read", "Use brackets: (a^2)^3.")
        return base

    def _raised(self, base, hat):
        if self._is_transpose():
            self._skip_exponent()
            return self.made(Transposed(base))
        if self._is_label():
            self._skip_label()
            return base
        exponent = self._exponent()
        after = self.token
        if after.kind == "name" and not after.spaced and self.tokens[self.i - 1].kind == "number":
            shown = Mul((Power(base, exponent), Symbol(after.text)), "")
            self.ambiguous(hat.start, "power", shown, f"an exponent {exponent}{after.text}")
        return self.made(Power(base, exponent))

    def _is_transpose(self):
        first = self.ahead() if self.at("{", "(") else self.token
        return first.kind == "name" and first.text == "T" and not self.vocabulary.rank("T")

    def _skip_exponent(self):
        if self.at("{", "("):
            self.i = self.closes[self.i]
        self.take()

    def _is_label(self):
        """H^{(l)}, H^l: a layer's number, not a power."""
        n = 0
        while self.ahead(n).kind == "op" and self.ahead(n).text in PAIRS:
            n += 1
        letter, close = self.ahead(n), self.ahead(n + 1)
        if letter.kind != "name" or not (letter.text.islower() and len(letter.text) == 1):
            return False
        if letter.text in self.vocabulary.names or (n and close.text not in PAIRS.values()):
            return False
        return n < 3

    def _skip_label(self):
        begin = self.i
        if self.at(*PAIRS):
            self.i = self.closes[self.i]
        self.take()
        label = "".join(token.text for token in self.tokens[begin : self.i])
        self.notes.append(f"^{label} was taken for a label, not for a power.")

    def _exponent(self):
        opening = self.accept("{", "(")
        sign = self.accept("-", "+")
        token = self.token
        if token.kind != "number" or token.value.denominator != 1:
            raise self.error("an exponent is a whole number here", "As in p^2 or p^{-1}.")
        self.take()
        if opening:
            self.expect(PAIRS[opening.text], "an exponent is one whole number here")
        if token.value > MAX_EXPONENT:
            raise Unreadable(
                f"an exponent is at most {MAX_EXPONENT} here", token.start, kind="too-large"
            )
        return -int(token.value) if sign and sign.text == "-" else int(token.value)

    def primary(self):
        token = self.token
        if token.kind == "number":
            self.take()
            return self.made(Number(token.value))
        if token.kind == "name":
            return self.symbol()
        if token.kind == "d" or self.at("∂"):
            return self.derivative()
        if token.kind == "frac":
            return self._frac()
        if self.at("Σ"):
            return self.sum()
        if self.at("∇"):
            return self._nabla()
        if token.kind == "begin":
            return self._environment()
        if self.at(*PAIRS):
            return self._bracket()
        raise self._unexpected()

    def _unexpected(self):
        token, before = self.token, self.tokens[self.i - 1] if self.i else None
        if token.kind == "stop":
            what = f"after {before.text} a formula is missing" if before else "a formula is missing"
            return self.error(what, ALLOWED)
        if token.kind == "word":
            return Unreadable(
                f"{token.text!r} is no name in this question",
                token.start,
                hint="Use the question's letters; between letters write * if a product is meant.",
                kind="word",
            )
        return self.error(f"here {token.text} cannot stand", ALLOWED)

    def _operand(self, n):
        token = self.ahead(n) if n else self.token
        if token.kind in ("number", "name", "d", "frac", "begin"):
            return True
        return token.kind == "op" and token.text in "([{Σ∂∇"

    def _is_times_x(self):
        """A lone x between two operands is a times sign, unless the question has a plain x."""
        token, following = self.token, self.ahead()
        if token.kind != "name" or token.text != "x" or self.vocabulary.rank("x") == 0:
            return False
        if (following.kind == "op" and following.text in "_[^") or (
            following.kind == "number" and not following.spaced
        ):
            return False
        if following.text == "(" and self.i + 1 in self.has_comma:
            return False
        return self._operand(1)

    def _bracket(self):
        opening = self.take()
        begin = self.i - 1
        if opening.text == "[" and (
            begin in self.has_comma or self.at("[") or self._has_rows(begin)
        ):
            self.i = begin
            return self._matrix()
        if opening.text != "[":
            differential = self.lone_differential(PAIRS[opening.text])
            if differential:
                self.take()
                return self.completed(differential)
        inside = self.formula()
        self.expect(
            PAIRS[opening.text], f"here {self.token.text or 'the end'} cannot stand in a bracket"
        )
        return inside

    def _frac(self):
        self.take()
        with self.deeper():
            over = self._argument()
            under = self._argument()
        if isinstance(over, Differential) and isinstance(under, Differential):
            return self.made(Derivative(over.of, under.of))
        return self.made(Divide(self.settled(over), self.settled(under)))

    def _argument(self):
        token = self.token
        if self.at("{"):
            self.take()
            inside = self.lone_differential("}") or self.formula()
            self.expect("}", "the braces of \\frac hold one formula each")
            return inside
        if token.kind == "number" and len(token.text) == 2 and token.text.isdigit():  # \frac12
            first, second = token.text
            self.tokens = list(self.tokens)
            self.tokens[self.i] = token._replace(
                text=second, value=Fraction(second), start=token.start + 1
            )
            return self.made(Number(Fraction(first)))
        return self.primary()

    def _nabla(self):
        self.take()
        if self.token.kind == "name":  # ∇H
            return self.made(Derivative(Symbol("L"), self.symbol()))
        self.expect("_", "∇ needs its letter, as in ∇_H L")
        braces = self.accept("{")
        by = self.symbol()
        if braces:
            self.expect("}", "∇ needs one letter, as in ∇_H L")
        of = self.symbol() if self.token.kind == "name" else Symbol("L")
        return self.made(Derivative(of, by))


def _sign_of(written):
    return written[0] if len(set(written)) == 1 else "*"
