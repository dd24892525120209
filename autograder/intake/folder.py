"""Which file of a submission's folder is the notebook."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.intake.files import Unreadable, is_link, list_folder, read_bytes, shown_name

# What browsers and learning platforms add to a name: "dropout (1)", "dropout-2", "dropout copy".
ADDED_TO_NAMES = re.compile(r"[ _-]*(\(\d+\)|copy|[-_ ]\d{1,2})$")
SUFFIXES = (".ipynb", ".ipynb.txt", ".ipynb.json")
OF_THE_PLATFORM = ("timestamp.txt", ".DS_Store", "desktop.ini", "Thumbs.db")
OF_TOOLS = ("__pycache__", "__MACOSX")
LISTED = 5


@dataclass(frozen=True)
class HandedIn:
    """path: the notebook's file, or None if there is none to read. notes: sentences about it."""

    path: Path | None
    notes: tuple = ()


def notebook_in(folder, name, names=(), released=None):
    """The HandedIn notebook `name` of a submission's folder, which may hold anything.

    names: all notebooks of the assignment. released: the folder of released files, to tell
    what a student added or changed. Nothing in the folder is changed, and no link followed.
    """
    folder, expected = Path(folder), f"{name}.ipynb"
    if is_link(folder) or is_link(folder.parent):
        return HandedIn(None, (_nothing("the submission's folder is a link, not followed", name),))
    if not folder.is_dir():
        return HandedIn(None, (_nothing("what was handed in is not a folder", name),))
    try:
        found = list_folder(folder)
    except OSError as error:
        why = f"the submission's folder cannot be opened ({error.strerror})"
        return HandedIn(None, (_nothing(why, name),))
    notes = []
    chosen = expected if expected in found.files else _another(found, name, names)
    if chosen is None and _is_there(folder / expected):
        chosen = expected  # reading it will say what is wrong with it
    elif chosen is None:
        notes.append(_nothing(_none_of(found, name), name))
    elif chosen != expected:
        notes.append(f"{shown_name(chosen)} was graded as {expected}")
    others = [
        file
        for file in found.files
        if file != chosen
        and file not in {f"{n}.ipynb" for n in names}
        and not _is_usual(folder, file, released)
    ]
    if chosen is not None and others:
        notes.append(
            f"only the notebook is marked, with the released helper files; not used: "
            f"{_names(others)}"
        )
    return HandedIn(folder / chosen if chosen else None, tuple(notes))


def _another(found, name, names):
    """A notebook under another name, if there is no doubt which, else None."""
    taken = {f"{n}.ipynb" for n in names}
    missing = [n for n in names if f"{n}.ipynb" not in found.files] or [name]
    levels = {}
    for file in found.files:
        parts = file.split("/")
        if parts[-1].lower().endswith(SUFFIXES) and not _is_of_tools(file) and file not in taken:
            levels.setdefault(len(parts), []).append(file)
    for _, files in sorted(levels.items()):
        same = [file for file in files if _stem(file) == name.casefold()]
        if len(same) == 1:
            return same[0]
        return files[0] if len(files) == 1 and len(missing) == 1 else None
    return None


def _stem(file):
    stem = file.split("/")[-1].casefold()
    return ADDED_TO_NAMES.sub("", stem[: stem.index(".ipynb")].strip())


def _none_of(found, name):
    notebooks = [f for f in found.files if f.lower().endswith(SUFFIXES) and not _is_of_tools(f)]
    if notebooks:
        return f"none of the notebooks handed in ({_names(notebooks)}) is called {name}.ipynb"
    there = [f for f in (*found.files, *found.odd) if f not in OF_THE_PLATFORM]
    return f"no notebook in what was handed in (found: {_names(there) or 'nothing'})"


def _nothing(why, name):
    return f"{why}. The notebook could not be read or marked; hand in {name}.ipynb"


def _names(files):
    more = f" and {len(files) - LISTED} more" if len(files) > LISTED else ""
    return ", ".join(map(shown_name, files[:LISTED])) + more


def _is_there(path):
    return os.path.lexists(path)


def _is_of_tools(file):
    return any(part.startswith(".") or part in OF_TOOLS for part in file.split("/"))


def _is_usual(folder, file, released):
    """Whether a file needs no word: the platform's, a tool's, or as it was released."""
    if file in OF_THE_PLATFORM or file.endswith(".pyc") or _is_of_tools(file):
        return True
    original = Path(released, file) if released else None
    if original is None or not original.is_file():
        return False
    try:
        return read_bytes(folder / file) == original.read_bytes()
    except Unreadable:
        return False
