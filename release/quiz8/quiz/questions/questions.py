"""A question: its text, its points, and the names it uses."""

import functools
from dataclasses import dataclass

import jinja2

from ..reading.vocabulary import Vocabulary
from ..reading.writing import decimal
from .variants import ITEM_NAMES

# With 5 points for the convolution as code, in the notebook, 20 and 5 as a bonus.
POINTS = {"forward": 3, "backward": 3, "convolution": 4, "general": 5, "extension": 5}
BONUS = frozenset({"extension"})
ITEMS = ITEM_NAMES
TITLES = {
    "forward": "Dropout forward",
    "backward": "Dropout backward",
    "convolution": "A small convolution",
    "general": "The general convolution",
    "extension": "Gradients of the small convolution (bonus)",
}


@dataclass(frozen=True)
class Question:
    """text: Markdown with TeX between dollars. has_indices: whether the student has to say where
    indices start. vocabulary: for reading and for the echo."""

    item: str
    number: int
    title: str
    points: int
    is_bonus: bool
    text: str
    has_indices: bool
    vocabulary: Vocabulary


def question(item, variant):
    """One item of a Variant as a Question."""
    letters = variant.of(item)
    return Question(
        item=item,
        number=ITEMS.index(item) + 1,
        title=TITLES[item],
        points=POINTS[item],
        is_bonus=item in BONUS,
        text=_template(item).render(v=letters, number=decimal).strip(),
        has_indices=item not in ("forward", "backward"),
        vocabulary=vocabulary_of(item, letters),
    )


@functools.cache
def _templates():
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _template(item):
    return _templates().get_template(f"{item}.md.j2")


def vocabulary_of(item, letters):
    """The names of a question, for reading its answers."""
    return VOCABULARIES[item](letters)


def _dropout(v):
    names = (v.mask, v.activation, v.output, v.keep)
    aliases = (
        ("mask", v.mask),
        ("x", v.activation),
        ("out", v.output),
        ("dout", f"d/{v.output}"),
        ("dx", f"d/{v.activation}"),
        (f"grad_{v.output}", f"d/{v.output}"),
        (f"grad_{v.activation}", f"d/{v.activation}"),
        ("keep_prob", v.keep),
    )
    return Vocabulary(names, ((v.keep, 0),), aliases, any_case=True)


def _convolution(v):
    names = (v.x, v.w, v.o, "i", "j")
    ranks = ((v.x, 2), (v.w, 2), (v.o, 2))
    aliases = (("out", v.o), ("dout", f"d/{v.o}"))
    return Vocabulary(names, ranks, aliases)


def _extension(v):
    inner = _convolution(v)
    return Vocabulary((*inner.names, "G"), (*inner.ranks, ("G", 2)), inner.aliases)


def _general(v):
    tensors = (v.x, v.w, v.o, f"{v.x}pad")
    sizes = ("N", "C", "F", "H", "W", *v.kernel, "s", "P")
    plain = tuple((name, 0) for name in sizes if name not in tensors)
    ranks = (*((name, 4) for name in tensors), ("b", 1), *plain)
    names = tuple(dict.fromkeys((*tensors, "b", *sizes, "n", "f", "c", "i", "j", "k", "l")))
    padded = f"{v.x}pad"
    x = v.x
    aliases = (
        *((spelling, padded) for spelling in (f"{x}_pad", f"{x.lower()}_pad", f"{x.lower()}pad")),
        *(
            (spelling, padded)
            for spelling in (f"{x}p", f"{x}_p", f"{x}\u0303", f"{x}\u0302", f"{x}'")
        ),
        *((spelling, padded) for spelling in (f"{x}_padded", f"{x.lower()}_padded")),
        ("out", v.o),
        ("bias", "b"),
        ("stride", "s"),
        ("pad", "P"),
        ("padding", "P"),
    )
    return Vocabulary(names, ranks, aliases)


VOCABULARIES = {
    "forward": _dropout,
    "backward": _dropout,
    "convolution": _convolution,
    "general": _general,
    "extension": _extension,
}
