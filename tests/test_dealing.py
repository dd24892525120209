"""Dealing tasks to processes that may be lost."""

import functools
import os
import signal
import time

import pytest

from autograder.class_run.dealing import ExecutorLost, Fault, deal
from autograder.class_run.pool import LocalPool


def _square(poison, log, number):
    with open(log, "a") as file:
        file.write(f"{number}\n")
    if number == poison:
        os.kill(os.getpid(), signal.SIGKILL)
    if number < 0:
        raise ValueError(f"no {number}")
    return number * number


def _dealt(tasks, log, poison=None, width=2):
    function = functools.partial(_square, poison, str(log))
    return dict(deal(tasks, function, LocalPool(width)))


def test_everything_is_done_once(tmp_path):
    log = tmp_path / "log"
    assert _dealt(range(20), log) == {n: n * n for n in range(20)}
    assert sorted(map(int, log.read_text().split())) == list(range(20))


def test_an_exception_is_a_fault_of_its_task_alone(tmp_path):
    found = _dealt([1, -2, 3], tmp_path / "log")
    assert found == {1: 1, -2: Fault("ValueError: no -2"), 3: 9}


def test_what_loses_its_process_is_left_in_the_end_and_costs_nobody_else(tmp_path):
    log = tmp_path / "log"
    found = _dealt(range(12), log, poison=5)
    assert isinstance(found.pop(5), Fault)
    assert found == {n: n * n for n in range(12) if n != 5}
    runs = log.read_text().split()
    assert runs.count("5") == 4
    # Those that were out with it are done again, beside others; nobody else is.
    assert all(runs.count(str(n)) <= 2 for n in range(12) if n != 5)


def test_no_process_is_left(tmp_path):
    import multiprocessing

    dealing = deal(range(8), functools.partial(_square, None, str(tmp_path / "log")), LocalPool(2))
    next(dealing)
    dealing.close()  # as an interrupt does
    until = time.monotonic() + 5
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.01)
    assert not multiprocessing.active_children()


def test_an_executor_that_gives_up_ends_the_run():
    from concurrent.futures import Executor, Future

    class GivesUp(Executor):
        def submit(self, function, /, *arguments):
            future = Future()
            future.cancel()
            future.set_running_or_notify_cancel()
            return future

    class Pool(LocalPool):
        def open(self, alone=False):
            return GivesUp()

    with pytest.raises(ExecutorLost):
        list(deal([1], len, Pool(1)))
