"""A time limit on a call in this process."""

import contextlib
import signal
import threading

AGAIN = 0.05  # seconds


class Expired(BaseException):
    """Raised inside the call when its time is over; not an Exception, so that few catch it."""


@contextlib.contextmanager
def at_most(seconds):
    """Raise Expired in the block after `seconds` of wall time.

    Works in the main thread of systems with interval timers, which a notebook's kernel runs
    cells in; elsewhere there is no limit here, and the cell's own limit holds.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(
        signal, "setitimer"
    ):
        yield
        return

    running = True

    def expire(number, frame):
        if running:
            raise Expired

    before = signal.signal(signal.SIGALRM, expire)
    # It fires again and again: a bare `except:` in a loop swallows the first.
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        running = False
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
