"""The worker process: python -m autograder.sandbox.inside.worker DESCRIPTOR PARENT.

launcher.Worker starts it with one end of a socket; it ends when the other end does.
"""

import os
import select
import signal
import socket
import sys
import tempfile

from autograder.sandbox import wire
from autograder.sandbox.inside.cell_shell import make_shell
from autograder.sandbox.inside.preload import assert_may_fork, preload
from autograder.sandbox.inside.processes import become_subreaper
from autograder.sandbox.inside.running import LOOK, LauncherGone, RunningNotebook


def main(descriptor, parent):
    """Serve the grading process `parent`, connected at `descriptor`, until it closes or ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the grading process sees to Ctrl-C
    become_subreaper()
    launcher = wire.Channel(socket.socket(fileno=descriptor))
    with tempfile.TemporaryDirectory() as folder:  # needs none once it exists
        shell = make_shell(folder)
    preload()
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
    notebook = RunningNotebook(shell, launcher, parent, wire.unpacked(body)["cwd"])
    try:
        if not notebook.start():
            return
        while True:
            kind, body = _next_request(launcher, parent)
            if kind != wire.CELL:
                break
            cell = wire.unpacked(body)
            notebook.run(cell["source"], cell["seconds"], cell["grace"])
    finally:
        notebook.end()
    launcher.send(wire.ENDED)


def _next_request(launcher, parent):
    # A copy of the other end in some third process would keep the socket open: look, too.
    while not select.select([launcher], [], [], LOOK)[0]:
        if os.getppid() != parent:
            raise LauncherGone
    return launcher.receive()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
