"""SVG plots: shapes, text and colours; nothing that acts, loads or multiplies."""

import re
from xml.etree.ElementTree import register_namespace, tostring

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

MAX_CHARACTERS = 3_000_000
MAX_DEPTH = 100
SVG = "{http://www.w3.org/2000/svg}"
XLINK = "{http://www.w3.org/1999/xlink}href"
SHAPES = frozenset(
    ["path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text", "tspan", "image"]
)
GROUPS = frozenset(
    [
        "svg",
        "g",
        "defs",
        "use",
        "clipPath",
        "linearGradient",
        "radialGradient",
        "stop",
        "symbol",
        "title",
        "desc",
        "style",
    ]
)
ATTRIBUTES = re.compile(
    r"id|class|d|x|y|x1|y1|x2|y2|cx|cy|r|rx|ry|fx|fy|dx|dy|width|height|points|transform|viewBox|"
    r"version|offset|style|fill(-\w+)?|stroke(-\w+)?|opacity|stop-\w+|font-\w+|text-anchor|"
    r"clip-(path|rule)|clipPathUnits|gradient(Units|Transform)|preserveAspectRatio|dominant-baseline"
)
OWN = re.compile(r"url\(\s*['\"]?#[\w.:-]+['\"]?\s*\)")
LOADS = re.compile(r"url\s*\(|@|\\|javascript|expression|behavior|-moz-binding|<|&", re.IGNORECASE)
PICTURE = re.compile(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=\s]+")


def clean_svg(text):
    """The picture as cleaned SVG, or None where it cannot be made safe."""
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        return None
    try:
        root = ElementTree.fromstring(text)
        if root.tag != f"{SVG}svg":
            return None
        if not _clean(root):
            return None
        _drop_nested_uses(root)
        # ElementTree's own table of prefixes: the same two entries, however often it is told.
        register_namespace("", SVG[1:-1])
        register_namespace("xlink", XLINK[1:-5])
        return tostring(root, encoding="unicode")
    except (ElementTree.ParseError, DefusedXmlException, ValueError, RecursionError):
        return None


def _clean(root):
    """Remove what is not on the lists, in place; returns whether that could be done."""
    waiting = [(root, 1)]
    while waiting:
        element, depth = waiting.pop()
        if depth > MAX_DEPTH:
            return False
        for child in list(element):
            name = child.tag.removeprefix(SVG) if isinstance(child.tag, str) else ""
            known = isinstance(child.tag, str) and child.tag.startswith(SVG)
            if known and name in SHAPES | GROUPS and not _is_active_style(name, child):
                waiting.append((child, depth + 1))
            else:
                element.remove(child)
        for name, value in list(element.attrib.items()):
            if not _is_allowed(element, name, value):
                del element.attrib[name]
    return True


def _is_active_style(name, element):
    return name == "style" and (len(element) or LOADS.search(element.text or ""))


def _is_allowed(element, name, value):
    if name in (XLINK, "href"):
        if element.tag == f"{SVG}image":
            return PICTURE.fullmatch(value)
        return element.tag == f"{SVG}use" and value.startswith("#")
    return ATTRIBUTES.fullmatch(name) and not LOADS.search(OWN.sub("", value))


def _drop_nested_uses(root):
    """Copies of copies double at every step: a `use` may only repeat what holds no `use`."""
    holders = {e.get("id") for e in root.iter() if e.find(f".//{SVG}use") is not None}
    own = {e.get("id") for e in root.iter(f"{SVG}use")}
    for parent in list(root.iter()):
        for child in list(parent):
            link = (child.get(XLINK) or child.get("href") or "#")[1:]
            if child.tag == f"{SVG}use" and link in holders | own:
                parent.remove(child)
