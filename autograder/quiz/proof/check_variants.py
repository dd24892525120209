"""`quiz check-variants`: every variant, every key, every right form, every mistake."""

from ..judge.catalogue import of_part
from ..questions.questions import ITEMS
from .cases import Problem, load_cases, problems_of_cases, problems_of_key, variants_of
from .collisions import problems_of_collisions

AT_LEAST = 20  # variants of an item
FORMS = 12  # right ones and mistakes that each item's catalogue must have


def check_variants(items=ITEMS, out=None, numbers=None):
    """Returns (problems, counts): counts has a dictionary for each item.

    out: a file for a line an item, or None. numbers: only these variants of each item.
    """
    problems, counts = [], {}
    for item in items:
        found, counts[item] = _check_item(item, numbers)
        problems += found
        if out:
            line = ", ".join(f"{n} {what}" for what, n in counts[item].items())
            print(f"{item}: {line}; {len(found) or 'no'} problems", file=out, flush=True)
    return problems, counts


def _check_item(item, numbers):
    problems, judged, distinct = [], 0, set()
    for number, variant in variants_of(item):
        letters = variant.of(item)
        distinct.add(repr(letters).partition(",")[2])  # without its number
        if numbers is not None and number not in numbers:
            continue
        problems += problems_of_key(item, number, variant)
        problems += problems_of_collisions(item, number, variant)
        problems += problems_of_cases(item, number, variant)
        judged += 2 + len(load_cases(item, letters))
    if len(distinct) < AT_LEAST:
        problems.append(Problem(item, 0, f"only {len(distinct)} variants are distinct"))
    cases = load_cases(item, letters)
    right = sum(case.diagnosis is None for case in cases)
    for count, what in ((right, "right forms"), (len(cases) - right, "mistakes")):
        if count < FORMS:
            problems.append(Problem(item, 0, f"only {count} {what}"))
    problems += _without_a_case(item)
    counts = {"variants": len(distinct), "right forms": right, "mistakes": len(cases) - right}
    return problems, counts | {"judged": judged}


def _without_a_case(item):
    """Every diagnosis of the item needs an answer that must get it."""
    named = {
        c.diagnosis for _, variant in variants_of(item) for c in load_cases(item, variant.of(item))
    }
    for diagnosis in of_part(ITEMS.index(item) + 1):
        if diagnosis.name not in named:
            yield Problem(item, 0, f"no answer in solutions/quiz8 gets {diagnosis.name}")
