"""Where the formats go: standard output, or files that are never half written."""

import os
import stat
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from autograder.reports.formats.run import Run


class Misuse(Exception):
    """What was asked for cannot be done; the message says why."""


@dataclass(frozen=True)
class Begun:
    """A Run that has not ended. since: of time.monotonic."""

    run: Run
    since: float

    def failed(self, why):
        """The same, where the grader has failed."""
        return replace(self, run=replace(self.run, why=why))

    def ended(self):
        """The Run."""
        seconds = time.monotonic() - self.since
        return replace(self.run, at=datetime.now(UTC), seconds=seconds)


class Outputs:
    """wanted: (module of a format, path or None for standard output), in pairs."""

    def __init__(self, wanted):
        self._wanted = [(made, path and path.absolute()) for made, path in wanted]

    def require_usable(self, environment):
        """See that everything can be written, before anything is graded. Raises Misuse."""
        for made, path in self._wanted:
            missing = made.missing(environment) if hasattr(made, "missing") else ()
            if missing:
                raise Misuse(
                    f"{', '.join(missing)} must be set for the format classroom50, as Classroom "
                    "50's runner does"
                )
            if path is not None and not path.parent.is_dir():
                raise Misuse(f"there is no folder {path.parent}")
            if path is not None and path.is_dir():
                raise Misuse(f"{path} is a folder")

    def begin(self, assignment, student):
        """A Begun run, with this process's environment."""
        return Begun(Run(assignment, student, environment=dict(os.environ)), time.monotonic())

    def texts(self, standing, run):
        """What each format says. standing: None where the grader failed. Changes nothing."""
        return [
            made.render_fault(run) if standing is None else made.render(standing, run)
            for made, _ in self._wanted
        ]

    def write(self, texts):
        """Write what texts() gave. Raises OSError."""
        for (_, path), text in zip(self._wanted, texts, strict=True):
            if text is None:
                # Nothing may be there: an older result, or one that came with the submission.
                if path is not None:
                    with suppress(FileNotFoundError):
                        os.unlink(path)
            elif path is None:
                sys.stdout.write(text)
                sys.stdout.flush()
            else:
                _write(path, text.encode())


def _write(path, data):
    """All of it or what was there before; a link is replaced, not followed."""
    try:
        kind = path.lstat().st_mode
    except FileNotFoundError:
        kind = stat.S_IFREG
    if not stat.S_ISREG(kind) and not (stat.S_ISLNK(kind) and path.is_file()):
        with open(path, "ab") as file:  # a terminal, a pipe: /dev/stdout
            file.write(data)
        return
    handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    try:
        with open(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
