"""Judging answers by their meaning. Stays with the grader: it holds the keys.

judge(item, text, variant, base) -> Judgement    base: 0, 1, or None where nothing was said
summary(judgement) -> text for people
key(item, variant) -> the right answer as text
diagnoses() -> {name: Diagnosis}                 title, advice, part, share
"""

from .assessment import Judgement
from .catalogue import Diagnosis, diagnoses
from .judge import judge
from .keys import key
from .summary import summary

__all__ = ["Diagnosis", "Judgement", "diagnoses", "judge", "key", "summary"]
