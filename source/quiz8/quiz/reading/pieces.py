"""Cutting the tokens of an answer into statements, and setting remarks aside.

An answer may hold several statements, on lines or with ; or commas between them, a number or a
bullet before them, and words around them: 'Answer: H = D*Y/p, where D ~ Bernoulli(p).'
"""

from dataclasses import dataclass

from .cursor import PAIRS
from .errors import Unreadable
from .letters import CONDITIONS, EQUALS, OTHERWISE, REMARKS
from .limits import MAX_STATEMENTS
from .tokens import Token

GOES_ON_AFTER = frozenset("+-*·×⊙/=^_(,&")  # a line that ends so is not the end
GOES_ON_WITH = frozenset("+*·×⊙/=)^")  # nor is one before a line that begins so
BULLETS = frozenset("-*·")
MOST_BEFORE_EQUALS = 40  # tokens
CASE_WORDS = CONDITIONS | OTHERWISE


@dataclass(frozen=True)
class Piece:
    """The tokens of one statement. has_cases: whether it holds 'if' or 'otherwise'."""

    tokens: tuple
    has_cases: bool = False


def cut(tokens, left_out):
    """Returns the Pieces of an answer; tokens that are left out are added to left_out."""
    pieces = []
    for line in _lines(_without_systems(tokens[:-1])):
        line = _without_label(line)
        pieces += _pieces_of(line, left_out)
        if len(pieces) > MAX_STATEMENTS:
            raise Unreadable(
                f"more than {MAX_STATEMENTS} statements", line[0].start, kind="too-large"
            )
    return pieces


def _without_systems(tokens):
    r"""The tokens without \begin{cases} where it only puts a brace beside several equations."""
    kept, is_system = [], False
    for i, token in enumerate(tokens):
        if token.kind == "begin" and token.text == "cases":
            after = tokens[i + 1 : i + 1 + MOST_BEFORE_EQUALS]
            outside = (t for t, d in zip(after, _depths(after), strict=True) if not d)
            first = next((t for t in outside if t.kind == "word" or _op(t, "=&,")), token)
            is_system = _op(first, "=")
        if not (is_system and token.text == "cases"):
            kept.append(token)
    return kept


def stop_after(tokens):
    """The tokens with a stop at the end, as a Parser needs them."""
    last = tokens[-1]
    return [*tokens, Token("stop", "", last.end, last.end, True)]


def _op(token, signs):
    return token.kind == "op" and token.text in signs


def _depths(tokens):
    """How deep in brackets each token stands; what closes nothing does not count."""
    depth = 0
    for token in tokens:
        closing = token.kind == "end" or _op(token, PAIRS.values())
        depth = max(0, depth - closing)
        yield depth
        depth += token.kind == "begin" or _op(token, PAIRS)


def _lines(tokens):
    lines, line, environments = [], [], 0
    for i, (token, depth) in enumerate(zip(tokens, _depths(tokens), strict=True)):
        environments += (token.kind == "begin") - (token.kind == "end")
        if _op(token, "\n") and not depth:
            following = next((t for t in tokens[i + 1 : i + 3] if not _op(t, "\n&")), None)
            if line and _op(line[-1], GOES_ON_AFTER):
                continue
            if following and _op(following, GOES_ON_WITH) and not _begins_bullet(tokens, i + 1):
                continue
            lines.append(line)
            line = []
        elif _op(token, "⇒") and not depth:
            lines.append(line)
            line = []
        elif environments or not _op(token, "\n&"):
            # Line ends separate rows in a matrix or in cases; elsewhere in brackets they are space.
            line.append(token)
    lines.append(line)
    return [line for line in lines if line]


def _begins_bullet(tokens, i):
    if i >= len(tokens) or not _op(tokens[i], BULLETS):
        return False
    end = next((n for n in range(i, len(tokens)) if _op(tokens[n], "\n")), len(tokens))
    return has_equals(tokens[i:end])


def has_equals(tokens):
    """Whether an equals sign stands outside of brackets, before any 'if' or 'otherwise'."""
    for token, depth in zip(tokens, _depths(tokens), strict=True):
        if token.kind == "word" and token.text in CASE_WORDS:
            return False
        if not depth and _op(token, "=:"):
            return True
    return False


