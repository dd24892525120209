"""Running a notebook's cells apart: a warm worker forks a child a notebook, which confines itself.

In the grading process:
    policy      what students' code may have: limits, files, environment
    isolation   which isolations work here, and which is taken
    launcher    starts the worker, asks it for a notebook
    notebook    a running notebook: its cells, and the calls of its functions
    start       how a process is started under an isolation; bubblewrap: that one's command line
    runtime     the private copy of what runs inside
    watch       the memory and the number of a notebook's processes, from outside
In the worker, which imports everything once and nothing of the course (inside/):
    preload     what it imports
    worker      serves the launcher
    running     a running notebook: passes frames on, keeps time, notices its death
    scratch     the folders that a notebook may write
    leftovers   ends what a notebook has left over
In the child, which runs one notebook (inside/):
    child       prepares the process, serves the worker
    confine     takes all rights away, with landlock, seccomp and syscalls
    cell_shell  the IPython shell; shell_command: its `!command`
    outbox      what a cell shows, on its way out
    probe       tries an isolation
Between them all: wire, frames on a socket; and folders, that students' code has filled.
"""
