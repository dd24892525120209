"""The questions of Quiz 8, each in a student's own letters and numbers. Holds no answers.

variant_of(student, secret) -> Variant       the same in every run and Python version
Variant.code, variant_from_code('7-3-12-5')  what a student types into the notebook
ITEMS, question(item, variant) -> Question   its text, points, and vocabulary for `reading`
"""

from .draw import variant_of
from .questions import ITEMS, Question, question
from .variants import BASE, COUNTS, Variant, variant_from_code

__all__ = [
    "BASE",
    "COUNTS",
    "ITEMS",
    "Question",
    "Variant",
    "question",
    "variant_from_code",
    "variant_of",
]
