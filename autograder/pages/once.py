"""Answers remembered: most of a page is the same for all students of a class."""

from functools import lru_cache, wraps

ANSWERS, MAX_CHARACTERS = 1000, 20_000


def once(function):
    """function(text, *more), a pure one, which keeps its last ANSWERS results.

    Those of longer texts than MAX_CHARACTERS are not kept, nor are exceptions.
    """
    remembered = lru_cache(maxsize=ANSWERS)(function)

    @wraps(function)
    def find(text, *more):
        return (remembered if len(text) <= MAX_CHARACTERS else function)(text, *more)

    return find
