"""Ending processes, and everything that they have started."""

import contextlib
import ctypes
import os
import signal
import sys
import time

import psutil

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
# How long to go on killing what is left; something may hang in the system itself.
MOST_SECONDS = 5


def become_subreaper():
    """Make orphans of this process's descendants its own children (Linux), so that none is lost."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def die_with_parent(parent):
    """Have this process killed when its parent ends (Linux)."""
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before
        os._exit(1)


def interrupt(pid):
    """SIGINT to a child and its group, as Jupyter does it."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGINT)


def status_of(pid):
    """The exit status of a child (negative: the signal), or None while it lives."""
    try:
        found, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None
    return os.waitstatus_to_exitcode(status) if found else None


def end_all(pid):
    """Kill a child, its group and its descendants, and wait for them.

    Processes that left the group are found as descendants, and on Linux also after their
    parents have ended, if this process is a subreaper.
    """
    strays = [] if sys.platform == "linux" else _descendants(pid)
    for kill in (os.kill, os.killpg):  # it may have no group yet, or have ended and left one
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    for process in strays:
        with contextlib.suppress(psutil.Error):
            process.kill()
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                for process in _descendants(os.getpid()):
                    with contextlib.suppress(psutil.Error):
                        process.kill()
                time.sleep(0.002)
        except ChildProcessError:
            return


def _descendants(pid):
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _prctl(option, value):
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, int(value), 0, 0, 0)
