"""What all formats say in words, and what is taken out of words that students may have written."""

import functools
import re

import jinja2

from autograder.checks.misconceptions import catalogue
from autograder.marking.judge import GRADER_FAULT
from autograder.reports.standing import GRADER, PERSON

LONGEST = 2_000  # characters of one message; no message of ours comes near
CUT = " … (cut)"
BY_HAND = "to be marked by hand"
NOT_MARKED = (
    "The grader itself failed here. It is not the student's mistake and costs nothing: a person "
    "will mark it."
)
# Control characters, and those that turn the direction of writing or cannot be seen; half
# surrogates, which no encoding writes.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff"
    "\ud800-\udfff\ufffe\uffff]"
)
# What GitHub's runner takes for a command, wherever a program prints it.
COMMAND = re.compile(r"(?m)^(\s*):(?=:)|#(?=#\[)")


def clean(text):
    """The text with what cannot be seen spelled out, as \\x1b, and cut if it is far too long."""
    text = str(text)
    text = text if len(text) <= LONGEST else text[:LONGEST] + CUT
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def without_commands(text):
    """The text so that no line of it is a command to GitHub's runner when it is printed."""
    return COMMAND.sub(lambda found: (found[1] or "") + found[0].strip() + " ", text)


def in_a_line(text):
    """The cleaned text in one line."""
    return " ".join(clean(text).split())


def points(number):
    """2.0 as 2, 2.5 as 2.5, 1/3 as 0.33."""
    return f"{round(number, 2):g}" if abs(number) < 1e6 else str(number)


def check_name(outcome):
    """An outcome's check in words."""
    return outcome.check.replace("_", " ")


def message_of(outcome):
    """What was called, what came back, what was expected, and the likely misconception: lines."""
    if outcome.status == GRADER_FAULT:
        return NOT_MARKED
    expected = f"; {outcome.expected}" if outcome.expected else ""
    lines = [f"{outcome.called} {outcome.returned}{expected}.".strip()]
    misconception = catalogue().get(outcome.misconception)
    if misconception:
        lines.append(f"Likely: {misconception.title}. {misconception.advice}")
        lines.append(f"(See part {misconception.part}.)")
    return "\n".join(map(clean, lines))


def cell_message(cell):
    """What there is to say of a cell as a whole: why it has no mark, or not what it earned."""
    if cell.awaits == PERSON:
        return in_a_line(f"{BY_HAND.capitalize()}. {cell.comment}".strip())
    if cell.awaits == GRADER:
        return in_a_line(f"{NOT_MARKED} {cell.reason}".strip())
    return in_a_line(cell.reason)


def out_of(standing):
    """Points of the cells that have a mark: what the mark is out of."""
    return standing.points - standing.awaiting


def awaiting(standing, whom):
    """Points of the cells that await PERSON or GRADER."""
    return sum(cell.points for cell in standing.cells if cell.awaits == whom)


@functools.cache
def templates():
    """The jinja2 environment of the formats that are prose."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports.formats", "templates"),
        autoescape=False,  # neither plain text nor Markdown is HTML; as_markdown escapes by itself
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"points": points, "line": in_a_line}
    environment.globals |= {"PERSON": PERSON, "GRADER": GRADER}
    return environment