def _without_label(line):
    """Drop '- ', '1. ', '2) ', '(a) ' from the beginning."""
    has_equation = has_equals(line)
    if _op(line[0], BULLETS) and has_equation and len(line) > 1:
        line = line[1:]
    short = line[0].kind in ("number", "name") and len(line[0].text) <= 2
    if short and len(line) > 2 and _op(line[1], ")"):
        return line[2:]
    if line[0].kind == "number" and len(line) > 2 and _op(line[1], ".") and line[2].spaced:
        return line[2:]
    if len(line) > 4 and _op(line[0], "(") and _op(line[2], ")") and has_equation:
        short = line[1].kind in ("number", "name") and len(line[1].text) <= 2
        if short and line[3].kind in ("name", "d", "frac"):
            return line[3:]
    return line


def _pieces_of(line, left_out):
    if any(t.kind == "word" and t.text in CASE_WORDS for t in line) and not any(
        t.kind == "begin" for t in line
    ):
        return [Piece(tuple(line), has_cases=True)]
    found, after_remark = [], False
    for piece in _split(line, ",;"):
        kept, began_remark = _without_words(piece, left_out, after_remark)
        after_remark = after_remark or began_remark
        found += [Piece(tuple(part)) for part in kept if part]
    return found


def _split(tokens, signs):
    piece, pieces = [], []
    for token, depth in zip(tokens, _depths(tokens), strict=True):
        if not depth and _op(token, signs):
            pieces.append(piece)
            piece = []
        else:
            piece.append(token)
    pieces.append(piece)
    return [piece for piece in pieces if piece]


def _without_words(piece, left_out, after_remark):
    """Returns (the pieces left without the words around them, whether a remark began)."""
    while piece and (piece[-1].kind == "word" or _op(piece[-1], ".,;:!&|")):
        dropped = piece.pop()
        if dropped.kind == "word":
            _left_out([dropped], left_out)
    aside = _words_in_brackets(piece)
    _left_out(piece[len(piece) - aside :], left_out)
    piece = piece[: len(piece) - aside]
    if piece and _op(piece[-1], "=:") and len(piece) < 4:  # p = the probability of keeping
        _left_out([*piece, Token("word", "...", piece[-1].end, piece[-1].end, True)], left_out)
        return [], False
    begin = 0
    while begin < len(piece) and (piece[begin].kind == "word" or _op(piece[begin], ":.&|")):
        begin += 1
    remark = any(t.kind == "word" and t.text in REMARKS for t in piece[:begin])
    _left_out(piece[:begin], left_out)
    piece = piece[begin:]
    if piece and begin and _op(piece[0], "="):
        piece = piece[1:]
    if not piece:
        return [], remark
    if any(_op(t, "~∈") and not d for t, d in zip(piece, _depths(piece), strict=True)):
        _left_out(piece, left_out)
        return [], remark
    piece = _with_equals(piece)
    words = [i for i, t in enumerate(piece) if t.kind == "word"]
    if words and piece[words[0]].text in REMARKS:
        rest, _ = _without_words(piece[words[0] :], left_out, True)
        return [piece[: words[0]], *rest], True
    is_definition = len(piece) > 2 and any(_op(t, "=") for t in piece)
    if (after_remark or remark) and (words or not is_definition):
        _left_out(piece, left_out)
        return [], True
    return [piece], remark


def _words_in_brackets(piece):
    """How many tokens at the end are words in brackets, as in 'D*Y/p (in training)'."""
    if not piece or not _op(piece[-1], ")"):
        return 0
    words = 0
    while words + 2 <= len(piece) and piece[-2 - words].kind == "word":
        words += 1
    opened = words + 2 <= len(piece) and _op(piece[-2 - words], "(")
    return words + 2 if words and opened else 0


def _with_equals(piece):
    """H is D*Y/p: the first word is an equals sign, if there is none."""
    for i, token in enumerate(piece):
        if _op(token, "=:"):
            return piece
        if token.kind == "word":
            if i and token.text in EQUALS and i + 1 < len(piece):
                return [*piece[:i], token._replace(kind="op", text="="), *piece[i + 1 :]]
            return piece
    return piece


def _left_out(tokens, left_out):
    if any(t.kind == "word" or _op(t, "~∈") for t in tokens):
        left_out += tokens
