"""Judging the catalogue of answers (solutions/quiz8) in every variant."""

import importlib
from dataclasses import dataclass

from ..judge.judge import judge
from ..judge.keys import key
from ..questions.questions import ITEMS
from ..questions.variants import TABLES, variant_of_numbers


@dataclass(frozen=True)
class Problem:
    """Something that does not fit. item, number: of the variant. what: a sentence."""

    item: str
    number: int
    what: str

    def __str__(self):
        return f"{self.item} {self.number}: {self.what}"


def variants_of(item):
    """A Variant for every variant of an item; the other items are the original's."""
    place = min(ITEMS.index(item), 4)
    place = ITEMS.index("convolution") if item == "extension" else place
    for number in range(1, len(TABLES[place]) + 1):
        numbers = [1, 1, 1, 1]
        numbers[place] = number
        yield number, variant_of_numbers(numbers)


def load_cases(item, letters):
    """The catalogue's answers to an item, for a variant's letters."""
    return importlib.import_module("solutions.quiz8.answers").load_answers(item, letters)


def problems_of_key(item, number, variant):
    """The key must be right, said so or not."""
    for base in (1, None):
        found = judge(item, key(item, variant), variant, base)
        if found.status != "right" or found.diagnoses:
            yield Problem(item, number, f"the key is judged {found.status}, with base {base}")


def problems_of_cases(item, number, variant):
    """Every case must get its verdict."""
    for case in load_cases(item, variant.of(item)):
        what = verdict_on(case, variant)
        if what:
            yield Problem(item, number, what)


def verdict_on(case, variant):
    """What is wrong about the judgement of a case; an empty text if nothing is."""
    found = judge(case.item, case.text, variant, case.base)
    name = found.diagnoses[0].name if found.diagnoses else None
    if (name, found.share) == (case.diagnosis, case.share):
        return ""
    return (
        f"{case.name} gets {name} and {found.share}, expected {case.diagnosis} and {case.share}: "
        f"{case.text!r} {found.error}"
    )
