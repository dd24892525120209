"""Telling program code from a formula."""

import re

from .errors import Unreadable
from .limits import MAX_CHARACTERS

# Found on the text as typed. A formula has none of these.
CODE = re.compile(
    r"__|\b(?:np|numpy|torch|tf|jnp|cp|F|nn|tl)\s*\.\s*[a-zA-Z_]{2,}|"
    r"\b(?:import|def|return|lambda|class|print|exec|eval|getattr|globals|self|range|while|assert|"
    r"einsum|reshape|astype|randn?|tensordot|enumerate|zip|len|None|True|False)\b\s*[\s(:.=]?|"
    r"\bfor\s+\w+(?:\s*,\s*\w+)*\s+in\b|\.(?:shape|sum|dot|mean|T|copy|astype)\b\s*[\[(]|"
    r"[+*/]=|:\s*\n\s{2,}\w|\[\s*:|:\s*\]|;\s*\n\s*\}|\b(?:int|float|double|for|while)\s*\("
)
HINT = "Write the formula itself, as on paper: for instance (a + b)*c/2."


def refuse_code(text):
    """Raises Unreadable of kind 'code' where the text is a piece of a program."""
    found = CODE.search(text[:MAX_CHARACTERS])
    if found:
        raise Unreadable(
            f"{found[0].strip()[:20]!r} belongs to program code; a formula is asked for here",
            found.start(),
            hint=HINT,
            kind="code",
        )
