"""A running notebook, seen from the grading process, which believes nothing that it says."""

import contextlib
import math
import time
from dataclasses import dataclass

from autograder.sandbox import wire
from autograder.sandbox.watch import LOOK

# A worker that says nothing for this long beyond a limit has been stopped or worse.
PATIENCE = 60


class Died(Exception):
    """The notebook's process ended, or could not go on; the message says why."""


class TimedOut(Exception):
    """A request was not answered within its time; the notebook's process is no more."""

    def __init__(self, seconds):
        super().__init__(f"no answer within {seconds:g} s")
        self.seconds = seconds


class _Lost(Exception):
    """The worker is gone, or not to be understood."""


@dataclass(frozen=True)
class CellEnd:
    """How a cell ended.

    error: None or a dictionary of ename, evalue and traceback. died: why the process that ran
    the notebook ended with it, or "".
    """

    execution_count: int | None = None
    error: dict | None = None
    timed_out: bool = False
    died: str = ""


class Notebook:
    """A notebook running in the worker's child.

    lost: whether the worker is gone. ended: why the notebook's process is gone, or "".
    unexplained: whether somebody else may have ended it: it was killed, and no limit exceeded.
    """

    def __init__(self, channel, watch):
        """watch: a Watch over the notebook's processes."""
        self._channel, self._watch = channel, watch
        self.lost, self.ended, self.unexplained = False, "", False

    def pids(self):
        """The ids of its processes just now."""
        return self._watch.pids()

    def run(self, source, seconds, grace, outputs):
        """Run one cell; returns a CellEnd.

        seconds: its limit, or None. grace: seconds between its interrupt and its end.
        outputs: a NotebookOutputs that takes what it shows.
        """
        if self.ended:
            return CellEnd(died=self.ended)
        count = None
        until = None if seconds is None else time.monotonic() + seconds + grace + PATIENCE
        try:
            request = {"source": source, "seconds": seconds, "grace": grace}
            self._channel.send(wire.CELL, request)
            while True:
                kind, body = self._receive(until)
                found = wire.unpacked(body)
                if kind == wire.OUTPUT:
                    outputs.add(found, len(body))
                elif kind == wire.BEGIN:
                    count = outputs.numbered(found.get("execution_count"))
                elif kind == wire.DONE:
                    error = found.get("error")
                    error = error if isinstance(error, dict) else None
                    return CellEnd(count, error, found.get("timed_out") is True)
                elif kind == wire.DIED:
                    self._has_died(found)
                    return CellEnd(count, None, found.get("timed_out") is True, self.ended)
                else:
                    raise _Lost(f"a frame of kind {kind}")
        except wire.Malformed as error:
            self._stop(f"it sent something unreadable, {error}")
        except Died:
            pass
        except (wire.Closed, _Lost) as error:
            self._lose(error)
        return CellEnd(count, died=self.ended)

    def ask(self, body, seconds, answer_callback):
        """Send one request to the candidate's server in the child; returns its answer.

        seconds: its limit, or None. answer_callback(body) is called for what the child asks in
        turn, in this process and within the same `seconds`; it returns the reply. Bodies are
        bytes or like them. Raises Died, TimedOut, and what answer_callback raises; after any of
        these the notebook's process is no more.
        """
        if self.ended:
            raise Died(self.ended)
        seconds = math.inf if seconds is None else seconds
        until = time.monotonic() + seconds + PATIENCE
        try:
            self._channel.send(wire.ASK, (wire.SECONDS.pack(seconds), body))
            while True:
                kind, found = self._receive(until)
                if kind == wire.ANSWER:
                    return found
                if kind == wire.CALLBACK:
                    self._channel.send(wire.REPLY, self._called_back(answer_callback, found))
                elif kind == wire.LATE:
                    self.ended = f"it did not answer within {seconds:g} s"
                    raise TimedOut(seconds)
                elif kind == wire.DIED:
                    self._has_died(wire.unpacked(found))
                    raise Died(self.ended)
                else:
                    raise _Lost(f"a frame of kind {kind}")
        except (wire.Closed, wire.Malformed, _Lost) as error:
            self._lose(error)
            raise Died(self.ended) from error

    def end(self):
        """End its processes and wipe what they have left."""
        if self.lost:
            return
        try:
            self._channel.send(wire.END)
            until = time.monotonic() + PATIENCE
            while True:
                kind, body = self._next(until)
                if kind == wire.ENDED:
                    break
            # Never a next notebook where something of this one is left.
            self.lost = wire.unpacked(body).get("clean") is not True
        except (wire.Closed, wire.Malformed, _Lost):
            self.lost = True
        if self.lost:
            self._watch.kill()

    def _called_back(self, answer_callback, body):
        try:
            return answer_callback(body)
        except BaseException:
            self._stop("the grader could not answer what it called back")
            raise

    def _receive(self, until):
        """The next frame from the worker; the notebook's processes are watched meanwhile."""
        while True:
            complaint = self._watch.complaint()
            if complaint:
                self._stop(f"it {complaint}")
                raise Died(self.ended)
            with contextlib.suppress(TimeoutError):
                return self._channel.receive(LOOK)
            _check(until)

    def _next(self, until):
        while True:
            with contextlib.suppress(TimeoutError):
                return self._channel.receive(LOOK)
            _check(until)

    def _stop(self, why):
        """Have the worker kill the notebook's processes."""
        self.ended = why
        try:
            self._channel.send(wire.STOP)
            until = time.monotonic() + PATIENCE
            while self._next(until)[0] != wire.STOPPED:
                pass
        except (wire.Closed, wire.Malformed, _Lost):
            self.lost = True
            self._watch.kill()

    def _has_died(self, report):
        self.ended = str(report.get("why"))
        self.unexplained = report.get("unexplained") is True

    def _lose(self, error):
        self.lost, self.ended = True, f"the worker is gone too, {error}"
        self.unexplained = True
        self._watch.kill()


def _check(until):
    if until is not None and time.monotonic() > until:
        raise _Lost("it says nothing any more")
