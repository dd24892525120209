"""Symbols with their indices, and derivatives: X11, X_{1,2}, X[0,1], X(1,2), dL/dH."""

from fractions import Fraction

from .cursor import PAIRS, Cursor
from .letters import LOSSES
from .tree import Add, Derivative, Mul, Number, Symbol, plus
from .vocabulary import DIFFERENTIAL

LOSS = Symbol("L")
SUFFIXES = ("pad", "padded")
TRAINING = ("train", "training")  # H_train is H


class Differential:
    """dL or ∂L, before it is known what becomes of it. of: a Symbol."""

    def __init__(self, of):
        self.of = of


class Symbols(Cursor):
    """What a Parser knows of names."""

    def symbol(self):
        """A name and its indices; a differential where an alias such as dout stands for one."""
        name = self.take().text
        name = self._suffixed(name)
        indices = self._indices(name)
        meaning = dict(self.vocabulary.aliases).get(name, name)
        if meaning.startswith(DIFFERENTIAL):
            by = self.made(Symbol(meaning.removeprefix(DIFFERENTIAL), indices))
            return self.made(Derivative(LOSS, by))
        return self.made(Symbol(self._in_right_case(meaning, len(indices)), indices))

    def _suffixed(self, name):
        r"""X_{pad}, X^{\text{pad}}: a name, not an index."""
        if not self.at("_", "^"):
            return name
        braced = self.ahead().text == "{"
        at = self.i + (2 if braced else 1)
        suffix, end = "", at
        while self.tokens[end].kind in ("name", "word", "d") and len(suffix) < 8:
            suffix += self.tokens[end].text
            end += 1
            self.steps += 1
        if suffix in TRAINING and (not braced or self.tokens[end].text == "}"):
            self.i = end + braced
            return name
        known = [w for w in self.vocabulary.words() if w.lower() == f"{name}_{suffix}".lower()]
        if not known and not (suffix in SUFFIXES and braced):
            return name
        if (braced and self.tokens[end].text != "}") or (not braced and end != at + 1):
            return name
        self.i = end + 1 if braced else end
        return known[0] if known else name + "_pad"

    def _indices(self, name):
        rank = self.vocabulary.rank(self._in_right_case(name, None))
        token = self.token
        if self.at("_") and not self._is_differential(1):
            self.take()
            indices = self._subscript(rank, name)
            while rank and len(indices) < rank and self._goes_on():
                self.accept("_")
                indices += self._subscript(rank - len(indices))
            return indices
        if rank and self.at("{") and not token.spaced and self.ahead().kind == "number":
            return self._list(rank, digits=True)  # X{11}
        if rank == 1 and self.at("("):
            return self._list()  # b(f)
        if self.at("[") and not token.spaced:
            indices = ()
            while self.at("[") and not self.token.spaced:
                indices += self._list()
            return indices
        if self.at("(") and self.i in self.has_comma:
            return self._list()
        if token.kind == "number" and not token.spaced and rank != 0 and token.text.isdigit():
            if rank is None and name.islower():
                self.kinds.add("numbered")
                if not self.choice.numbered:
                    return ()
            self.take()
            return self._digits(token, rank, name)
        if token.kind == "number" and not token.spaced and rank == 0:
            self.ambiguous(token.start, "digits", f"{name}*{token.text}", f"{name}_{token.text}")
        return ()

    def _goes_on(self):
        """X_1_2, X_{1}{2}: whether another index follows."""
        if self.at("_"):
            return True
        return self.at("{") and self.tokens[self.i - 1].text == "}" and not self.token.spaced

    def _digits(self, token, rank, name=""):
        """11 after a letter: the indices 1 and 1; the sizes here are below ten."""
        self.nodes += len(token.text)
        if rank == 1 or (rank is None and name[:1].islower()):
            return (Number(Fraction(token.text)),)
        return tuple(Number(Fraction(digit)) for digit in token.text)

    def _subscript(self, rank, name=""):
        token = self.token
        if token.kind == "number" and token.text.isdigit():
            self.take()
            return self._digits(token, rank, name)
        if token.kind == "name":
            return self._letters(rank)
        if self.at("{", "(", "["):
            return self._list(rank, digits=True, name=name)
        raise self.error("an index is missing after _", "As in X_11, X_{1,2} or X_{i+k,j+l}.")

    def _letters(self, rank):
        """X_ij without braces: the letters up to the next name."""
        indices = [self.made(Symbol(self.take().text))]
        while len(indices) < (rank or 4):
            token, following = self.token, self.ahead()
            if token.spaced or (token.kind == "number" and not token.text.isdigit()):
                break
            if token.kind == "number":
                indices += self._digits(self.take(), None)
                continue
            if token.kind != "name" or len(token.text.rstrip("'")) != 1:
                break
            if following.text in ("_", "[") or (
                following.kind == "number" and not following.spaced
            ):
                break
            is_upper = token.text.isupper() and token.text in self.vocabulary.names
            if is_upper or self.vocabulary.rank(token.text):
                break
            indices.append(self.made(Symbol(self.take().text)))
        return tuple(indices)

    def _list(self, rank=None, digits=False, name=""):
        """The indices in a bracket; digits: whether 11 means 1, 1."""
        opening = self.take()
        close = PAIRS[opening.text]
        if digits and self.token.kind == "number" and self.ahead().text == close:
            token = self.take()
            self.take()
            if not token.text.isdigit():
                raise self.error("an index is a whole number", position=token.start)
            return self._digits(token, rank, name)
        items = [self.formula()]
        while self.accept(","):
            items.append(self.formula())
        if self.at(":"):
            raise self.error("slices are not read", "Write one index, or a sum.")
        self.expect(close, f"here {self.token.text or 'the end'} cannot stand in an index")
        return self._spread(items, rank) if digits else tuple(items)

    def _spread(self, items, rank):
        """X_{nc,i+k}: nc is two indices where the name has more than were given."""
        while len(items) < (rank or (2 if len(items) == 1 else 0)):
            for i, item in enumerate(items):
                parts = [item] if self._is_one(item, rank) else _parts(item)
                if len(parts) > 1 and (rank is None or len(items) - 1 + len(parts) <= rank):
                    items[i : i + 1] = parts
                    break
            else:
                break
        return tuple(items)

    def _is_one(self, item, rank):
        """Whether an index is certainly one: s i, s being a number; a sum, except in X_{i+1j}."""
        if isinstance(item, Mul):
            return any(self.vocabulary.rank(getattr(f, "name", "")) == 0 for f in item.factors)
        return isinstance(item, Add) and rank != 2

    def _in_right_case(self, name, indices):
        """Y for y where only Y is in the question; with indices their number has to fit too."""
        if name in self.vocabulary.names and (not indices or self.vocabulary.rank(name)):
            return name
        for known in self.vocabulary.names:
            if known.lower() == name.lower():
                rank = self.vocabulary.rank(known)
                if self.vocabulary.any_case or (rank and (indices is None or indices == rank)):
                    return known
        return name

    def _is_differential(self, n=0):
        token, following = self.ahead(n) if n else self.token, self.ahead(n + 1)
        if token.kind == "d" or (token.kind == "op" and token.text == "∂"):
            return True
        return token.kind == "name" and token.text == "d" and following.text == "L"

    def derivative(self):
        """∂L/∂H, dL/dH, dLdH, dL_dH; dH alone is short for dL/dH."""
        token = self.token
        if token.kind == "d" and not self.choice.differential:
            self.take()
            return self.made(Symbol(self._in_right_case("d", 0)))
        above = self._differential()
        factor = Symbol(self._in_right_case("d", 0))
        is_alone = not (self.at("/", "_") and self._is_below(1)) and above.of != LOSS
        if token.kind == "d" and is_alone and factor.name in self.vocabulary.names:
            shown = Derivative(LOSS, above.of)
            self.ambiguous(token.start, "differential", shown, Mul((factor, above.of)))
        return self.completed(above)

    def completed(self, above):
        """The derivative that a differential is the upper part of; alone, dH is read as dL/dH."""
        if self.at("/", "_") and self._is_below(1):
            self.take()
            return self.made(Derivative(above.of, self._in_brackets().of))
        if self._is_differential() and not self.token.spaced and above.of == LOSS:
            return self.made(Derivative(above.of, self._differential().of))
        return self.settled(above)

    def _is_below(self, n):
        if self._is_differential(n) or (
            self.ahead(n).text == "d" and self.ahead(n + 1).kind == "name"
        ):
            return True
        return self.ahead(n).text in ("(", "{") and self._is_differential(n + 1)

    def _in_brackets(self):
        opening = self.accept("(", "{")
        found = self._differential()
        if opening:
            self.expect(PAIRS[opening.text], "a bracket is missing below the derivative")
        return found

    def _differential(self):
        self.take()
        opening = self.accept("{", "(")
        if self.token.kind != "name":
            raise self.error("after d or ∂ a letter is missing", "As in dL/dH or ∂L/∂H.")
        of = self.symbol()
        if opening:
            self.expect(PAIRS[opening.text], "after d or ∂ stands one letter")
        if isinstance(of, Derivative):
            raise self.error("a derivative of a derivative is not read")
        if of.name in LOSSES and of.name not in self.vocabulary.names:
            of = LOSS
        return Differential(of)

    def lone_differential(self, close):
        r"""A differential up to the closing bracket, as in \frac{dL}{dH}; else None and nothing
        is taken."""
        begin, nodes = self.i, self.nodes
        if not (
            self._is_differential() or (self.token.text == "d" and self.ahead().kind == "name")
        ):
            return None
        if self.token.kind == "d" and not self.choice.differential:
            return None
        found = self._differential()
        if self.at(close):
            return found
        self.i, self.nodes = begin, nodes
        return None

    def settled(self, node):
        """A differential alone, dH, is read as dL/dH; any other node is itself."""
        if not isinstance(node, Differential):
            return node
        if node.of == LOSS:
            raise self.error("dL stands alone", "Say by what it is derived, as in dL/dH.")
        return self.made(Derivative(LOSS, node.of))


def _parts(item):
    """The single letters and digits that an index without commas is made of."""
    if isinstance(item, Mul) and item.sign == "":
        return [part for factor in item.factors for part in _parts(factor)]
    if isinstance(item, Symbol) and item.indices:
        return [Symbol(item.name), *item.indices]
    if isinstance(item, Add):
        return _halves(item)
    if isinstance(item, Number) and item.value.denominator == 1:
        return [Number(Fraction(digit)) for digit in str(item.value)]
    return [item]


def _halves(item):
    """X_{i+1j}: i+1 and j, split where two stand side by side."""
    places = [
        n
        for n, term in enumerate(item.terms)
        if isinstance(term, Mul) and term.sign == "" and len(term.factors) == 2
    ]
    if len(places) != 1:
        return [item]
    n = places[0]
    first, second = item.terms[n].factors
    return [plus((*item.terms[:n], first)), plus((second, *item.terms[n + 1 :]))]
