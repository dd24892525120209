"""From text to tokens."""

import re
from fractions import Fraction
from typing import NamedTuple

from .characters import fold
from .commands import Commands
from .errors import Unreadable
from .letters import LETTER, SHORT_WORDS, spellings, take_apart
from .limits import MAX_CHARACTERS, MAX_DIGITS, MAX_TOKENS


class Token(NamedTuple):
    """kind: 'number', 'name', 'word', 'd' (differential), 'frac', 'begin', 'end', 'op', 'stop'.

    start, end: its place in the text. spaced: whether space stands before it.
    """

    kind: str
    text: str
    start: int
    end: int
    spaced: bool
    value: Fraction | None = None


SCAN = re.compile(
    rf"""
    (?P<space>[ ]+)
  | (?P<comment>\#[^\n]*|%[^\n]*)
  | (?P<command>\\(?:[A-Za-z]+\*?|.|$))
  | (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
  | (?P<letters>(?:{LETTER})+)
  | (?P<power>\*\*)
  | (?P<dotted>\.(?=[*/^×]))
  | (?P<equals>==|:=|<-|=)
  | (?P<arrow>=>|->|⇒)
  | (?P<relation><=|>=|!=)
  | (?P<dots>\.\.+|…)
  | (?P<dollar>[$"?!`]+)
  | (?P<op>[-+*·×⊙/^_()\[\]{{}},;:=&~∈<>≤≥≠|Σ∂∇\n.'@])
  | (?P<foreign>[^\W\d_A-Za-z\u0370-\u03ff]+)
    """,
    re.VERBOSE,
)
DECIMALS = re.compile(r",([0-9]+)")
NEXT_RUN = re.compile(rf"\s+((?:{LETTER})+)")
RELATIONS = {"<=": "≤", ">=": "≥", "!=": "≠"}
OPENING, CLOSING = "([{", ")]}"
GROUP, INDEX = "group", "index"


def tokenize(text, vocabulary):
    """Returns (tokens, notes); the last token is a 'stop'. Raises Unreadable."""
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(
            f"the answer has {len(text)} characters; {MAX_CHARACTERS} are the most that is read",
            kind="too-large",
        )
    folded, positions, notes = fold(text)
    folded = _unwrapped(folded)
    scanner = _Scanner(folded, [*positions, len(text)], vocabulary, list(notes))
    scanner.run()
    return scanner.tokens, tuple(dict.fromkeys(scanner.notes))


def _unwrapped(text):
    """The text with the quotes or stars around all of it made space."""
    bare = text.strip()
    for mark in ("'", "**"):
        if len(bare) > 2 * len(mark) and bare.startswith(mark) and bare.endswith(mark):
            begin = len(text) - len(text.lstrip())
            end = begin + len(bare)
            space = " " * len(mark)
            return text[:begin] + space + bare[len(mark) : -len(mark)] + space + text[end:]
    return text


