"""The grading process's side: starts the worker, and runs notebooks in it."""

import atexit
import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

import autograder
from autograder.sandbox import wire

# One BLAS thread: more only fight for the cores, and a process with threads must not fork.
ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
}
WORKER = "autograder.sandbox.inside.worker"
INLINE = "module://matplotlib_inline.backend_inline"
# A worker that says nothing for this long beyond a cell's limit has been stopped or worse.
PATIENCE = 60
# Importing everything takes two seconds; cold disks and busy machines take longer.
START_PATIENCE = 300


class WorkerFailed(RuntimeError):
    """The worker does not run: the installation is broken, not a student's notebook."""


@dataclass(frozen=True)
class CellEnd:
    """How a cell ended.

    error: None or a dictionary of ename, evalue and traceback. died: why the process that ran
    the notebook ended with it, or "".
    """

    execution_count: int | None = None
    error: dict | None = None
    timed_out: bool = False
    died: str = ""


@functools.cache
def _worker_of(process):
    worker = Worker()
    atexit.register(worker.close)
    return worker


def shared_worker():
    """This process's worker; started when it is first needed, and ended with the process."""
    return _worker_of(os.getpid())


class Worker:
    """The worker process, started anew when it has died. One notebook at a time."""

    def __init__(self):
        self._process = self._channel = None
        self._lock = threading.Lock()

    @property
    def pid(self):
        """The process's id, or None if it is not running."""
        return self._process.pid if self._process and self._process.poll() is None else None

    @contextlib.contextmanager
    def notebook(self, cwd):
        """Start a notebook in the folder `cwd`; yields a Notebook, whose processes end after it.

        Raises WorkerFailed.
        """
        with self._lock:
            try:
                notebook = self._begin(cwd)
            except (wire.Closed, TimeoutError):  # it died since, or was never there
                self.close()
                notebook = self._begin_anew(cwd)
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
        if self._process is None:
            return
        self._channel.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = self._channel = None

    def _begin_anew(self, cwd):
        ours, theirs = socket.socketpair()
        root = Path(autograder.__file__).parent.parent
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", WORKER, str(theirs.fileno()), str(os.getpid())],
                cwd=root,
                env={"MPLBACKEND": INLINE} | os.environ | ENVIRONMENT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C is for this process, which then ends the worker
            )
        self._channel = wire.Channel(ours)
        try:
            return self._begin(cwd)
        except (wire.Closed, TimeoutError) as error:
            self.close()
            raise WorkerFailed(
                f"the process that runs notebooks did not start ({error}); its own error "
                "message stands above"
            ) from error

    def _begin(self, cwd):
        if self._process is None:
            raise wire.Closed("not started")
        self._channel.send(wire.NOTEBOOK, {"cwd": os.path.abspath(cwd)})
        kind, body = self._channel.receive(START_PATIENCE)
        if kind != wire.STARTED:
            raise WorkerFailed(f"no notebook could be started: {wire.unpacked(body).get('why')}")
        return Notebook(self._channel, wire.unpacked(body)["pid"])


class Notebook:
    """A notebook running in the worker's child. lost: whether the worker is gone."""

    def __init__(self, channel, pid):
        self._channel, self.pid, self.lost = channel, pid, False

    def run(self, source, seconds, grace, outputs):
        """Run one cell; returns a CellEnd.

        seconds: its limit, or None. grace: seconds between its interrupt and its end.
        outputs: a NotebookOutputs that takes what it shows.
        """
        count = None
        request = {"source": source, "seconds": seconds, "grace": grace}
        patience = None if seconds is None else seconds + grace + PATIENCE
        try:
            self._channel.send(wire.CELL, request)
            while True:
                kind, body = self._channel.receive(patience)
                found = wire.unpacked(body)
                if kind == wire.OUTPUT:
                    outputs.add(found, len(body))
                elif kind == wire.BEGIN:
                    count = outputs.numbered(found.get("execution_count"))
                elif kind == wire.DONE:
                    error = found.get("error")
                    error = error if isinstance(error, dict) else None
                    return CellEnd(count, error, bool(found.get("timed_out")))
                elif kind == wire.DIED:
                    return CellEnd(count, None, bool(found.get("timed_out")), str(found.get("why")))
        except (wire.Closed, wire.Malformed, TimeoutError) as error:
            self.lost = True
            self._end_child()
            return CellEnd(count, died=f"the worker is gone too, {error}")

    def end(self):
        """End its processes."""
        if self.lost:
            return
        try:
            self._channel.send(wire.END)
            while self._channel.receive(PATIENCE)[0] != wire.ENDED:
                pass
        except (wire.Closed, wire.Malformed, TimeoutError):
            self.lost = True

    def _end_child(self):
        # Where the system does not end it with its parent. Its number is taken while it lives.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
