"""Reading a notebook file that may be anything at all."""

import json
import os
import stat
from dataclasses import dataclass, field

MAX_BYTES = 50_000_000
MAX_CELLS = 5_000
CELL_TYPES = ("code", "markdown", "raw")


class Unreadable(ValueError):
    """The file is no notebook. The message is one sentence that names what is wrong."""


@dataclass
class SubmittedCell:
    """A cell's type, its source, its nbgrader metadata, if that is a dictionary, and its id."""

    cell_type: str
    source: str
    nbgrader: dict = field(default_factory=dict)
    id: str | None = None

    @property
    def grade_id(self):
        found = self.nbgrader.get("grade_id")
        return found if isinstance(found, str) else None


def read_notebook(path):
    """The cells of a notebook of format 2 to 5, in UTF-8 or UTF-16, as a list of SubmittedCell.

    Only regular files are opened, links are not followed. Raises Unreadable.
    """
    try:
        notebook = json.loads(_decode(_bytes(path)))
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"it is not JSON, as a notebook must be ({error.msg} in line {error.lineno})"
        ) from None
    except RecursionError:
        raise Unreadable("it is nested too deeply for a notebook") from None
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
    if len(cells) > MAX_CELLS:
        raise Unreadable(f"it has {len(cells)} cells, more than {MAX_CELLS}")
    return [cell for cell in map(_cell, cells) if cell is not None]


def _bytes(path):
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except OSError as error:
        raise Unreadable(
            f"it cannot be opened ({error.strerror}); links are not followed"
        ) from None
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise Unreadable("it is not a regular file")
        with open(handle, "rb", closefd=False) as file:
            content = file.read(MAX_BYTES + 1)
    finally:
        os.close(handle)
    if not content:
        raise Unreadable("it is empty")
    if len(content) > MAX_BYTES:
        raise Unreadable(f"it is larger than {MAX_BYTES // 1_000_000} MB")
    return content


def _decode(content):
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable("it is not text in UTF-8 or UTF-16") from None
    if not text.strip():
        raise Unreadable("it is empty")
    return text


def _cell(raw):
    if not isinstance(raw, dict):
        return None
    kind = raw.get("cell_type")
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if kind == "heading":  # format 3
        kind, source = "markdown", f"# {source}"
    if kind not in CELL_TYPES or not isinstance(source, str):
        return None
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    # A lone surrogate is valid JSON but cannot be written again.
    source = source.encode("utf-8", "replace").decode("utf-8")
    cell_id = raw.get("id") if isinstance(raw.get("id"), str) else None
    return SubmittedCell(kind, source, nbgrader if isinstance(nbgrader, dict) else {}, cell_id)
