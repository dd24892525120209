"""The forked process: one notebook, from its first cell to its last."""

import asyncio
import os
import random
import sys
import threading
import traceback

import numpy as np

from autograder.candidate.serve import CallServer
from autograder.sandbox import wire
from autograder.sandbox.inside.cell_shell import attach, run_cell
from autograder.sandbox.inside.confine import confine, keep_descriptors
from autograder.sandbox.inside.outbox import CellStream, Outbox
from autograder.sandbox.inside.processes import die_with_parent


def run_notebook(shell, channel, plan, scratch, parent, out, err):
    """Run the cells that arrive on the channel; never returns.

    plan: a Confinement, scratch: its Scratch. parent: the worker. out, err: pipes for what is
    written past Python's streams, which the worker reads.
    """
    try:
        try:
            os.setsid()
            die_with_parent(parent)
            os.dup2(out, 1)
            os.dup2(err, 2)
            # The protocol has a descriptor of its own, so that nothing printed can end up in it.
            keep_descriptors(channel.fileno())
            enter_notebook()
            confine(plan, parent)
            scratch.enter()
            outbox = Outbox(channel)
            sys.stdout = CellStream(outbox, "stdout", 1)
            sys.stderr = CellStream(outbox, "stderr", 2)
            attach(shell, outbox, os.getcwd())
        except Exception:
            channel.send(wire.DIED, {"why": traceback.format_exc()})
        else:
            channel.send(wire.STARTED)
            _Notebook(shell, channel, outbox).serve()
    except BaseException:  # a cell has broken what runs it
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(0)


def enter_notebook():
    """Make the process what the student's code may find: streams, randomness, modules."""
    os.umask(0o077)
    _look_for_modules_here()
    sys.argv = [""]
    sys.dont_write_bytecode = True
    # All children are copies of one process: without this they would draw the same numbers.
    np.random.seed(int.from_bytes(os.urandom(4), "big"))
    random.seed()


def _look_for_modules_here():
    """Import from the current folder, after the standard library, as a kernel does."""
    names = [os.path.basename(path) for path in sys.path]
    places = [i for i, name in enumerate(names) if name in ("site-packages", "dist-packages")]
    sys.path.insert(min(places, default=len(names)), "")


class _Notebook:
    """Serves what the worker asks of the notebook."""

    def __init__(self, shell, channel, outbox):
        self._shell, self._channel, self._outbox = shell, channel, outbox
        self._loop = asyncio.new_event_loop()
        self._calls = None
        self._owed = 0  # replies on their way to calls back that have been given up
        self._lock = threading.Lock()

    def serve(self):
        """Serve until the connection closes."""
        while True:
            try:
                kind, body = self._channel.receive()
            except (wire.Closed, wire.Malformed):
                return
            except BaseException:  # a signal handler of the student's raised between two cells
                continue
            if kind == wire.CELL:
                report = run_cell(self._shell, self._loop, wire.unpacked(body)["source"])
                self._stay_alone()
                for stream in (sys.__stdout__, sys.__stderr__):
                    _flush(stream)
                self._outbox.done(report)
            elif kind == wire.ASK:
                if self._calls is None:
                    self._calls = CallServer(self._shell.user_ns, self._call_back)
                answer = self._calls.answer(body)
                self._stay_alone()
                self._outbox.answer(answer)
            elif kind == wire.REPLY:
                self._owed -= 1
            else:
                return

    def _call_back(self, body):
        """Ask the grader for what one of its functions returns; both are bytes."""
        if not self._outbox.owned():
            raise RuntimeError("this function works in the notebook's own process only")
        with self._lock:
            self._owed += 1
            self._outbox.send(wire.CALLBACK, body)
            while True:
                kind, reply = self._channel.receive()
                if kind != wire.REPLY:
                    raise RuntimeError("no reply")
                self._owed -= 1
                if not self._owed:
                    return reply

    def _stay_alone(self):
        if not self._outbox.owned():
            os._exit(0)  # the student's code forked, and this is the copy


def _flush(stream):
    try:
        stream.flush()
    except BaseException:  # the student may have closed or replaced it
        return
