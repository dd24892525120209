"""Running a notebook's cells without Jupyter's messaging: a warm worker forks a child a notebook.

In the grading process:
    launcher   starts the worker, asks it for a notebook, sends the cells one by one
    outputs    what arrives, turned into a notebook's outputs
In the worker, which imports everything once (preload):
    worker     serves the launcher
    running    a running notebook: passes on its outputs, keeps time, notices its death
    processes  ends what a notebook has left over
In the child, which runs one notebook:
    child      prepares the process, serves the worker. A sandbox belongs into its enter_notebook,
               which runs before any of the student's code
    cell_shell the IPython shell
    outbox     what a cell shows, on its way out
Between them all: wire, frames on a socket.
"""
