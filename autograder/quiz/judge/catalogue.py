"""The catalogue of diagnoses (diagnoses.toml)."""

import functools
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources


@dataclass(frozen=True)
class Diagnosis:
    """title: the mistake in a phrase. advice: what is right. part: the item's number, 0 for any.
    share: of the item's points that an answer with this mistake alone still earns. means: for
    items 1 and 2 the formulas that this mistake leads to, in the letters of the original quiz.
    """

    name: str
    title: str
    advice: str
    part: int
    share: Fraction
    means: tuple = ()


@functools.cache
def diagnoses():
    """All diagnoses by name."""
    text = resources.files(__package__).joinpath("diagnoses.toml").read_text("utf-8")
    return {name: _diagnosis(name, **entry) for name, entry in tomllib.loads(text).items()}


def _diagnosis(name, title, advice, part, share, means=()):
    return Diagnosis(name, title, advice, part, Fraction(str(share)), tuple(means))


def of_part(part):
    """The diagnoses of one item, in the catalogue's order."""
    return [d for d in diagnoses().values() if d.part == part]
