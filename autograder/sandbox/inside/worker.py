"""The worker process: python -m autograder.sandbox.inside.worker DESCRIPTOR PARENT FOLDER...

launcher.Worker starts it with one end of a socket; it ends when the other end does.
"""

import os
import select
import signal
import socket
import sys
import tempfile
import traceback

from autograder.sandbox import wire
from autograder.sandbox.inside.cell_shell import make_shell
from autograder.sandbox.inside.preload import assert_may_fork, forget_the_course, preload
from autograder.sandbox.inside.processes import become_subreaper
from autograder.sandbox.inside.running import LOOK, LauncherGone, RunningNotebook
from autograder.sandbox.policy import Confinement


def main(descriptor, parent, folders):
    """Serve the grading process connected at `descriptor` until it closes or ends.

    parent: its id, or 0 where that is not to be seen. folders: the Python installation; nothing
    is imported from elsewhere.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grading process sees to Ctrl-C
    become_subreaper()
    launcher = wire.Channel(socket.socket(fileno=descriptor))
    forget_the_course(folders)
    with tempfile.TemporaryDirectory() as folder:  # needs none once it exists
        shell = make_shell(folder)
    preload()
    launcher.send(wire.READY)
    try:
        while True:
            _serve_notebook(shell, launcher, parent)
    except (wire.Closed, LauncherGone):
        return


def _serve_notebook(shell, launcher, parent):
    kind, body = _next_request(launcher, parent)
    if kind != wire.NOTEBOOK:
        return
    assert_may_fork()
    plan = Confinement.from_json(wire.unpacked(body))
    try:
        notebook = RunningNotebook(shell, launcher, parent, plan)
    except OSError:
        launcher.send(wire.DIED, {"why": traceback.format_exc()})
        return
    try:
        problem = notebook.start()
        if problem:
            launcher.send(wire.DIED, {"why": problem})
        else:
            launcher.send(wire.STARTED)
            _serve_cells(notebook, launcher, parent)
    finally:
        clean = notebook.end()
    launcher.send(wire.ENDED, {"clean": clean})


def _serve_cells(notebook, launcher, parent):
    while True:
        kind, body = _next_request(launcher, parent)
        if kind == wire.CELL:
            cell = wire.unpacked(body)
            notebook.run(cell["source"], cell["seconds"], cell["grace"])
        elif kind == wire.ASK:
            seconds = wire.SECONDS.unpack_from(body)[0]
            notebook.ask(memoryview(body)[wire.SECONDS.size :], seconds)
        elif kind == wire.STOP:
            notebook.stop()
        elif kind != wire.REPLY:  # one that came too late
            return


def _next_request(launcher, parent):
    # A copy of the other end in some third process would keep the socket open: look, too.
    while not select.select([launcher], [], [], LOOK)[0]:
        if parent and os.getppid() != parent:
            raise LauncherGone
    return launcher.receive()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
