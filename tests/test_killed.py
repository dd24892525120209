"""Processes killed from outside while a submission is graded: no student loses a mark by it."""

import logging
import os
import signal
import threading
import time

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.execute.run_cells import ExecuteSubmission
from autograder.sandbox import isolation

SLOW = ["import time, os", "time.sleep(1)\nx = 5", "def double(n):\n    return 2 * n"]


def _notebook(sources):
    cells = [new_code_cell(source) for source in sources]
    test = new_code_cell("float(double(4))")
    test.metadata.nbgrader = {"grade_id": "test", "grade": True, "solution": False, "locked": True}
    return new_notebook(cells=[*cells, test])


def _graded(sources, name, kill=None):
    """(notebook, value of the test cell, what was logged), killing some of what was started."""
    heard = logging.Logger("heard")
    lines = []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(record.getMessage())
    heard.addHandler(handler)
    execute = ExecuteSubmission(timeout=20, isolation=name, log=heard)
    execute.preprocess(_notebook(["1"]), {"nbgrader": {}})  # the worker is there now
    before = {process.pid for process in psutil.Process().children(recursive=True)}

    def after_a_while():
        time.sleep(0.5)
        now = psutil.Process().children(recursive=True)
        kill([p for p in now if p.pid in before], [p for p in now if p.pid not in before])

    killer = threading.Thread(target=after_a_while)
    if kill is not None:
        killer.start()
    notebook, resources = execute.preprocess(_notebook(sources), {"nbgrader": {}})
    if kill is not None:
        killer.join()
    end = resources["nbgrader"]["test_cells"]["test"]
    return notebook, end.value, lines


WHOM = {
    "the notebook's process": lambda worker, started: os.kill(started[-1].pid, signal.SIGKILL),
    "the worker": lambda worker, started: os.kill(worker[-1].pid, signal.SIGKILL),
    "what the worker runs in": lambda worker, started: os.kill(worker[0].pid, signal.SIGKILL),
}


@pytest.mark.parametrize("name", [n for n in isolation.NAMES if isolation.works(n)])
@pytest.mark.parametrize("whom", WHOM)
def test_what_is_killed_from_outside_is_run_once_more(name, whom):
    notebook, value, lines = _graded(SLOW, name, WHOM[whom])
    assert value == 8.0
    assert not [o for cell in notebook.cells for o in cell.outputs if o.output_type == "error"]
    assert sum("all is run once more" in line for line in lines) == 1


@pytest.mark.parametrize(
    ("source", "again", "said"),
    [
        ("os.kill(os.getpid(), 9)", True, "SIGKILL"),
        ("os._exit(3)", False, "exit status 3"),
        ("os.kill(os.getpid(), 11)", False, "SIGSEGV"),
    ],
)
def test_what_ends_itself_has_no_more_than_before(source, again, said):
    """Whoever kills itself is run twice, and does it twice."""
    name = isolation.choose("auto")
    notebook, value, lines = _graded(["import os", source, "def double(n): return 2 * n"], name)
    (error,) = [o for o in notebook.cells[1].outputs if o.output_type == "error"]
    assert said in error.evalue
    assert value == 8.0  # the cells after it run in a process that is started anew
    assert any("all is run once more" in line for line in lines) is again