class _Scanner(Commands):
    def __init__(self, text, positions, vocabulary, notes):
        self.text, self.positions, self.vocabulary, self.notes = text, positions, vocabulary, notes
        self.tokens = []
        self.at = 0
        self.spaced = False
        self.brackets = []  # INDEX or GROUP for every one that is open
        self.odd_words, self.words, _ = spellings(vocabulary)

    def run(self):
        while self.at < len(self.text):
            found = self.odd_words and self.odd_words.match(self.text, self.at)
            if found:
                self.put("name", self.words[found[0]], found.end())
                continue
            found = SCAN.match(self.text, self.at)
            if not found:
                raise Unreadable(
                    f"the sign {self.text[self.at]} is not read here",
                    self.positions[self.at],
                    hint="Use + - * / ^, brackets, letters and numbers.",
                    kind="character",
                )
            getattr(self, "_" + found.lastgroup)(found)
        self.put("stop", "", self.at)

    def put(self, kind, text, end, value=None):
        start = self.positions[self.at]
        last = self.positions[end - 1] + 1 if end > self.at else start
        self.tokens.append(Token(kind, text, start, max(last, start), self.spaced, value))
        self.at, self.spaced = end, False
        if len(self.tokens) > MAX_TOKENS:
            raise Unreadable("the answer is too long to be a formula", start, kind="too-large")

    def skip(self, end):
        self.at, self.spaced = end, True

    def _space(self, found):
        self.skip(found.end())

    _dollar = _space

    def _comment(self, found):
        if found[0].strip("#% "):
            self.notes.append(f"The remark {found[0].strip()!r} was not read.")
        self.skip(found.end())

    def _number(self, found):
        digits, end = found[0], found.end()
        after = DECIMALS.match(self.text, end)
        if after and self._are_bare_indices(digits):
            self._bare_indices(digits, after[1])  # X_1,2
            return
        if after and "." not in digits and self._is_decimal():
            self.notes.append(f"{digits},{after[1]} was read as the number {digits}.{after[1]}.")
            digits, end = f"{digits}.{after[1]}", after.end()
        if len(digits) > MAX_DIGITS:
            raise Unreadable(
                f"a number has at most {MAX_DIGITS} digits",
                self.positions[self.at],
                kind="too-large",
            )
        self.put("number", digits, end, Fraction(digits))

    def _are_bare_indices(self, digits):
        last = self.tokens[-1] if self.tokens else None
        in_index = self.brackets and self.brackets[-1] == INDEX
        if last is None or in_index or self.spaced or not digits.isdigit():
            return False
        if last.text == "_":
            return True
        ranked = (self.vocabulary.rank(name) for name in (last.text, last.text.upper()))
        return last.kind == "name" and len(digits) == 1 and any(rank == 2 for rank in ranked)

    def _bare_indices(self, first, second):
        if self.tokens[-1].text != "_":
            self.put("op", "_", self.at)
        self.put("op", "{", self.at)
        self.put("number", first, self.at + len(first), Fraction(first))
        self.put("op", ",", self.at + 1)
        # One digit: X_1,1W_1,1
        self.put("number", second[0], self.at + 1, Fraction(second[0]))
        self.put("op", "}", self.at)

    def _is_decimal(self):
        """Whether a comma between digits is a decimal one: not between indices."""
        last = self.tokens[-1] if self.tokens else None
        if self.brackets and self.brackets[-1] == INDEX:
            return False
        return not (last and last.kind == "name" and not self.spaced)

    def _letters(self, found):
        run, start = found[0], self.at
        if run in SHORT_WORDS and self._stands_between_words(found.end()):
            self.put("word", run, found.end())
            return
        for kind, text, length in take_apart(run, self.vocabulary):
            self.put(kind, text, self.at + length)
        self.at = start + len(run)

    def _stands_between_words(self, end):
        after = NEXT_RUN.match(self.text, end)
        if not after or not (self.spaced or not self.tokens):
            return False
        if self.text[self.at : end] == "is" and self.tokens and self.tokens[-1].kind == "name":
            return True
        if self.tokens and self.tokens[-1].kind == "word":
            return True
        return after[1] in SHORT_WORDS or take_apart(after[1], self.vocabulary)[0][0] == "word"

    def _foreign(self, found):
        self.put("word", found[0], found.end())

    def _power(self, found):
        self.put("op", "^", found.end())

    def _dotted(self, found):  # .* and ./ of MATLAB
        self.at = found.end()

    def _equals(self, found):
        self.put("op", "=", found.end())

    def _arrow(self, found):
        self.put("op", "⇒", found.end())

    def _relation(self, found):
        self.put("op", RELATIONS[found[0]], found.end())

    def _dots(self, found):
        if found[0] == "..":
            self.put("op", "..", found.end())
            return
        raise Unreadable(
            "dots leave open what is meant",
            self.positions[self.at],
            hint="Write all terms, or a sum such as sum_{k=1}^{K}.",
        )

    def _op(self, found):
        sign = found[0]
        if sign in OPENING:
            last = self.tokens[-1] if self.tokens else None
            of_name = last is not None and (
                last.text in ("_", "^") or (last.kind == "name" and sign != "{") or last.text == "]"
            )
            self.brackets.append(INDEX if of_name and not (self.spaced and sign == "(") else GROUP)
        elif sign in CLOSING and self.brackets:
            self.brackets.pop()
        self.put("op", sign, found.end())
