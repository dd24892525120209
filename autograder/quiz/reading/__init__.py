"""Reading formulas that students type, and showing how they were read.

Needs Python 3.11 and nothing else; it evaluates nothing and holds no answers. Ships with the
release: imports in here are relative, so the folder works wherever it is put.

    read(text, vocabulary) -> tree               Unreadable points at what is wrong
    read_all(text, vocabulary) -> Read           with other readings and notes
    as_plain, as_unicode, as_tex (tree) -> text  reading them again gives the same tree
    ambiguities(text, vocabulary)                places with two readings
    echo(text, vocabulary) -> HTML, check_syntax(text, vocabulary) -> Check
"""

from .echo import Check, check_syntax, echo
from .errors import Unreadable
from .read import Read, ambiguities, read, read_all
from .tex import as_tex
from .vocabulary import GENERAL, Vocabulary
from .writing import as_plain, as_unicode

__all__ = [
    "GENERAL",
    "Check",
    "Read",
    "Unreadable",
    "Vocabulary",
    "ambiguities",
    "as_plain",
    "as_tex",
    "as_unicode",
    "check_syntax",
    "echo",
    "read",
    "read_all",
]
