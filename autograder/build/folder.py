"""Writes the folder `source/<assignment>/` that nbgrader releases, or compares it."""

from pathlib import Path

import nbformat

from autograder.build.master import render


def build(assignment, course_root, language="en"):
    """Write the notebook and the files beside it; remove nothing.

    course_root: the folder of nbgrader_config.py. English goes to `source/<assignment>/`, another
    language xx, whose prose is `source/<assignment>.xx.md`, to `source/<assignment>-xx/`.
    Returns the paths written, relative to course_root: those whose content has changed.
    Raises what `autograder.build.master.render` raises, before anything is written.
    """
    course_root = Path(course_root)
    written = []
    for name, content in _wanted(assignment, course_root, language).items():
        path = course_root / name
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            written.append(name)
    return written


def stale(assignment, course_root, language="en"):
    """The generated files that differ from what `build` would write, by path from course_root.

    A file that is missing differs; so does one that lies in the folder and no build writes,
    because nbgrader would hand it to students.
    """
    course_root = Path(course_root)
    wanted = _wanted(assignment, course_root, language)
    folder = course_root / _folder(assignment, language)
    present = {
        path.relative_to(course_root).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not _is_by_product(path.relative_to(folder))
    }
    return sorted(
        name for name in wanted.keys() | present.keys() if wanted.get(name) != present.get(name)
    )


def _folder(assignment, language):
    return f"source/{assignment}" if language == "en" else f"source/{assignment}-{language}"


def _wanted(assignment, course_root, language):
    """{path from course_root: content} of everything a build writes."""
    notebook, beside = render(assignment, course_root, language)
    folder = _folder(assignment, language)
    wanted = {f"{folder}/{assignment}.ipynb": (nbformat.writes(notebook) + "\n").encode()}

    for name in beside:
        # What the grader itself works with, and holds no answer, is given from there.
        root = course_root if name.startswith("autograder/") else course_root / "solutions"
        given, root = root / name, root / "autograder" if root == course_root else root
        if not given.exists():
            raise FileNotFoundError(f"{given}, which the master of {assignment} wants copied")
        for path in [given] if given.is_file() else sorted(given.rglob("*")):
            if path.is_file() and not _is_by_product(path.relative_to(given)):
                wanted[f"{folder}/{path.relative_to(root).as_posix()}"] = path.read_bytes()
    return wanted


def _is_by_product(relative_path):
    """Whether Python or Jupyter left this file behind: caches, checkpoints, hidden files."""
    return any(part == "__pycache__" or part.startswith(".") for part in relative_path.parts)
