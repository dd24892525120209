"""Ending a notebook: every process it has started, and every file it has left."""

import contextlib
import os
import signal
import sys
import time

import psutil

from autograder.sandbox.inside.confine import take_user

# How long to go on; something may hang in the system itself.
MOST_SECONDS = 20
STEP = 0.002


def end_processes(pid, plan):
    """Kill a notebook's first process and all it has started; returns whether none is left.

    They are found by their user, which nobody else has, or by their namespace, or else as this
    process's descendants, which it must collect as a subreaper. plan: a Confinement.
    """
    if plan.user is None and not plan.own_namespace:
        _kill_descendants()  # while they still are
    for kill in (os.kill, os.killpg):  # it may have no group yet, or have ended and left one
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(pid, signal.SIGKILL)
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        if plan.user is not None:
            _as_user(plan, _kill_everybody, until)
        elif plan.own_namespace:
            _kill_everybody()  # but this process and the namespace's first
        else:
            _kill_descendants()
        if _collect():
            return True
        time.sleep(STEP)
    return False


def wipe(scratch, plan):
    """Wipe and remove a notebook's scratch, after its processes; returns whether it is clean."""
    if not _as_user(plan, scratch.wipe, time.monotonic() + MOST_SECONDS):
        return False
    try:
        scratch.remove()
    except OSError:
        return False
    return True


def _kill_everybody():
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(-1, signal.SIGKILL)


def _kill_descendants():
    # Stopped first: a stopped process starts no other, and still counts as one of those allowed.
    seen = {}
    while fresh := [p for p in _descendants() if p.pid not in seen]:
        for process in fresh:
            seen[process.pid] = process
            with contextlib.suppress(psutil.Error):
                process.suspend()
    for process in seen.values():
        with contextlib.suppress(psutil.Error):
            process.kill()


def _descendants():
    try:
        return psutil.Process().children(recursive=True)
    except psutil.Error:
        return []


def _collect():
    """Collect the children that have ended; whether that were all."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                return False
        except ChildProcessError:
            return True


def _as_user(plan, action, until):
    """Run action() in a process of the notebook's user; returns whether it came to its end."""
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if plan.isolation != "none":
                take_user(plan.user, plan.reads_all)
            action()
            status = 0
        except BaseException as error:
            print(f"{action.__qualname__}: {error!r}", file=sys.__stderr__, flush=True)
        finally:
            os._exit(status)
    while time.monotonic() < until:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return status == 0
        time.sleep(STEP)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    return False
