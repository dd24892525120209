r"""Backslashes that Python took, or that were written twice.

"\frac{D}{p}" without an r before the quotes is a form feed and "rac{D}{p}": what was meant is
certain, as nobody types a form feed into a formula.
"""

import re

NOTE = r'Put an r before the quotes, as in r"\frac{D}{p}", or Python takes some backslashes away.'
TAKEN = {"\a": "a", "\b": "b", "\f": "f", "\v": "v"}
# Tabs and line ends may be meant: only before what makes a command of LaTeX.
MAYBE = {
    "\t": r"t(?=(imes|ext|extbf|extrm|frac|heta|au|ilde|o)(?![a-z]))",
    "\r": r"r(?=(ight|ho)(?![a-z]))",
    "\n": r"n(?=(abla|eq|ot)(?![a-z]))",
}
TWICE = re.compile(
    r"\\\\(?=(?:d?frac|tfrac|sum|odot|cdot|times|circ|partial|left|right|text|mathbf|mathrm|nabla)"
    r"(?![a-zA-Z]))"
)


def with_backslashes(text):
    """(text, notes): the text with the backslashes that were meant, and what to tell about it."""
    mended = text
    for character, letter in TAKEN.items():
        mended = re.sub(f"{re.escape(character)}(?=[a-z])", rf"\\{letter}", mended)
    for character, pattern in MAYBE.items():
        letter, _, ahead = pattern.partition("(?=")
        mended = re.sub(f"{re.escape(character)}(?={ahead}", rf"\\{letter}", mended)
    notes = (NOTE,) if mended != text else ()
    return TWICE.sub(r"\\", mended), notes
