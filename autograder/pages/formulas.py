"""Formulas as MathML: every browser sets it by itself, and screen readers read it.

What a student writes between dollars is TeX, and hostile: latex2mathml's result is taken over
element by element, and only what sets formulas.
"""

import html as entities
import re
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

from autograder.pages.once import once

MAX_CHARACTERS, MAX_FORMULAS = 3_000, 400
ELEMENTS = re.compile(
    "math|mrow|mi|mo|mn|ms|mtext|mspace|mfrac|msqrt|mroot|msub|msup|msubsup|munder|mover|"
    "munderover|mtable|mtr|mtd|mpadded|mphantom|mstyle|menclose"
)
ATTRIBUTES = re.compile(
    "display|displaystyle|mathvariant|stretchy|fence|form|separator|accent|accentunder|largeop|"
    "movablelimits|symmetric|columnalign|rowspacing|columnspacing|width|minsize|maxsize|lspace|"
    "rspace|linethickness|scriptlevel|notation"
)
VALUE = re.compile(r"[a-z-]{1,20}|(-?\d{0,2}(\.\d{1,4})?(em|ex|px|pt|%)? ?){1,6}")
# latex2mathml has the outer environments only.
INNER = {"aligned": "align*", "gathered": "gather*", "split": "align*", "alignedat": "align*"}
INNER_ENVIRONMENT = re.compile(r"\\(begin|end)\{(" + "|".join(INNER) + r")\}")


@once
def mathml(tex, is_block=False):
    """The formula as a <math> element in HTML; its source as <code> where it cannot be set."""
    if len(tex) > MAX_CHARACTERS:
        return as_source(tex)
    tex = INNER_ENVIRONMENT.sub(lambda found: rf"\{found[1]}{{{INNER[found[2]]}}}", tex)
    try:
        made = convert_to_element(tex, display="block" if is_block else "inline")
        return tostring(_clean(made), encoding="unicode", short_empty_elements=False)
    except Exception:  # a third party's parser on hostile text: the source is shown instead
        return as_source(tex)


def as_source(tex):
    """The formula as it was written."""
    return f"<code>{entities.escape(tex)}</code>"


def _clean(element):
    """A copy with what sets formulas only; other elements give way to their children."""
    name = element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
    kept = Element(name if ELEMENTS.fullmatch(name) else "mrow")
    for key, value in element.attrib.items():
        if ATTRIBUTES.fullmatch(key) and VALUE.fullmatch(value):
            kept.set(key, value)
    # latex2mathml writes characters as entities, to be read again.
    kept.text = entities.unescape(element.text or "")
    kept.extend(_clean(child) for child in element)
    return kept
