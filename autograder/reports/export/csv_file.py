"""CSV files: read as platforms and spreadsheets write them, written whole or not at all."""

import csv
import io
import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

MOST_BYTES = (
    100_000_000  # a platform's file of ten thousand students and a hundred columns is 20 MB
)
BOM = "\ufeff"


class CannotExport(Exception):
    """Nothing was exported. The message names the file or the setting, and says what to do."""


@dataclass(frozen=True)
class Table:
    """rows: lists of strings, the first is the heading. bom: whether the file begins with one."""

    rows: list
    delimiter: str = ","
    bom: bool = False


def read_table(path, meant):
    """The Table in a CSV file that some platform or spreadsheet has written.

    UTF-8 with or without a byte order mark, or UTF-16 with one; commas, semicolons or tabs.
    meant: what the file should be, for messages. Raises CannotExport.
    """
    path = Path(path).expanduser()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise CannotExport(f"{path} is too large to be {meant}")
        content = path.read_bytes()
    except OSError as error:
        raise CannotExport(f"{path}, {meant}, cannot be read: {error.strerror}") from error
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8")
    except UnicodeDecodeError as error:
        raise CannotExport(
            f"{path} is not in UTF-8, as {meant} is; a spreadsheet may have saved it otherwise. "
            "Download it again, or save it as `CSV UTF-8`"
        ) from error
    bare = text.removeprefix(BOM)
    delimiter = _delimiter(bare)
    try:
        rows = list(csv.reader(io.StringIO(bare, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise CannotExport(f"{path} is no CSV file, and {meant} is one: {error}") from error
    rows = [row for row in rows if any(cell.strip() for cell in row)]
    if not rows:
        raise CannotExport(f"{path} is empty; {meant} is needed")
    return Table(rows, delimiter, bare != text)


def write_table(path, table):
    """Write the Table to a file in UTF-8, whatever the locale; a reader sees all of it or none.

    Cells are strings, or numbers, which stay numbers. Raises CannotExport.
    """
    path = Path(path).expanduser()
    try:
        if path.exists() and not path.is_file():  # a pipe or terminal, as /dev/stdout
            with path.open("w", encoding="utf-8", newline="") as stream:
                _write(stream, table)
        else:
            _write_whole(Path(os.path.realpath(path)), table)
    except OSError as error:
        raise CannotExport(
            f"{path} cannot be written: {error.strerror}; choose another file with --to"
        ) from error


def _write_whole(path, table):
    unfinished = path.with_name(f".export-{secrets.token_hex(8)}")
    try:
        with unfinished.open("x", encoding="utf-8", newline="") as stream:
            _write(stream, table)
            stream.flush()
            os.fsync(stream.fileno())
        if path.exists():
            unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _write(stream, table):
    if table.bom:
        stream.write(BOM)
    writer = csv.writer(_Lines(stream), delimiter=table.delimiter, lineterminator="\r\n")
    writer.writerows([_text(cell) for cell in row] for row in table.rows)


class _Lines:
    """Ends rows by a newline alone, as nbgrader does; "\\r" within a cell is quoted still."""

    def __init__(self, stream):
        self._stream = stream

    def write(self, row):
        self._stream.write(row.removesuffix("\r\n") + "\n")


def _text(cell):
    # Half a surrogate pair is no text: it cannot be written in UTF-8.
    return cell.encode("utf-8", "replace").decode() if isinstance(cell, str) else cell


def _delimiter(text):
    """The one that the heading has most of, outside quotes; text has commas sooner than tabs."""
    heading = next((line for line in text.splitlines() if line), "")
    unquoted = "".join(heading.split('"')[::2])
    return max("\t;,", key=unquoted.count)
