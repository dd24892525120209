"""What a piece of work costs on this machine."""

import time
from dataclasses import dataclass

import psutil

# Background work above this share of the machine makes the figures worthless.
QUIET = 0.08


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time, and of CPU on all cores together."""

    wall: float
    cpu: float


class Meter:
    """Measures a block: `with Meter() as meter: ...`, then meter.cost.

    The CPU is the machine's own count of all that ran meanwhile. Adding up processes would leave
    out those that end in a namespace of their own, as a sandbox's do.
    """

    def __enter__(self):
        self._wall, self._busy = time.monotonic(), _busy()
        return self

    def __exit__(self, *failure):
        self.cost = Cost(time.monotonic() - self._wall, _busy() - self._busy)


def background(seconds=3.0):
    """The share of the machine's cores that is busy while nothing is asked of it, 0 to 1."""
    with Meter() as meter:
        time.sleep(seconds)
    return meter.cost.cpu / meter.cost.wall / psutil.cpu_count()


def _busy():
    times = psutil.cpu_times()
    return sum(times) - times.idle - getattr(times, "iowait", 0) - getattr(times, "guest", 0)
