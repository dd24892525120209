"""Running a notebook's cells apart: a warm worker forks a child a notebook, and confines it.

In the grading process:
    launcher   starts the worker, asks it for a notebook, sends the cells one by one
In the worker, which imports everything once (inside/):
    preload    what it imports
    worker     serves the launcher
    running    a running notebook: passes on its outputs, keeps time, notices its death
    processes  ends what a notebook has left over
In the child, which runs one notebook (inside/):
    child      prepares the process, serves the worker
    cell_shell the IPython shell
    outbox     what a cell shows, on its way out
Between them all: wire, frames on a socket.
"""
