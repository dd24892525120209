"""The forked process: one notebook, from its first cell to its last."""

import asyncio
import os
import random
import resource
import sys
import traceback

import numpy as np

from autograder.sandbox import wire
from autograder.sandbox.inside.cell_shell import attach, run_cell
from autograder.sandbox.inside.outbox import CellStream, Outbox


def run_notebook(shell, channel, cwd, out, err):
    """Run the cells that arrive on the channel; never returns.

    out, err: pipes for what is written past Python's streams, which the worker reads.
    """
    try:
        try:
            enter_notebook(cwd, out, err)
            outbox = Outbox(channel)
            sys.stdout = CellStream(outbox, "stdout", 1)
            sys.stderr = CellStream(outbox, "stderr", 2)
            attach(shell, outbox, os.getcwd())
        except Exception:
            channel.send(wire.DIED, {"why": traceback.format_exc()})
        else:
            channel.send(wire.STARTED)
            _serve(shell, channel, outbox)
    except BaseException:  # a cell has broken what runs it
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(0)


def enter_notebook(cwd, out, err):
    """Make the process what the student's code may find: folder, streams, randomness, limits.

    The protocol has a descriptor of its own, so that nothing printed can end up in it.
    """
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.close(out)
    os.close(err)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _look_for_modules_here(cwd)
    sys.argv = [""]
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    # All children are copies of one process: without this they would draw the same numbers.
    np.random.seed(int.from_bytes(os.urandom(4), "big"))
    random.seed()


def _look_for_modules_here(cwd):
    """Change to the folder and import from it, after the standard library, as a kernel does."""
    if sys.path[0] == os.getcwd():  # where the worker was started
        del sys.path[0]
    os.chdir(cwd)
    names = [os.path.basename(path) for path in sys.path]
    places = [i for i, name in enumerate(names) if name in ("site-packages", "dist-packages")]
    sys.path.insert(min(places, default=len(names)), "")


def _serve(shell, channel, outbox):
    loop = asyncio.new_event_loop()
    while True:
        try:
            kind, body = channel.receive()
        except (wire.Closed, wire.Malformed):
            return
        except BaseException:  # a signal handler of the student's raised between two cells
            continue
        if kind != wire.CELL:
            return
        report = run_cell(shell, loop, wire.unpacked(body)["source"])
        if not outbox.owned():
            os._exit(0)  # the cell forked, and this is the copy
        for stream in (sys.__stdout__, sys.__stderr__):
            _flush(stream)
        outbox.done(report)


def _flush(stream):
    try:
        stream.flush()
    except BaseException:  # the student may have closed or replaced it
        return
