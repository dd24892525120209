r"""Sums: sum_{c=1}^{C}, Σ_{c,k}, \sum_{0 \le k < K}, sum(c=1..C)."""

from .cursor import PAIRS
from .limits import MAX_NODES
from .symbols import Symbols
from .tree import Add, Neg, Number, Sum, Symbol

HINT = "As in sum_{c=1}^{C} X_c W_c."


class Sums(Symbols):
    """What a Parser knows of sums."""

    def sum(self):
        """A sum with all that is multiplied after it."""
        begin = self.take()
        ranges, highs = None, []
        while self.at("_", "^") or (ranges is None and self._opens_ranges()):
            if self.at("^"):
                self.take()
                highs = self._highs()
                continue
            if ranges is not None:
                raise self.error("this sum has its letters twice", HINT)
            self.accept("_")
            ranges = self._ranges()
        if ranges is None:
            raise self.error("over which letter is the sum?", HINT, position=begin.start)
        ranges = self._with_highs(ranges, highs)
        with self.deeper():
            body = self.product()
        for variable, low, high in reversed(ranges):
            body = self.made(Sum(variable, low, high, body))
        return body

    def _opens_ranges(self):
        """sum(c=1..C): a bracket that holds a range, not the body."""
        if not self.at("(", "[", "{"):
            return False
        end = self.closes[self.i]
        inside = self.tokens[self.i + 1 : min(end, self.i + 40)]
        return any(token.text in ("..", "to") for token in inside)

    def _ranges(self):
        opening = self.accept("{", "(", "[")
        ranges = [self._range(bool(opening))]
        while opening and (self.accept(",", ";") or self.token.kind == "name"):
            ranges.append(self._range(True))
        if opening:
            self.expect(PAIRS[opening.text], "below a sum stand letters and where they start")
        # sum_{k,l=0}: both start there
        for i in range(len(ranges) - 2, -1, -1):
            if ranges[i][1:] == (None, None):
                ranges[i] = (ranges[i][0], *ranges[i + 1][1:])
        return ranges

    def _range(self, braced):
        if (braced and self._relations() == 2) or self.token.kind == "number":
            return self._chain()
        variable = self._variable()
        low = high = None
        if self.accept("="):
            low = self.formula() if braced else self.primary()
        elif self.accept("≤", "<"):  # k < K
            strict = self.tokens[self.i - 1].text == "<"
            high = self._less(self.formula(), strict)
        elif self.accept("∈"):
            self._skip_set()
        if self.at("..") or self.token.text == "to":
            self.take()
            high = self.formula()
        return variable, low, high

    def _relations(self):
        """How many ≤ and < stand before the next comma or bracket."""
        count = 0
        for token in self.tokens[self.i : self.i + 40]:
            if token.kind == "stop" or token.text in (",", "}", "]"):
                break
            count += token.text in ("≤", "<")
        return count

    def _chain(self):
        """0 <= k < K."""
        low = self.formula()
        strict = self.take().text == "<"
        if not (self.at("≤", "<") or self.token.kind == "name"):
            raise self.error("a letter is missing here", HINT)
        if self.token.kind != "name":
            raise self.error("a letter is missing here", HINT)
        variable = self._variable()
        low = Add((low, Number(1))) if strict else low
        if not self.at("≤", "<"):
            return variable, low, None
        strict = self.take().text == "<"
        return variable, low, self._less(self.formula(), strict)

    @staticmethod
    def _less(high, strict):
        return Add((high, Neg(Number(1)))) if strict else high

    def _skip_set(self):
        depth = 0
        while self.token.kind != "stop":
            if self.at(*PAIRS):
                depth += 1
            elif self.at(*PAIRS.values()):
                if not depth:
                    return
                depth -= 1
            elif self.at(",") and not depth:
                return
            self.take()

    def _variable(self):
        if self.token.kind != "name":
            raise self.error("here stands the letter that the sum runs over", HINT)
        if self.vocabulary.rank(self.token.text):
            raise self.error(f"a sum cannot run over {self.token.text}", HINT)
        name = self.take().text
        indices = ()
        if not name[0].islower():
            return self.made(Symbol(name))
        if self.token.kind == "number" and not self.token.spaced:
            indices = self._digits(self.take(), 1)
        elif self.at("_") and self.ahead().kind == "number":
            self.take()
            indices = self._digits(self.take(), 1)
        elif self.at("_") and self.ahead().text == "{" and self.ahead(2).kind == "number":
            self.take()
            indices = self._subscript(1)
        return self.made(Symbol(name, indices))

    def _highs(self):
        opening = self.accept("{", "(")
        if opening:
            highs = [self.formula()]
            while self.accept(","):
                highs.append(self.formula())
            self.expect(PAIRS[opening.text], "above a sum stands where it ends")
            return highs
        high = self.primary_high()
        if (
            self.at("-", "+")
            and not self.token.spaced
            and self.ahead().kind == "number"
            and not self.ahead().spaced
            and self.ahead(2).spaced
        ):  # sum_{c=0}^C-1 X: the end is C-1
            sign, number = self.take(), self.take()
            one = Number(number.value)
            return [self.made(Add((high, Neg(one) if sign.text == "-" else one)))]
        return [high]

    def primary_high(self):
        """The end of a sum without braces: one name or number."""
        if self.token.kind == "name":
            return self.made(Symbol(self.take().text))
        if self.token.kind == "number":
            return self.made(Number(self.take().value))
        raise self.error("above a sum stands where it ends", HINT)

    def _with_highs(self, ranges, highs):
        if not highs:
            return ranges
        if len(highs) == 1:
            highs = highs * len(ranges)
        if len(highs) != len(ranges) or len(highs) > MAX_NODES:
            raise self.error("this sum has other letters than ends", HINT)
        return [(v, low, high) for (v, low, _), high in zip(ranges, highs, strict=True)]
