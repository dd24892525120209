"""Cleaning HTML: text, tables, pictures and links stay; whatever acts, loads or overlays goes."""

import html as entities
import re

from bleach import html5lib_shim
from bleach.sanitizer import Cleaner
from pygments.token import STANDARD_TYPES

from autograder.pages.images import picture
from autograder.pages.once import once
from autograder.pages.style import SafeStyles

TAGS = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "center",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "details",
        "dfn",
        "div",
        "dl",
        "dt",
        "em",
        "figcaption",
        "figure",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "mark",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
        "var",
    ]
)
# These go with all that is in them. Of every other element only the tags go.
WITH_CONTENT = frozenset(
    [
        "script",
        "style",
        "template",
        "title",
        "iframe",
        "object",
        "noscript",
        "noembed",
        "noframes",
        "xmp",
        "textarea",
        "select",
        "svg",
        "math",
        "audio",
        "video",
        "canvas",
        "applet",
        "plaintext",
        "button",
    ]
)
EVERYWHERE = ("class", "style", "title", "lang", "dir", "align", "valign")
ATTRIBUTES = {
    "a": ("href",),
    "img": ("src", "alt", "width", "height"),
    "table": ("border", "cellpadding", "cellspacing", "width"),
    "td": ("colspan", "rowspan", "width"),
    "th": ("colspan", "rowspan", "width", "scope"),
    "col": ("span", "width"),
    "colgroup": ("span",),
    "ol": ("start", "type"),
    "li": ("value",),
    "font": ("color", "size"),
    "details": ("open",),
}
MEASURES = ("width", "height", "border", "cellpadding", "cellspacing", "colspan", "rowspan", "span")
MEASURE = re.compile(r"\d{1,4}(px|%)?")
# The classes of highlighted code and of pandas' tables. No id: it could shadow a form's field.
CLASSES = frozenset(STANDARD_TYPES.values()) - {""} | {"highlight", "dataframe"}
LINK = re.compile(r"https?://[^\s&\"'<>]|mailto:[^\s&\"'<>]|#", re.IGNORECASE)
BESIDE = re.compile(r"(?!.*\.\.)[\w][\w .%-]*(/[\w .%-]+)*")
BESIDE_PICTURE = re.compile(BESIDE.pattern + r"\.(png|jpe?g|gif)")
DATA = re.compile(r"data:(image/(?:png|jpeg|gif));base64,([A-Za-z0-9+/=\s]+)")
# What MathJax and KaTeX do beyond setting formulas: links, classes, styles, loading of extensions.
TEX = re.compile(
    r"\\(?=(?:href|url|class|cssId|style|require|unicode|bbox|html[A-Za-z]*|includegraphics|data|"
    r"texttip|mathtip|toggle|mmlToken|def\s*\\href)(?![A-Za-z]))"
)
PRE = re.compile(r"(<pre[^<>]*>)\n+")
MAX_CHARACTERS, MAX_TAGS, MAX_ENTITIES, MAX_DEPTH = 300_000, 30_000, 20_000, 60
SHOWN = 6_000


def clean(html, classes=()):
    """The HTML with only harmless parts left. classes: names that it may have beside the usual."""
    if is_too_much(html):
        return as_text(html)
    try:
        return _cleaned(html, frozenset(classes))
    except RecursionError:
        return as_text(html)


@once
def _cleaned(html, classes):
    cleaner = Cleaner(
        tags=TAGS | WITH_CONTENT,
        attributes=_is_allowed,
        protocols=("http", "https", "mailto", "data"),
        strip=True,
        css_sanitizer=SafeStyles(),
        filters=[lambda source: _finished(source, CLASSES | classes)],
    )
    # Readers skip a line end at the start of a <pre>; written again, it would be another's.
    return PRE.sub(r"\1", cleaner.clean(html))


def is_too_much(html):
    """Whether cleaning it would take longer than anybody should wait for it."""
    if html.count("&") > MAX_ENTITIES or html.count("<") > MAX_TAGS:
        return True
    return len(html) > MAX_CHARACTERS and len(DATA.sub("", html)) > MAX_CHARACTERS


def as_text(source):
    """The source itself to be read, shortened."""
    more = "\n[the rest is left out]" if len(source) > SHOWN else ""
    return f"<pre>{entities.escape(source[:SHOWN])}{more}</pre>"


def without_tex_commands(text):
    """The text with the TeX commands that do more than set formulas taken apart."""
    return TEX.sub(" ", text)


def _is_allowed(tag, name, value):
    if name not in EVERYWHERE and name not in ATTRIBUTES.get(tag, ()):
        return False
    if name == "href":
        return bool(LINK.match(value) or BESIDE.fullmatch(value))
    if name == "src":
        found = DATA.fullmatch(value)
        return bool(picture(*found.groups()) if found else BESIDE_PICTURE.fullmatch(value))
    return name not in MEASURES or bool(MEASURE.fullmatch(value))


def _finished(source, classes):
    """bleach's last filter: drops elements whole, tidies attributes, and takes TeX apart."""
    hidden, kept, text = 0, [], []
    for token in html5lib_shim.Filter(source):
        kind, name = token["type"], token.get("name")
        if kind in ("Characters", "SpaceCharacters", "Entity"):
            if not hidden:
                text.append(entities.unescape(f"&{name};") if kind == "Entity" else token["data"])
            continue
        if text:
            in_code = any(is_kept in ("pre", "code") for is_kept in kept)
            yield _characters("".join(text), in_code)
            text = []
        if name in WITH_CONTENT:
            hidden += {"StartTag": 1, "EndTag": -1}.get(kind, 0)
        elif hidden:
            continue
        elif kind == "EmptyTag" and name == "img" and (None, "src") not in token["data"]:
            text.append(f"[picture left out] {token['data'].get((None, 'alt'), '')}")
        elif kind == "EndTag":
            if kept and kept.pop():
                yield token
        elif kind in ("StartTag", "EmptyTag"):
            _tidy(token, classes)
            if kind == "StartTag":
                kept.append(name if len(kept) < MAX_DEPTH else "")
            if kind == "EmptyTag" or kept[-1]:
                yield token
    if text:
        yield _characters("".join(text), False)


def _characters(text, in_code):
    return {"type": "Characters", "data": text if in_code else without_tex_commands(text)}


def _tidy(token, classes):
    data = token["data"]
    names = [n for n in data.pop((None, "class"), "").split() if n in classes]
    if names:
        data[None, "class"] = " ".join(names)
    if not data.get((None, "style"), "-"):
        del data[None, "style"]
    if data.get((None, "href"), "#")[0] != "#":
        data[None, "rel"] = "nofollow noopener noreferrer"
