"""Markdown: rendered as nbconvert does it, then cleaned; and Markdown that is safe unrendered."""

import re
from html import escape as html_escape
from html.parser import HTMLParser

from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbgrader.utils import is_grade, is_solution

from autograder.intake.rebuild import NOTE_ID
from autograder.pages.formulas import MAX_FORMULAS, as_source, mathml
from autograder.pages.html import as_text, clean
from autograder.pages.once import once

RUBRIC_ID = "rubric-"  # begins the ids of the cells that autograder.pages.rubrics makes
# Beyond these mistune and the pages' filters take seconds, and then minutes: they look for an end
# of each to the last line.
MAX_CHARACTERS = 100_000
OPENINGS = {"\\begin": 300, "\\\\(": 300, "\\\\[": 300, "$$": 3_000, "<": 3_000, "[": 4_000}
CHECKBOX = re.compile(
    r'<input class="task-list-item-checkbox" type="checkbox" disabled( checked)?/>'
)
SIMPLE_TAG = re.compile(r"</?[a-zA-Z][a-zA-Z0-9]*( [a-z]+(=\"[^\"<>`\\]*\")?)* ?/?>")
TAG = re.compile(r"<[a-zA-Z/!?]")
# Clean HTML's tags whole; a formula's mark is its number between two characters of private use.
HTML_TAG = re.compile(r"""(</?[a-zA-Z](?:[^"'<>]|"[^"]*"|'[^']*')*>)""")
MARK, MARKED = "\ue000{}\ue001", re.compile("\ue000([0-9]{1,6})\ue001")
UNMARKED = {0xE000: 0xFFFD, 0xE001: 0xFFFD}
PAGE_LEVEL = 2  # a page's own headings: its title, its areas, and then the parts of the notebook
NO_BLANK_LINE = re.compile(r"\n(?=[ \t\r\f\v]*\n)")
# Overlays end at the edge of the student's own part of the page, whatever they are made of.
BOX = '<div style="contain: paint; overflow: auto">'


def to_html(source, attachments=None, classes=()):
    """Markdown as cleaned HTML, formulas left for MathJax; never raises."""
    html = _rendered(source, attachments)
    return as_text(source) if html is None else clean(html, classes)


def to_page(source, attachments=None, classes=()):
    """The same for a page of its own: formulas set as MathML, headings below the page's."""
    return (_page_with if attachments else _page_alone)(source, attachments, tuple(classes))


def safe_source(source, attachments=None, classes=()):
    """The source as it is if rendering it does no harm, else as Markdown that is cleaned HTML."""
    html = _rendered(source, attachments)
    cleaned = as_text(source) if html is None else clean(html, classes)
    if html is not None and _is_harmless(html, cleaned):
        return source
    # Markdown leaves an HTML block alone up to the first blank line, and here is none.
    block = NO_BLANK_LINE.sub("&#10;", f"<div>{cleaned.strip()}</div>")
    again = _rendered(block, None)
    if again is None or _parts(again.strip()) != _parts(block):
        return as_text(source[:2000]).replace("\n", "&#10;")
    return block


@pass_context
def markdown2html(context, source):
    """nbconvert's filter of this name, for pages: cleaned, and boxed in."""
    cell = context.get("cell") or {}
    return f"{BOX}{to_html(source, cell.get('attachments'), own_classes(cell))}</div>"


@pass_context
def clean_html(context, html):
    """nbconvert's filter of this name, for pages: keeps pictures and whole tables."""
    return f"{BOX}{clean(str(html), own_classes(context.get('cell') or {}))}</div>"


def own_classes(cell):
    """Classes that only the course's own parts have: marking results and the note on top."""
    if cell.get("id") == NOTE_ID:
        return ("alert", "alert-warning")
    if str(cell.get("id", "")).startswith(RUBRIC_ID):
        return ("alert", "alert-info")
    is_test = "metadata" in cell and is_grade(cell) and not is_solution(cell)
    return ("cell-result",) if is_test else ()


