"""The grading process's side: starts the worker, and has notebooks run in it."""

import atexit
import contextlib
import functools
import os
import socket
import subprocess
import tempfile
import threading
from pathlib import Path

from autograder.sandbox import wire
from autograder.sandbox.notebook import CellEnd, Died, Notebook, TimedOut
from autograder.sandbox.runtime import Runtime
from autograder.sandbox.start import Setting, Start
from autograder.sandbox.watch import Watch, descendants

__all__ = [
    "CellEnd",
    "Died",
    "Notebook",
    "Setting",
    "TimedOut",
    "Worker",
    "WorkerFailed",
    "shared_worker",
]

WORKER = "autograder.sandbox.inside.worker"
# Importing everything takes two seconds; cold disks and busy machines take longer.
START_PATIENCE = 300
# How long a worker may take to end by itself: it still wipes what the notebook has left.
END_SECONDS = 10
# The end of what the worker has to say when it fails.
LAST_WORDS = 4000
# If memory runs out, the system is to end notebooks first.
FIRST_TO_GO = "1000"


class WorkerFailed(RuntimeError):
    """The worker does not run: the installation is broken, not a student's notebook."""


class _Shared:
    """The one worker of a process that is running."""

    def __init__(self):
        self._setting = self._worker = None
        self._process = os.getpid()
        atexit.register(self._close_at_exit)

    def worker(self, setting):
        if self._setting != setting:
            self.close()
            self._setting, self._worker = setting, Worker(setting)
        return self._worker

    def close(self):
        if self._worker is not None:
            self._worker.close()
        self._setting = self._worker = None

    def _close_at_exit(self):
        if os.getpid() == self._process:  # not in a copy of this process
            self.close()


@functools.cache
def _shared_of(process):
    return _Shared()


def shared_worker(setting):
    """This process's worker; started when it is first needed, and ended with the process.

    One at a time: asking for another Setting's closes the former.
    """
    return _shared_of(os.getpid()).worker(setting)


class Worker:
    """The worker process, started anew when it has died. One notebook at a time."""

    def __init__(self, setting):
        self.setting = setting
        self._process = self._channel = self._runtime = self._start = self._said = None
        self._lock = threading.Lock()
        self.pid = None

    @contextlib.contextmanager
    def notebook(self):
        """Start a notebook; yields a Notebook, whose processes end after it.

        Raises WorkerFailed.
        """
        with self._lock:
            notebook = self._begin()
            try:
                yield notebook
                notebook.end()
            except BaseException:  # Ctrl-C, say: no telling what it is in the middle of
                self.close()
                raise
            if notebook.lost:
                self.close()

    def close(self):
        """End the worker, and with it whatever it runs."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            try:
                self._process.wait(END_SECONDS)
            except subprocess.TimeoutExpired:
                self._watch().kill()
                self._process.kill()
                self._process.wait()
        if self._said is not None:
            self._said.close()
        if self._runtime is not None:
            self._runtime.close()
        self._process = self._channel = self._runtime = self._start = self._said = None
        self.pid = None

    def _begin(self):
        """A Notebook that has started, if need be in a new worker."""
        if self._process is not None and self._runtime.is_current():
            try:
                return self._begin_here()
            except (wire.Closed, TimeoutError):  # it died since
                pass
        self.close()
        try:
            self._begin_anew()
            return self._begin_here()
        except (wire.Closed, TimeoutError) as error:
            words = self._last_words()
            self.close()
            raise WorkerFailed(
                f"the process that runs notebooks did not start ({error}); it said: {words}"
            ) from error
        except BaseException:
            self.close()
            raise

    def _begin_anew(self):
        self._runtime = Runtime(self.setting.given)
        self._start = Start(self.setting, self._runtime)
        ours, theirs = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115, closed with the worker
        self._channel = wire.Channel(ours)
        arguments = [str(theirs.fileno()), str(self._start.parent()), *self._start.installation()]
        with theirs:
            try:
                self._process = self._start.popen(
                    WORKER,
                    arguments,
                    stdout=subprocess.DEVNULL,
                    stderr=self._said,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is for this process, which ends the worker
                )
            except OSError as error:
                raise WorkerFailed(f"the worker could not be started: {error}") from error
        kind, _ = self._channel.receive(START_PATIENCE)
        if kind != wire.READY:
            raise wire.Closed(f"a frame of kind {kind}")
        # Under bubblewrap the last of a chain: it, its first process, the worker.
        self.pid = [self._process.pid, *descendants(self._process.pid)][-1]
        with contextlib.suppress(OSError):
            Path(f"/proc/{self.pid}/oom_score_adj").write_text(FIRST_TO_GO)

    def _begin_here(self):
        self._channel.send(wire.NOTEBOOK, self._start.plan(self.pid).as_json())
        kind, body = self._channel.receive(START_PATIENCE)
        if kind != wire.STARTED:
            why = wire.unpacked(body).get("why")
            words = self._last_words()
            self.close()
            raise WorkerFailed(f"no notebook could be started: {why}{words}")
        return Notebook(self._channel, self._watch())

    def _watch(self):
        return Watch(self._process.pid, self.pid, self.setting.limits)

    def _last_words(self):
        """What the worker has written to its standard error."""
        if self._said is None:
            return ""
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
        size = self._said.seek(0, os.SEEK_END)
        self._said.seek(max(0, size - LAST_WORDS))
        return self._said.read().decode("utf-8", "replace").strip()
