"""The little Markdown of the questions as HTML: paragraphs, **bold**, `code` and formulas."""

import html
import re

from autograder.pages.formulas import mathml

PIECES = re.compile(r"\$(?P<formula>[^$]+)\$|`(?P<code>[^`]+)`|\*\*(?P<bold>[^*]+)\*\*")


def typeset(text):
    """HTML of a question's text."""
    paragraphs = re.split(r"\n\s*\n", text.strip())
    return "\n".join(f"<p>{_paragraph(paragraph)}</p>" for paragraph in paragraphs)


def formula(tex, is_block=False):
    """A formula as MathML."""
    return mathml(tex, is_block)


def _paragraph(text):
    parts, end = [], 0
    for found in PIECES.finditer(text):
        parts.append(html.escape(text[end : found.start()]))
        end = found.end()
        if found["formula"]:
            parts.append(mathml(found["formula"]))
        elif found["code"]:
            parts.append(f"<code>{html.escape(found['code'])}</code>")
        else:
            parts.append(f"<strong>{html.escape(found['bold'])}</strong>")
    return "".join([*parts, html.escape(text[end:])])