def _page_with(source, attachments, classes):
    renderer = _PageRenderer(attachments)
    html = _rendered(source.translate(UNMARKED), attachments, renderer)
    return as_text(source) if html is None else renderer.typeset(clean(html, classes))


@once
def _page_alone(source, attachments, classes):
    return _page_with(source, attachments, classes)


class _Attachments(dict):
    """Attached pictures; one that is not there is an empty picture, not an exception."""

    def __contains__(self, name):
        return True

    def __missing__(self, name):
        return {"image/png": ""}


class _PageRenderer(IPythonRenderer):
    """Leaves a mark for each formula, which cleaning lets through, and sets it afterwards."""

    def __init__(self, attachments):
        super().__init__(
            escape=False, attachments=_Attachments(attachments or {}), exclude_anchor_links=True
        )
        self._formulas = []

    def heading(self, text, level, **attrs):
        return super().heading(text, min(6, level + PAGE_LEVEL), **attrs)

    def block_math(self, body):
        return self._marked(body, True)

    def inline_math(self, body):
        return self._marked(body, False)

    def latex_environment(self, name, body):
        return self._marked(f"\\begin{{{name}}}{body}\\end{{{name}}}", True)

    def _marked(self, tex, is_block):
        self._formulas.append((tex, is_block))
        return MARK.format(len(self._formulas) - 1)

    def typeset(self, html):
        """The cleaned HTML with the formulas in place; inside a tag or code, as source."""
        pieces, in_code = [], 0
        for piece in HTML_TAG.split(html):
            is_tag = piece.startswith("<") and piece.endswith(">")
            if re.match(r"<(pre|code)[\s>]", piece):
                in_code += 1
            elif piece in ("</pre>", "</code>"):
                in_code -= 1
            pieces.append(MARKED.sub(self._source if is_tag or in_code else self._set, piece))
        return "".join(pieces)

    def _set(self, found):
        number = int(found[1])
        if number >= len(self._formulas):
            return ""
        tex, is_block = self._formulas[number]
        return mathml(tex, is_block) if number < MAX_FORMULAS else as_source(tex)

    def _source(self, found):
        known = int(found[1]) < len(self._formulas)
        return html_escape(self._formulas[int(found[1])][0]) if known else ""


def _rendered(source, attachments, renderer=None):
    """The HTML as nbconvert renders it, or None if that fails or would take too long."""
    text = re.sub(r"[A-Za-z0-9+/=]{1000,}", "", source)  # pictures pasted as base64
    if len(text) > MAX_CHARACTERS or any(text.count(o) > n for o, n in OPENINGS.items()):
        return None
    pictures = attachments if isinstance(attachments, dict) else {}
    try:
        if renderer:
            html = MarkdownWithMath(renderer=renderer).render(source)
        else:
            html = _render(source, pictures) if pictures else _rendered_alone(source)
    except Exception:  # third parties' parsers on hostile text: the source is shown instead
        return None
    return CHECKBOX.sub(lambda found: "☑ " if found[1] else "☐ ", html)


@once
def _rendered_alone(source):
    return _render(source, {})


def _render(source, attachments):
    pictures = _Attachments(attachments)
    renderer = IPythonRenderer(escape=False, attachments=pictures, exclude_anchor_links=True)
    return MarkdownWithMath(renderer=renderer).render(source)


@once
def _is_harmless(html, cleaned):
    # Tags that every browser reads alike, and that cleaning leaves alone.
    return not TAG.search(SIMPLE_TAG.sub("", html)) and _parts(html) == _parts(cleaned)


def _parts(html):
    """Tags, attributes and text, in order."""
    reader = _Parts()
    reader.feed(html)
    reader.close()
    return reader.found


class _Parts(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, sorted(pair for pair in attrs if pair[0] != "rel")))

    def handle_endtag(self, tag):
        self.found.append((f"/{tag}",))

    def handle_data(self, data):
        if self.found and isinstance(self.found[-1], str):  # text comes in pieces of any length
            self.found[-1] += data
        else:
            self.found.append(data)
