"""Showing an answer as it was read: for a notebook's cell, at no cost to the student."""

import html
from dataclasses import dataclass

from .errors import Unreadable, visible
from .read import read_all
from .statements import unknown_names
from .tex import as_tex
from .vocabulary import GENERAL
from .writing import as_plain


@dataclass(frozen=True)
class Check:
    """Whether an answer can be read. message: plain text, with a caret where it cannot."""

    ok: bool
    message: str


def check_syntax(text, vocabulary=GENERAL):
    """Whether the answer can be read, and how it was read, in plain text. Never raises."""
    try:
        found = read_all(text, vocabulary, other_readings=False)
    except Unreadable as error:
        return Check(False, error.rendering)
    lines = ["Read as: " + as_plain(found.tree).replace("\n", "\n         ")]
    return Check(True, "\n".join((*lines, *remarks(found, vocabulary))))


def remarks(found, vocabulary):
    """What to tell about a Read: other readings, what was left out, names the question lacks."""
    lines = [
        f"Two readings: taken as {place.shown}, not as {place.other}. Brackets make it plain."
        for place in found.ambiguities
    ]
    lines += found.notes
    return lines + foreign_names(found.tree, vocabulary)


def foreign_names(tree, vocabulary):
    """A line on the letters that the question does not use, if there are any."""
    known = set(vocabulary.names) | {"L"}
    foreign = [name for name in unknown_names(tree, vocabulary) if name not in known]
    if not foreign or vocabulary is GENERAL:
        return []
    return [
        f"Not in the question: {', '.join(foreign)}. "
        f"The question has {', '.join(vocabulary.names)}."
    ]


def echo(text, vocabulary=GENERAL):
    """HTML that shows how the answer was read: TeX between dollars for MathJax, and plain text."""
    try:
        found = read_all(text, vocabulary, other_readings=False)
    except Unreadable as error:
        rendering = html.escape(error.rendering)
        return f'<div class="quiz-unreadable"><pre>{rendering}</pre></div>'
    lines = [f"<p>Read as: ${html.escape(as_tex(found.tree), quote=False)}$</p>"]
    plain = html.escape(visible_lines(as_plain(found.tree)))
    lines.append(f"<p>In plain text: <code>{plain}</code></p>")
    lines += [f"<p>{html.escape(line)}</p>" for line in remarks(found, vocabulary)]
    return '<div class="quiz-read">' + "".join(lines) + "</div>"


def visible_lines(text):
    """The text on one line, without anything that cannot be seen."""
    return "; ".join(visible(line) for line in text.split("\n"))
