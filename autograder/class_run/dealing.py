"""Dealing tasks out to an executor, and again when a process that had them is lost."""

import collections
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, wait
from dataclasses import dataclass

# How often a task's process may be lost beside others', and then alone, before the task is left.
TOGETHER, ALONE = 2, 2


class ExecutorLost(Exception):
    """All processes are gone and none can be had; what was done is done."""


@dataclass(frozen=True)
class Fault:
    """Why there is no result for a task: the grader's doing, not the student's."""

    reason: str


def in_a_line(error):
    """An exception's name and the first line of what it says."""
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"


def deal(tasks, function, pool):
    """Yield (task, function(task) or Fault) as they come.

    pool: opens executors (autograder.class_run.pool.LocalPool, cluster.ClusterPool). What is lost
    with a process is done again; what loses its process time after time is done alone, so that no
    other submission suffers, and left in the end. Raises ExecutorLost.
    """
    waiting, alone = collections.deque(tasks), collections.deque()
    lost = collections.Counter()
    while waiting or alone:
        broken = yield from _until_broken(waiting or alone, function, pool, alone=not waiting)
        for task in broken:
            lost[task] += 1
            if lost[task] < TOGETHER:
                waiting.append(task)
            elif lost[task] < TOGETHER + ALONE:
                alone.append(task)
            else:
                yield task, Fault("the process that graded it ended, again and again")


def _until_broken(queue, function, pool, alone):
    """Deal from the queue until it is empty or a process is lost; returns the tasks lost."""
    flying, broken = {}, []
    with pool.open(alone) as executor:
        while flying or (queue and not broken):
            try:
                while queue and not broken and len(flying) < pool.room(alone):
                    future = executor.submit(function, queue[0])
                    flying[future] = queue.popleft()
            except BrokenExecutor:
                if not flying:  # it was lost while there was nothing to do
                    break
            done, _ = wait(flying, return_when=FIRST_COMPLETED)
            for future in done:
                task = flying.pop(future)
                if future.cancelled():
                    raise ExecutorLost("the executor gave its tasks up")
                error = future.exception()
                if isinstance(error, BrokenExecutor):
                    broken.append(task)
                elif error is not None:
                    yield task, Fault(in_a_line(error))
                else:
                    yield task, future.result()
    return broken
