"""Runs of letters: DY is D times Y, mask is one name, hello is a word."""

import functools
import re

from .latex import GREEK

# A letter with the accents and primes that belong to it.
LETTER = r"[A-Za-z\u0370-\u03a2\u03a4-\u03ff][\u0302\u0303\u0304]?'*"
LETTERS = re.compile(LETTER)
# Words that are no names. The first say that what follows is a remark.
REMARKS = frozenset(
    [
        "where",
        "with",
        "since",
        "because",
        "note",
        "given",
        "here",
        "such",
        "having",
        "assuming",
        "using",
        "means",
        "denotes",
        "being",
        "let",
        "suppose",
    ]
)
CONDITIONS = frozenset(("if", "when"))
OTHERWISE = frozenset(("otherwise", "else"))
OPERATORS = {
    "times": "×",
    "over": "/",
    "plus": "+",
    "minus": "-",
    "sum": "Σ",
    "Sum": "Σ",
    "SUM": "Σ",
}
PROSE = frozenset(
    [
        "the",
        "and",
        "are",
        "for",
        "then",
        "get",
        "answer",
        "forward",
        "backward",
        "output",
        "outputs",
        "solution",
        "therefore",
        "hence",
        "thus",
    ]
)
# These are words only between words: is may be i times s.
SHORT_WORDS = frozenset(
    ["is", "of", "to", "by", "so", "we", "in", "it", "be", "an", "as", "at", "on"]
)
# These stand for an equals sign: H is D*Y/p; Korean particles stand right after the letter.
EQUALS = frozenset(["is", "equals", "equal", "becomes", "는", "은", "이", "가"])
RESERVED = REMARKS | CONDITIONS | OTHERWISE | PROSE | set(OPERATORS)
UNKNOWN_IN_A_ROW = 3  # so many letters that the question does not use make a word
LOSSES = ("L", "l", "J", "E", "Loss", "loss")  # what is derived


@functools.lru_cache(maxsize=256)
def spellings(vocabulary):
    """(a pattern of the words that hold more than letters or None, {spelling: name},
    {lower case: name}).
    """
    words = {word: word for word in vocabulary.words()} | {
        name: letter for name, letter in GREEK.items() if len(name) > 2
    }
    odd = sorted((w for w in words if not w.isalpha()), key=len, reverse=True)
    pattern = (
        re.compile("(?:" + "|".join(map(re.escape, odd)) + ")(?![A-Za-z0-9])") if odd else None
    )
    lower = {}
    for word in vocabulary.names:
        lower.setdefault(word.lower(), word)
    return pattern, words, lower


def take_apart(run, vocabulary, whole=False):
    """Split a run of letters: returns (kind, text, length) triples, kind 'name', 'word',
    'd' (the d of a differential) or 'op'. whole: the run is one name or one word (from \\text).
    """
    if run in RESERVED or (run.lower() in RESERVED and len(run) > 2):
        reserved = run if run in OPERATORS else run.lower()
        if reserved in OPERATORS:
            return [("op", OPERATORS[reserved], len(run))]
        return [("word", reserved, len(run))]
    _, words, lower = spellings(vocabulary)
    if run in words:
        return [("name", words[run], len(run))]
    if whole:
        return [("word", run, len(run))]
    letters = LETTERS.findall(run)
    if len(letters) > 40:
        return [("word", run, len(run))]
    pieces = _cheapest(letters, words, lower)
    unknown = [kind == "unknown" for kind, _, _ in pieces]
    if len(letters) > 4 and sum(unknown) > 1:
        return [("word", run, len(run))]
    if any(
        all(unknown[i : i + UNKNOWN_IN_A_ROW]) for i in range(len(unknown) - UNKNOWN_IN_A_ROW + 1)
    ):
        return [("word", run, len(run))]
    return [("name" if kind == "unknown" else kind, text, n) for kind, text, n in pieces]


def _cheapest(letters, words, lower):
    """The split with the fewest and best known pieces."""
    best = [(0, ())]
    for end in range(1, len(letters) + 1):
        candidates = []
        for start in range(max(0, end - 8), end):
            piece = "".join(letters[start:end])
            for cost, found in _known(piece, end - start, words, lower):
                before, pieces = best[start]
                candidates.append((before + cost, (*pieces, *found)))
        best.append(min(candidates, key=lambda item: item[0]))
    return best[-1][1]


def _known(piece, letters, words, lower):
    n = len(piece)
    if piece in words:
        yield 1.0, (("name", words[piece], n),)
    if letters == 1:
        folded = piece.lower() in lower or piece.upper() in words
        yield (2.0, (("name", piece, n),)) if folded else (4.0, (("unknown", piece, n),))
    elif piece.islower() and piece.upper() in words:
        yield 1.25, (("name", piece, n),)  # hh beside HH
    elif piece.lower() in lower and letters > 2:
        yield 1.5, (("name", lower[piece.lower()], n),)
    if letters > 1 and piece[0] == "d" and _is_derived(piece[1:], words):
        rest = words.get(piece[1:], piece[1:])
        yield 1.75, (("d", "d", 1), ("name", rest, n - 1))


def _is_derived(name, words):
    return name in words or name in LOSSES or name.upper() in words
