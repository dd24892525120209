"""Keys: digests of everything a result depends on. The same key means the same result."""

import hashlib
import json
import sys
from importlib import metadata
from pathlib import Path

import autograder
import solutions
from autograder.intake import Unreadable, notebook_in
from autograder.intake.files import read_bytes

# What students' code and the checks run on. Other packages do not change a mark.
PACKAGES = ("numpy", "matplotlib", "ipython", "nbgrader", "nbconvert", "bleach")
CODE = (".py", ".toml", ".j2", ".csv", ".gz")
SKIPPED = {"__pycache__", ".ipynb_checkpoints"}


def course_key(source, release, sources, settings):
    """The digest of what all submissions of a run share.

    source, release: the assignment's folders. sources: its SourceNotebooks, which stand for the
    notebooks in `source`. settings: what the course has configured of the classes that grade, as
    plain data.
    """
    versions = {name: metadata.version(name) for name in PACKAGES}
    digest = hashlib.sha256()
    shared = [sys.version, versions, repr(sources), settings]
    digest.update(json.dumps(shared, sort_keys=True, default=repr).encode())
    _add_files(digest, Path(source), lambda path: path.suffix != ".ipynb")
    _add_files(digest, Path(release), lambda path: True)
    for package in (autograder, solutions):
        for folder in package.__path__:
            _add_files(digest, Path(folder), lambda path: path.suffix in CODE)
    return digest.hexdigest()


def submission_key(shared, folder, names, release, timestamp):
    """The digest of one submission: what is read of its folder, and the course's key.

    names: of the assignment's notebooks. release: the folder of released files. timestamp: when
    it was handed in, a text or None.
    """
    digest = hashlib.sha256(f"{shared}\n{timestamp}\n".encode())
    for name in names:
        handed_in = notebook_in(folder, name, names, release)
        path = handed_in.path and str(Path(handed_in.path).relative_to(folder))
        digest.update(json.dumps([name, path, handed_in.notes]).encode())
        if path is not None:
            try:
                content = read_bytes(handed_in.path)
                digest.update(f"{len(content)}\n".encode() + content)
            except Unreadable as reason:
                digest.update(str(reason).encode())
    return digest.hexdigest()


def _add_files(digest, folder, counts):
    for path in sorted(folder.rglob("*")):
        if (
            counts(path)
            and path.is_file()
            and not SKIPPED.intersection(path.relative_to(folder).parts)
        ):
            content = path.read_bytes()
            digest.update(f"{path.relative_to(folder)}\n{len(content)}\n".encode() + content)
