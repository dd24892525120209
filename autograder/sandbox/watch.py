"""Watching a notebook's processes from outside: how many, and how much memory they use."""

import contextlib
import functools
import os
import signal
import time
from pathlib import Path

import psutil

# Seconds between two looks.
LOOK = 0.2
MEGABYTE = 1024 * 1024
# A process may be counted while it ends; the system's own limit is exact.
SPARE = 8


def descendants(pid):
    """The ids of all processes that a process has started and they in turn."""
    found, pending = [], [pid]
    while pending:
        children = _children(pending.pop())
        found += children
        pending += children
    return found


def memory_of(pids):
    """Bytes of memory that these processes use together, without what files back.

    Pages that several share are counted once for each, unless that comes to a surprising sum:
    that costs more to find out, see shared_memory_of.
    """
    return sum(map(_resident, pids))


def shared_memory_of(pids):
    """The same with every shared page divided among those who share it, where that is told."""
    total = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kilobytes = {line.split(":")[0]: line.split()[1] for line in lines[1:]}
            total += 1024 * (int(kilobytes["Pss_Anon"]) + int(kilobytes["Pss_Shmem"]))
        except (OSError, KeyError, IndexError, ValueError):
            total += _resident(pid)
    return total


class Watch:
    """Watches the notebook's processes: all that `top` has started but the worker's own."""

    def __init__(self, top, worker, limits):
        """top: the process that the launcher started. worker: the worker's own id."""
        self._top, self._limits, self._next = top, limits, 0
        # Between them stands bubblewrap, whose first process adopts orphans.
        self._own = {top, worker, *(p for p in _parents(worker) if p != os.getpid())}

    def pids(self):
        """The notebook's processes just now."""
        return [pid for pid in descendants(self._top) if pid not in self._own]

    def complaint(self):
        """Why the notebook must end, as the end of "it ...", or ""."""
        if time.monotonic() < self._next:
            return ""
        self._next = time.monotonic() + LOOK
        pids, limits = self.pids(), self._limits
        most = limits.total_memory_mb * MEGABYTE
        if memory_of(pids) > most and shared_memory_of(pids) > most:
            return f"used more than {limits.total_memory_mb} MB of memory"
        if len(pids) > limits.processes + SPARE:
            return f"started more than {limits.processes} processes"
        return ""

    def kill(self):
        """Kill what is left of the notebook, as far as that can be seen from here."""
        for pid in self.pids():
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)


def mapped(pid):
    """Bytes of address space that a process uses; 0 where that cannot be found out."""
    try:
        return psutil.Process(pid).memory_info().vms
    except psutil.Error:
        return 0


def tasks_of_user(user):
    """How many processes and threads of this user there are."""
    count = 0
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.uids().real == user:
                count += process.num_threads()
    return count


def _children(pid):
    if not _told():
        return _children_by_table(pid)
    found = []
    with contextlib.suppress(OSError):  # it has ended, or that thread has
        for task in os.listdir(f"/proc/{pid}/task"):
            with contextlib.suppress(OSError):
                found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


@functools.cache
def _told():
    """Whether the system tells each process's children; else all processes are looked through."""
    return os.path.exists(f"/proc/self/task/{os.getpid()}/children")


def _children_by_table(pid):
    try:
        return [child.pid for child in psutil.Process(pid).children()]
    except psutil.Error:
        return []


def _parents(pid):
    try:
        return [parent.pid for parent in psutil.Process(pid).parents()]
    except psutil.Error:
        return []


def _resident(pid):
    try:
        if not _told():
            return psutil.Process(pid).memory_info().rss
        resident, shared = Path(f"/proc/{pid}/statm").read_text().split()[1:3]
        return (int(resident) - int(shared)) * os.sysconf("SC_PAGESIZE")
    except (OSError, ValueError, psutil.Error):
        return 0
