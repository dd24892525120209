"""The catalogue of misconceptions, from the TOML files of code, formulas and practice."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources

FORMULAS = "quiz-"


@dataclass(frozen=True)
class Misconception:
    """title: the mistake in a phrase. advice: what is right. part: to be read again, 0: any."""

    name: str
    title: str
    advice: str
    part: int


@functools.cache
def catalogue():
    """All misconceptions by name; those of formulas begin with "quiz-", those of
    `dropout_in_practice` with "practice-".
    """
    code = _read("autograder.checks", "misconceptions.toml")
    formulas = _read("autograder.quiz.judge", "diagnoses.toml")
    found = code | {of_formula(name): entry for name, entry in formulas.items()}
    folder = resources.files("autograder.checks.practice") / "misconceptions"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        found |= tomllib.loads(file.read_text("utf-8"))
    fields = ("title", "advice", "part")
    return {
        name: Misconception(name, **{field: entry[field] for field in fields})
        for name, entry in found.items()
    }


def of_formula(diagnosis):
    """The name that a diagnosis of autograder.quiz has in the catalogue."""
    return diagnosis if diagnosis.startswith(FORMULAS) else f"{FORMULAS}{diagnosis}"


def _read(package, file):
    return tomllib.loads(resources.files(package).joinpath(file).read_text("utf-8"))
