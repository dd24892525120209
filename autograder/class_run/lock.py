"""One run at a time in a course."""

import contextlib
import fcntl
import os
import time

LOCK = ".lock"
# Seconds: what a run that was killed has started ends a moment after it.
PATIENCE = 2.0


class AnotherRun(Exception):
    """Another run is grading this course."""


@contextlib.contextmanager
def one_at_a_time(folder):
    """Hold the folder's lock; the system gives it back when this process ends, however it ends.

    Raises AnotherRun.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        until = time.monotonic() + PATIENCE
        while not _taken(handle):
            if time.monotonic() > until:
                who = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
                raise AnotherRun(f"another run, process {who}, is grading this course")
            time.sleep(0.05)
        os.ftruncate(handle, 0)
        os.write(handle, f"{os.getpid()}\n".encode("ascii"))
        yield
    finally:
        os.close(handle)


def _taken(handle):
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
