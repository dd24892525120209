"""Reading a notebook file that may be anything at all."""

import json

from autograder.intake.cells import cell_of
from autograder.intake.files import Unreadable, read_bytes

MAX_CELLS = 5_000
# A list or dictionary takes some 30 times the memory of its two characters.
MAX_CONTAINERS = 2_000_000
MAX_VALUES = 8_000_000


def read_notebook(path):
    """The cells of a notebook of format 2 to 5, as a list of SubmittedCell.

    In UTF-8, UTF-16 or, as old editors save, Latin-1. Only regular files are opened, links are not
    followed. Raises Unreadable.
    """
    content = read_bytes(path)
    text, is_guess = _decode(content)
    if not text.strip():
        raise Unreadable("it is empty")
    if text.count("[") + text.count("{") > MAX_CONTAINERS or text.count(",") > MAX_VALUES:
        raise Unreadable("it has too many parts for a notebook")
    try:
        notebook = json.loads(text, parse_int=_integer)
    except json.JSONDecodeError as error:
        if is_guess:
            raise Unreadable("it is not text in UTF-8 or UTF-16") from None
        raise Unreadable(
            f"it is not JSON, as a notebook must be ({error.msg} in line {error.lineno})"
        ) from None
    except (RecursionError, MemoryError):
        raise Unreadable("it is nested too deeply for a notebook") from None
    except ValueError:
        raise Unreadable("it is not JSON, as a notebook must be") from None
    cells = _list_of_cells(notebook)
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"it has {len(cells)} cells, more than {MAX_CELLS}")
    return [cell for cell in map(cell_of, cells) if cell is not None]


def _list_of_cells(notebook):
    if not isinstance(notebook, dict):
        raise Unreadable("it is JSON, but not a notebook")
    cells = notebook.get("cells")
    if cells is None and isinstance(notebook.get("worksheets"), list):  # formats 2 and 3
        cells = []
        for sheet in notebook["worksheets"]:
            if isinstance(sheet, dict) and isinstance(sheet.get("cells"), list):
                cells += sheet["cells"]
    if not isinstance(cells, list):
        raise Unreadable("it has no list of cells")
    return cells


def _decode(content):
    """(text, whether the encoding is no more than a guess)."""
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif content[:2] == b"{\0":
        encoding = "utf-16-le"
    elif content[:2] == b"\0{":
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        return content.decode(encoding), False
    except UnicodeDecodeError:
        return content.decode("latin-1"), True


def _integer(digits):
    # Python refuses to read integers of thousands of digits; no cell needs one.
    return int(digits) if len(digits) < 100 else 0
