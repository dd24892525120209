"""Pictures: plots as the page shows them, and words for those in students' HTML that have none."""

import base64
import re
from dataclasses import dataclass

TYPES = ("image/svg+xml", "image/png", "image/jpeg", "image/gif")
TEXTS = ("text/html", "text/markdown")  # nbconvert shows these rather than a picture
NO_DESCRIPTION = "A picture without a description"
# The tags of clean HTML: "<" stands in quotes or begins a tag.
TAG = re.compile(
    r"""<(?P<name>/?[a-zA-Z][a-zA-Z0-9]*)
    (?P<attributes>(?:\s+[^\s"'=<>]+(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>]+))?)*)
    (?P<end>\s*/?>)""",
    re.VERBOSE,
)
ATTRIBUTE = re.compile(r"""\s+([^\s"'=<>]+)(?:=(?:"[^"]*"|'[^']*'|[^\s"'=<>]+))?""")


@dataclass(frozen=True)
class Picture:
    """source: a data: address. width: in pixels, None as it is."""

    source: str
    width: float | None


def picture(output):
    """The Picture that an output is (its data cleaned, autograder.pages), or None."""
    data = output.get("data") or {}
    if any(kind in data for kind in TEXTS):
        return None
    for kind in TYPES:
        if kind in data:
            text = data[kind]
            if kind == "image/svg+xml":
                text = base64.b64encode(text.encode("utf-8")).decode("ascii")
            size = output.get("metadata", {}).get(kind, {})
            return Picture(f"data:{kind};base64,{text}", size.get("width"))
    return None


def described(html):
    """Clean HTML with a description in each picture that has none."""
    return TAG.sub(_described_tag, html) if "<img" in html else html


def _described_tag(tag):
    if tag["name"].lower() != "img":
        return tag[0]
    names = [name.lower() for name in ATTRIBUTE.findall(tag["attributes"])]
    if "alt" in names:
        return tag[0]
    return f'<{tag["name"]}{tag["attributes"]} alt="{NO_DESCRIPTION}"{tag["end"]}'
