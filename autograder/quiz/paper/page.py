"""Pages of papers: HTML by itself, formulas as MathML, nothing loaded."""

import functools
from dataclasses import dataclass

import jinja2

from ..judge.keys import key
from ..questions.questions import BONUS, ITEMS, POINTS, question
from ..reading import as_tex, read
from .typeset import formula, typeset


@dataclass(frozen=True)
class Item:
    """One question as HTML. key_html, key_text: the right answer, empty without a key."""

    number: int
    title: str
    points: int
    is_bonus: bool
    has_indices: bool
    html: str
    key_html: tuple = ()
    key_text: str = ""


@dataclass(frozen=True)
class Paper:
    """All items of a student. code: names the variants."""

    student: str
    code: str
    items: tuple


def paper_of(student, variant, with_key=False):
    """The Paper of a student who has this Variant."""
    return Paper(student, variant.code, tuple(_item(i, variant, with_key) for i in ITEMS))


def _item(item, variant, with_key):
    asked = question(item, variant)
    text = key(item, variant) if with_key else ""
    statements = [read(line, asked.vocabulary) for line in text.splitlines()]
    return Item(
        number=asked.number,
        title=asked.title,
        points=asked.points,
        is_bonus=asked.is_bonus,
        has_indices=asked.has_indices,
        html=typeset(asked.text),
        key_html=tuple(formula(as_tex(statement), is_block=True) for statement in statements),
        key_text=text,
    )


def papers_page(students, with_key=False):
    """One HTML page with the papers of (student, Variant) pairs, each on a sheet of its own."""
    papers = [paper_of(student, variant, with_key) for student, variant in students]
    bonus = sum(POINTS[item] for item in ITEMS if item in BONUS)
    return _template().render(
        papers=papers,
        with_key=with_key,
        points=sum(POINTS.values()) - bonus,
        bonus=bonus,
    )


@functools.cache
def _template():
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "templates"),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("paper.html.j2")
