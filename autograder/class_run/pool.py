"""Processes of this machine that execute submissions, each with a sandbox of its own."""

import contextlib
import gc
import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

from autograder.sandbox import isolation
from autograder.sandbox.inside.processes import die_with_parent
from autograder.sandbox.runtime import remove_orphans

# Tasks out for each process: one that it is at, and one so that it need not wait for the next.
AHEAD = 2


class LocalPool:
    """Executors with `width` processes: copies of this one, which must have no threads.

    Copies have imported everything already. They end with this process, however it ends.
    """

    def __init__(self, width):
        self._width = width

    def isolation(self, course):
        """What confines students' code here, by name. Raises IsolationUnavailable."""
        return isolation.choose(str(course.config.ExecuteSubmission.get("isolation", "auto")))

    def room(self, alone=False):
        """How many tasks may be out at a time."""
        return 1 if alone else AHEAD * self._width

    @contextlib.contextmanager
    def open(self, alone=False):
        """A concurrent.futures.Executor; alone: with a single process."""
        gc.freeze()  # the copies need not look through what is shared at every collection
        executor = ProcessPoolExecutor(
            1 if alone else self._width,
            mp_context=multiprocessing.get_context("fork"),
            initializer=_begin,
            initargs=(os.getpid(),),
        )
        try:
            yield executor
        except BaseException:  # Ctrl-C, say: nobody waits for what is being executed
            for process in multiprocessing.active_children():
                process.kill()
            raise
        finally:
            executor.shutdown(wait=True, cancel_futures=True)
            remove_orphans()


def usable_cores():
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def _begin(parent):
    die_with_parent(parent)
    # Ctrl-C is for the parent, which ends this process. A function, for an ignored signal would
    # stay ignored in the students' processes.
    signal.signal(signal.SIGINT, lambda *_: None)
