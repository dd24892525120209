"""LaTeX commands among the tokens."""

import re
from fractions import Fraction

from . import latex
from .errors import Unreadable
from .letters import LETTER, take_apart
from .limits import MAX_DIGITS

WORDS = re.compile(rf"(?:{LETTER})+|[0-9]+|\w+|[^\w\s]")
TEXT = re.compile(r"\s*\{([^{}\\]*)\}")
NAME = re.compile(rf"\s*\{{\s*((?:{LETTER})+)\s*\}}")
ACCENTED = re.compile(r"\s*\{?\s*(?:\\math\w+\s*)?\{?\s*([A-Za-z])\s*\}{0,2}")
ENVIRONMENT = re.compile(r"\s*\{([a-zA-Z]+\*?)\}")
COLUMNS = re.compile(r"\s*\{[clr| ]*\}")


class Commands:
    """What the scanner of `tokens` does about backslashes."""

    def _command(self, found):
        name = found[0][1:]
        if name == "\\":
            self.put("op", "\n", found.end())
        elif name in latex.OPERATORS:
            self.put(
                "op" if latex.OPERATORS[name] != "T" else "name", latex.OPERATORS[name], found.end()
            )
        elif name in latex.FRACTIONS:
            self.put("frac", name, found.end())
        elif name in latex.IGNORED:
            self.skip(found.end())
        elif name in latex.GREEK:
            self.put("name", latex.GREEK[name], found.end())
        elif name in latex.TEXTS:
            self._text(found.end())
        elif name in latex.WRAPPERS:
            self._wrapper(found.end())
        elif name in latex.ACCENTS:
            self._accent(latex.ACCENTS[name], found.end())
        elif name in ("begin", "end"):
            self._environment(name, found.end())
        else:
            raise Unreadable(
                f"\\{name} is no LaTeX command that is read here",
                self.positions[self.at],
                hint=r"Read are \frac, \cdot, \odot, \times, \sum, \partial, \mathbf, \text, "
                r"\left, \right, Greek letters and matrices.",
            )

    def _text(self, at):
        r"""\text{...}: each word in it is a name or a word, never a product of letters."""
        opened = TEXT.match(self.text, at)
        if not opened:
            raise Unreadable(
                r"\text needs its words in braces",
                self.positions[self.at],
                hint=r"As in \text{if}.",
            )
        self.at = opened.start(1)
        for word in WORDS.finditer(opened[1]):
            self.at, self.spaced = opened.start(1) + word.start(), True
            if re.match(LETTER, word[0]):
                for kind, text, _ in take_apart(word[0], self.vocabulary, whole=len(word[0]) > 1):
                    self.put(kind, text, self.at + len(word[0]))
            elif word[0].isdecimal() and len(word[0]) <= MAX_DIGITS:
                self.put("number", word[0], self.at + len(word[0]), Fraction(word[0]))
            elif word[0] in "=,+-*/":
                self.put("op", word[0], self.at + 1)
            elif word[0].isalnum():
                self.put("word", word[0], self.at + len(word[0]))
        self.skip(opened.end())

    def _wrapper(self, at):
        r"""\mathbf{X}: the braces are dropped, what is in them stays."""
        opened = NAME.match(self.text, at)
        if not opened:
            self.skip(at)
            return
        run = opened[1]
        pieces = take_apart(run, self.vocabulary)
        start = opened.start(1)
        for kind, text, length in pieces:
            self.at = start
            self.put(kind, text, start + length)
            start += length
        self.at = opened.end()

    def _accent(self, accent, at):
        opened = ACCENTED.match(self.text, at)
        if not opened:
            raise Unreadable("an accent stands on one letter here", self.positions[self.at])
        (kind, text, _), *_ = take_apart(opened[1] + accent, self.vocabulary)
        self.put(kind, text, opened.end())

    def _environment(self, which, at):
        opened = ENVIRONMENT.match(self.text, at)
        kind = opened and latex.ENVIRONMENTS.get(opened[1])
        if not kind:
            raise Unreadable(
                "this LaTeX environment is not read",
                self.positions[self.at],
                hint="Read are cases, matrix, bmatrix, pmatrix, aligned and align.",
            )
        end = opened.end()
        if kind == "matrix" and which == "begin":  # the columns of an array
            columns = COLUMNS.match(self.text, end)
            end = columns.end() if opened[1] == "array" and columns else end
        if kind == "lines":
            self.skip(end)
        else:
            self.put(which, kind, end)
