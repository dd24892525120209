"""The catalogue of misconceptions (misconceptions.toml)."""

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class Misconception:
    """title: the mistake in a phrase. advice: what is right. part: where to read again."""

    name: str
    title: str
    advice: str
    part: int


@functools.cache
def catalogue():
    """All misconceptions by name."""
    text = resources.files("autograder.checks").joinpath("misconceptions.toml").read_text("utf-8")
    return {name: Misconception(name, **entry) for name, entry in tomllib.loads(text).items()}
