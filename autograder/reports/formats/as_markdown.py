"""Markdown as GitHub shows it: a step's summary, a release, a comment."""

import re

from autograder.reports.formats import words
from autograder.reports.formats.as_text import what_to_say

# Fits GitHub's comments (65,536 characters), which take less than its releases and summaries.
MOST_BYTES = 60_000
CUT = "\n\n**This report was longer than {} bytes and is cut here.**\n"
# Everything that Markdown, HTML or GitHub could take for more than a character; a colon and a point
# only where they may begin :a_picture:, ::a command, https://an.address or www.another.
SPECIAL = re.compile(r"""[^\w\s.:,;()'/=+\-]|_|:(?!\s|$)|(?<=www)\.""", re.IGNORECASE)


def render(standing, run):
    """The Standing as Markdown of at most MOST_BYTES bytes."""
    template = words.templates().get_template("grade.md.j2")
    return _cut(template.render(**what_to_say(standing), md=escaped))


def render_fault(run):
    """What to say where the grader failed."""
    return f"## {escaped(run.assignment)}: no mark yet\n\n**Grader fault.** {escaped(run.fault)}\n"


def escaped(text):
    """The text in one line, without meaning to Markdown, HTML or GitHub."""
    return SPECIAL.sub(_entity, words.in_a_line(text))


def _entity(found):
    character = found[0]
    if ord(character) > 127:
        return character
    # Entities are read before names are looked for: only what comes between keeps @name from
    # being one, and the same for #1.
    apart = "&#8203;" if character in "@#" else ""
    return f"&#{ord(character)};{apart}"


def _cut(text):
    data = text.encode()
    if len(data) <= MOST_BYTES:
        return text
    notice = CUT.format(MOST_BYTES)
    kept = data[: MOST_BYTES - len(notice.encode())].decode("utf-8", "ignore")
    # At the end of a line: half an entity would be another text.
    return kept[: kept.rfind("\n") + 1] + notice
