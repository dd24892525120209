"""A class of any size on any number of cores, played through with measured costs."""

import heapq
import itertools
from dataclasses import dataclass


@dataclass(frozen=True)
class Costs:
    """Seconds. start: until the first submission is begun. find_out: to hash one submission and
    look its result up. execute: CPU of one submission each, a tuple to be gone through in turn.
    record: of the one process that writes the gradebook.
    """

    start: float
    find_out: float
    execute: tuple
    record: float


@dataclass(frozen=True)
class Played:
    """What came of it. seconds: of the run. bottleneck: what the rest waited for most."""

    submissions: int
    cores: int
    seconds: float
    executing: float
    recording: float
    bottleneck: str


def play(costs, submissions, cores):
    """Play a run through; returns what came of it.

    Finding out comes first, in one process. Then each core executes one submission after the
    other, and one process records what is done, in the order in which it is done.
    """
    begin = costs.start + costs.find_out * submissions
    free = [begin] * cores
    heapq.heapify(free)
    done = []
    for seconds in itertools.islice(itertools.cycle(costs.execute), submissions):
        end = heapq.heappop(free) + seconds
        heapq.heappush(free, end)
        done.append(end)
    recorded = begin
    for end in sorted(done):
        recorded = max(recorded, end) + costs.record
    parts = {
        "finding out what to do": begin,
        "executing": max(done) - begin,
        "recording": costs.record * submissions,
    }
    return Played(
        submissions,
        cores,
        recorded,
        parts["executing"],
        parts["recording"],
        max(parts, key=parts.get),
    )
