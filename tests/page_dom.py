"""Looking at a page as a browser would: what of it acts, loads, or stands in the page's way."""

import re

from bs4 import BeautifulSoup

ACTIVE = (
    "script style iframe object embed form input button select textarea base meta link svg math "
    "audio video source template noscript frame frameset applet portal"
)
LINKS = ("href", "src", "action", "formaction", "data", "srcset", "poster", "background", "ping")
STUDENTS_PARTS = ".text_cell_render, .output_subarea, .input_area, .comment, dd"
FORMULAS = [
    "math",
    "mrow",
    "mi",
    "mo",
    "mn",
    "ms",
    "mtext",
    "mspace",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "munder",
    "mover",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mpadded",
    "mphantom",
    "mstyle",
    "menclose",
]


def parsed(page):
    """The page's DOM."""
    return BeautifulSoup(page, "html.parser")


def harmful(page):
    """What is wrong with the parts of a page that students' work stands in: a list, best empty."""
    dom, found = parsed(page), []
    for formula in dom.find_all("math"):
        # Our own pages have formulas as MathML; anything but its presentation would be a student's.
        if not all(e.name in FORMULAS for e in formula.find_all(True)):
            found.append(f"<math> with {sorted({e.name for e in formula.find_all(True)})}")
        formula.name = "span"
    for part in dom.select(STUDENTS_PARTS):
        found += [f"<{e.name}>" for e in part.find_all(ACTIVE.split())]
        for element in part.find_all(True):
            for name, value in element.attrs.items():
                value = " ".join(value) if isinstance(value, list) else str(value)
                if name.startswith("on") or name in ("id", "name", "srcdoc", "target"):
                    found.append(f"{element.name} {name}={value}")
                if name in LINKS and not _is_harmless_link(element, value):
                    found.append(f"{element.name} {name}={value[:60]}")
                if name == "style" and re.search(
                    r"position|url|expression|z-index|margin|transform|float|@", value, re.I
                ):
                    found.append(f"{element.name} style={value}")
    return found


def _is_harmless_link(element, value):
    if element.name == "img":
        return re.match(r"data:image/(png|jpeg|gif|svg\+xml);base64,", value)
    return element.name == "a" and re.match(r"https?://|#|mailto:", value)


def own_scripts(page):
    """The text and address of each script, and each event attribute, of the whole page."""
    dom = parsed(page)
    scripts = [(s.get("src"), s.get_text()) for s in dom.find_all("script")]
    events = [
        (e.name, name, value)
        for e in dom.find_all(True)
        for name, value in e.attrs.items()
        if name.startswith("on")
    ]
    return scripts, events
