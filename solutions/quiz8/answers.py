"""The catalogue of answers: one TOML file an item, with tables [right.NAME] and [wrong.NAME].

text: a jinja2 template over the variant, in << >>, so that TeX's braces stay as they are. base:
where indices start, 1 if not said. A wrong answer names the diagnosis it must get, first of all,
and the share of the points that it must earn.
"""

import functools
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import jinja2

from solutions.quiz8.windows import helpers

HERE = Path(__file__).parent
ITEMS = ("forward", "backward", "convolution", "general", "extension")


@dataclass(frozen=True)
class Answer:
    """One answer for one variant. diagnosis: None for a right one."""

    item: str
    name: str
    text: str
    base: int
    diagnosis: str | None
    share: Fraction


@functools.cache
def _tables(item):
    tables = tomllib.loads((HERE / f"{item}.toml").read_text("utf-8"))
    assert set(tables) == {"right", "wrong"}, item
    return tables


@functools.cache
def _environment():
    return jinja2.Environment(
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        undefined=jinja2.StrictUndefined,
    )


@functools.cache
def _template(text):
    return _environment().from_string(text)


def load_answers(item, letters):
    """The Answers to an item for the letters and numbers of a variant (Variant.of(item)).

    An answer whose `only` is false for the variant, such as one about a stride of one, is left out.
    """
    context = helpers(item, letters)
    cases = []
    for verdict, entries in _tables(item).items():
        for name, entry in entries.items():
            if "only" in entry and _template(f"<< {entry['only']} >>").render(context) != "True":
                continue
            text = _template(entry["text"]).render(context)
            right = verdict == "right"
            cases.append(
                Answer(
                    item,
                    name,
                    text,
                    entry.get("base", 1),
                    None if right else entry["diagnosis"],
                    Fraction(1) if right else Fraction(str(entry["share"])),
                )
            )
    return cases
