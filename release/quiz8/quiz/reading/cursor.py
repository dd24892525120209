"""A walk over tokens that counts its steps and how deep it is."""

from contextlib import contextmanager
from dataclasses import dataclass

from .errors import Unreadable
from .limits import MAX_AMBIGUITIES, MAX_DEPTH, MAX_NODES
from .writing import as_plain

PAIRS = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True)
class Choice:
    """How to take what can be taken in two ways.

    slash: whether factors that follow a/b without a sign belong below: 'spacing' (if no space
    stands before them), 'below' or 'beside'. differential: whether dY is a differential.
    numbered: whether i3 is a letter with a number, not a product.
    """

    slash: str = "spacing"
    differential: bool = True
    numbered: bool = True


@dataclass(frozen=True)
class Ambiguity:
    """A place that can be read in two ways. position: in the text. kind: the choice it hangs on.
    shown: as it was read. other: the other reading. Both are plain text."""

    position: int
    kind: str
    shown: str
    other: str


class Cursor:
    """tokens: with a 'stop' at the end."""

    def __init__(self, tokens, vocabulary, choice):
        self.tokens, self.vocabulary, self.choice = tokens, vocabulary, choice
        self.i = 0
        self.depth = 0
        self.nodes = 0
        self.steps = 0
        self.ambiguities = []
        self.kinds = set()  # of the ambiguities
        self.notes = []
        self.closes, self.has_comma = match_brackets(tokens)

    @property
    def token(self):
        return self.tokens[self.i]

    def ahead(self, n=1):
        return self.tokens[min(self.i + n, len(self.tokens) - 1)]

    def take(self):
        token = self.tokens[self.i]
        self.i = min(self.i + 1, len(self.tokens) - 1)
        self.steps += 1
        return token

    def at(self, *signs):
        return self.token.kind == "op" and self.token.text in signs

    def accept(self, *signs):
        return self.take() if self.at(*signs) else None

    def expect(self, sign, why):
        if not self.at(sign):
            raise self.error(why)
        return self.take()

    def ambiguous(self, position, kind, shown, other):
        """Note a place with two readings; shown and other are nodes or text."""
        self.kinds.add(kind)
        if len(self.ambiguities) < MAX_AMBIGUITIES:
            texts = [it if isinstance(it, str) else as_plain(it) for it in (shown, other)]
            self.ambiguities.append(Ambiguity(position, kind, *texts))

    def made(self, node):
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise Unreadable(
                "the answer is too long to be a formula", self.token.start, kind="too-large"
            )
        return node

    @contextmanager
    def deeper(self):
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unreadable(
                f"more than {MAX_DEPTH} brackets, indices or fractions stand inside one another",
                self.token.start,
                kind="too-large",
            )
        try:
            yield
        finally:
            self.depth -= 1

    def error(self, message, hint="", position=None):
        return Unreadable(message, self.token.start if position is None else position, hint=hint)


def match_brackets(tokens):
    """Returns ({index of an opening bracket: index of its closing one}, those with a comma inside).

    Raises Unreadable for brackets that do not pair.
    """
    closes, has_comma, waiting = {}, set(), []
    for i, token in enumerate(tokens):
        if token.kind == "begin":
            waiting.append(i)
        elif token.kind == "end":
            if not waiting or tokens[waiting[-1]].kind != "begin":
                raise Unreadable("this environment was not begun", token.start)
            closes[waiting.pop()] = i
        elif token.kind != "op":
            continue
        elif token.text in PAIRS:
            waiting.append(i)
        elif token.text in PAIRS.values():
            if not waiting or tokens[waiting[-1]].kind == "begin":
                raise Unreadable(
                    f"this {token.text} closes nothing",
                    token.start,
                    hint="Its opening bracket is missing.",
                )
            opened = waiting.pop()
            if PAIRS[tokens[opened].text] != token.text:
                raise Unreadable(
                    f"this {token.text} closes a {tokens[opened].text}",
                    token.start,
                    hint=f"A {tokens[opened].text} is closed by {PAIRS[tokens[opened].text]}.",
                )
            closes[opened] = i
        elif token.text == "," and waiting:
            has_comma.add(waiting[-1])
    if waiting:
        raise Unreadable("this bracket is not closed", tokens[waiting[-1]].start)
    return closes, has_comma
