"""The private copy of what runs inside, so that nothing else has to be readable there."""

import contextlib
import os
import re
import shutil
import tempfile
from pathlib import Path

import psutil

import autograder
from autograder.sandbox import folders

PREFIX = "autograder-sandbox"
PARTS = ("candidate", "sandbox")
GIVEN, CODE, SCRATCH = "given", "code", "scratch"


class Runtime:
    """A folder of this process's: the grader's inner half, the given files, room for scratch.

    given: a folder or several of released helper files, whose notebooks are left out; or None.
    """

    def __init__(self, given=None):
        remove_orphans()
        self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-"))
        self.folder.chmod(0o711)  # the notebook's own user walks through
        self._given = given_folders(given)
        package = Path(autograder.__file__).parent
        copy = self.code / "autograder"
        for part in PARTS:
            # With the compiled files beside it, which times and sizes keep valid.
            shutil.copytree(package / part, copy / part)
        shutil.copy2(package / "__init__.py", copy)
        self.given.mkdir()
        self.scratch.mkdir()
        self.scratch.chmod(0o711)
        for folder in self._given:
            ignore = shutil.ignore_patterns("*.ipynb", ".ipynb_checkpoints", "__pycache__")
            shutil.copytree(folder, self.given, ignore=ignore, dirs_exist_ok=True)
        _readable_by_all(self.code)
        self._fingerprint = fingerprint(self._given)

    @property
    def code(self):
        return self.folder / CODE

    @property
    def given(self):
        return self.code / GIVEN

    @property
    def scratch(self):
        return self.folder / SCRATCH

    def is_current(self):
        """Whether the given files are still as they were copied."""
        return fingerprint(self._given) == self._fingerprint

    def close(self):
        """Remove it."""
        with contextlib.suppress(OSError):
            folders.remove(self.folder)


def given_folders(given):
    """`given` as a tuple of folders."""
    if given is None:
        return ()
    return tuple(map(Path, given)) if isinstance(given, (tuple, list)) else (Path(given),)


def fingerprint(given):
    """What changes with the files in the folders: names, sizes, times."""
    found = []
    for folder in given:
        for path in sorted(folder.rglob("*")):
            if path.suffix != ".ipynb" and "__pycache__" not in path.parts and path.is_file():
                status = path.stat()
                found.append((str(path), status.st_size, status.st_mtime_ns))
    return tuple(found)


def remove_orphans():
    """Remove what processes that were killed have left behind; only this user's."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}-*-*"):
        owner = re.fullmatch(rf"{PREFIX}-(\d+)-.*", path.name)
        with contextlib.suppress(OSError):
            ours = path.lstat().st_uid == os.geteuid() and not path.is_symlink()
            if owner and ours and not psutil.pid_exists(int(owner[1])):
                folders.remove(path)


def _readable_by_all(folder):
    # Whatever the umask is and was: none of this is a secret.
    for path, names, files in os.walk(folder):
        os.chmod(path, 0o755)
        for name in files:
            os.chmod(os.path.join(path, name), 0o644)
        del names
