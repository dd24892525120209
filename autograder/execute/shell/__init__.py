"""Running a notebook's cells without Jupyter's messaging: a warm worker forks a child a notebook.

launcher   in the grading process: starts the worker, asks it for a notebook, sends cells
worker     the worker process: imports everything once, forks, keeps time, kills what is left over
child      the forked process: one notebook's cells in an IPython shell
cell_shell that shell, with its outputs going to an outbox
outbox     what a cell shows, on its way out of the child
wire       frames on a socket, between all three
outputs    what arrives, turned into a notebook's outputs

A sandbox belongs into child.enter_notebook, which runs before any of the student's code.
"""
