"""Reading an answer: the way in."""

import re
from dataclasses import dataclass, replace
from itertools import product

from .code import refuse_code
from .cursor import Choice
from .errors import Unreadable
from .escapes import with_backslashes
from .limits import MAX_CHARACTERS, MAX_READINGS
from .statements import parse
from .tokens import tokenize
from .vocabulary import GENERAL

SLASHES = ("spacing", "below", "beside")


@dataclass(frozen=True)
class Read:
    """An answer as it was read.

    tree: the reading that is shown. others: the trees of the other readings, if it has several.
    ambiguities: the places with two readings. notes: what was left out or changed on the way.
    steps: how many the parser took for the reading that is shown.
    """

    text: str
    tree: object
    others: tuple
    ambiguities: tuple
    notes: tuple
    steps: int


def read(text, vocabulary=GENERAL):
    """The tree of a formula, or of several statements. Raises Unreadable."""
    return read_all(text, vocabulary, other_readings=False).tree


def read_all(text, vocabulary=GENERAL, *, other_readings=True):
    """Read an answer: returns a Read. Raises Unreadable, which points at the place.

    The work is bounded by the text's length, and texts that are too long are refused unread.
    """
    if not isinstance(text, str):
        raise Unreadable("the answer is no text", hint="Put the formula in quotes.")
    escapes = ()
    if len(text) <= MAX_CHARACTERS:
        text, escapes = with_backslashes(text)
    try:
        if len(text) <= MAX_CHARACTERS:
            if not text.strip():
                raise Unreadable("nothing is written here", kind="blank")
            refuse_code(text)
            vocabulary = _without_defined(text, vocabulary)
        tokens, notes = tokenize(text, vocabulary)
        first = parse(tokens, vocabulary, Choice())
        others = _others(tokens, vocabulary, first) if other_readings else ()
    except Unreadable as error:
        raise error.of(text) from None
    notes = tuple(dict.fromkeys((*escapes, *notes, *first.notes)))
    return Read(text, first.tree, others, first.ambiguities, notes, first.steps)


def _without_defined(text, vocabulary):
    """The vocabulary without the aliases that the answer uses for something of its own: in
    'H = mask*Y; mask = D/p' the mask is what the second statement says."""
    defined = set()
    for spelling, _ in vocabulary.aliases:
        uses = len(re.findall(rf"(?<!\w){re.escape(spelling)}(?!\w)", text))
        if uses > 1 and re.search(
            rf"(?:^|[;,\n]|\bwhere)\s*{re.escape(spelling)}\s*:?=(?!=)", text
        ):
            defined.add(spelling)
    if not defined:
        return vocabulary
    aliases = tuple(alias for alias in vocabulary.aliases if alias[0] not in defined)
    return replace(vocabulary, aliases=aliases, words_too=tuple(sorted(defined)))


def ambiguities(text, vocabulary=GENERAL):
    """The places that can be read in two ways, each as it was read and the other way."""
    return read_all(text, vocabulary, other_readings=False).ambiguities


def _others(tokens, vocabulary, first):
    slashes = SLASHES if "slash" in first.kinds else SLASHES[:1]
    differentials = (True, False) if "differential" in first.kinds else (True,)
    numbered = (True, False) if "numbered" in first.kinds else (True,)
    found = [first.tree]
    for choice in product(slashes, differentials, numbered):
        try:
            tree = parse(tokens, vocabulary, Choice(*choice)).tree
        except Unreadable:
            continue
        if tree not in found:
            found.append(tree)
    return tuple(found[1:MAX_READINGS])
