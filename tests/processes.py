"""Processes that tests start, or wait for."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil

ENVIRONMENT = os.environ | {
    "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    "OPENBLAS_NUM_THREADS": "1",
}


def nbgrader(folder, *arguments):
    """Run one of nbgrader's commands as an instructor does; returns the finished process."""
    return _run(folder, "nbgrader", *arguments)


def autograder(folder, *arguments):
    """The same for one of our own commands."""
    return _run(folder, "autograder", *arguments)


def _run(folder, module, *arguments):
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def gone(pid):
    """Whether a process ends within five seconds."""
    for _ in range(500):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.01)
    return False
