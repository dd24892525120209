"""A notebook that is running, seen from the worker: keeps time, and notices when it dies."""

import codecs
import contextlib
import os
import select
import signal
import socket
import time

from autograder.sandbox import wire
from autograder.sandbox.inside.child import run_notebook
from autograder.sandbox.inside.outbox import STREAM_CHARACTERS
from autograder.sandbox.inside.processes import die_with_parent, end_all, interrupt, status_of

# A pipe holds no more than this on the systems we know: one read empties it.
PIPE = 1 << 20
# How often to look whether somebody has died without a sound, in seconds.
LOOK = 0.5
START_SECONDS = 60


class LauncherGone(Exception):
    """The grading process ended."""


class RunningNotebook:
    """A forked child, and the pipes of what it writes past Python's streams."""

    def __init__(self, shell, launcher, parent, cwd):
        """launcher: the channel to the grading process, whose id is `parent`."""
        self._launcher, self._parent, self._status = launcher, parent, None
        ours, theirs = socket.socketpair()
        (out, out_end), (err, err_end) = os.pipe(), os.pipe()
        worker = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            die_with_parent(worker)
            launcher.close()
            ours.close()
            os.close(out)
            os.close(err)
            run_notebook(shell, wire.Channel(theirs), cwd, out_end, err_end)
        theirs.close()
        os.close(out_end)
        os.close(err_end)
        self._channel = wire.Channel(ours)
        decoder = codecs.getincrementaldecoder("utf-8")
        self._pipes = {out: ("stdout", decoder("replace")), err: ("stderr", decoder("replace"))}

    def start(self):
        """Wait until it is ready for cells, and tell the launcher; returns whether it is.

        If not, that is the grader's fault: nothing of the student's has run.
        """
        self._room = 0
        deadline = time.monotonic() + START_SECONDS
        try:
            while not (frames := self._frames(deadline)):
                if time.monotonic() > deadline:
                    raise wire.Closed
            ((kind, body),) = frames
            self._launcher.send(kind, wire.unpacked(body) | {"pid": self.pid})
        except wire.Closed:
            kind = wire.DIED
            self._launcher.send(kind, {"why": self._how_it_ended()})
        return kind == wire.STARTED

    def run(self, source, seconds, grace):
        """Run a cell, passing on what it shows, and then DONE, or DIED with the reason.

        seconds: its limit, or None; SIGINT follows, and `grace` seconds later the end.
        Raises LauncherGone.
        """
        self._room = STREAM_CHARACTERS + 1  # one more, which tells that there was more
        deadline = None if seconds is None else time.monotonic() + seconds
        timed_out = False
        try:
            self._channel.send(wire.CELL, {"source": source})
            while True:
                for kind, body in self._frames(deadline):
                    if kind == wire.DONE:
                        self._relay(list(self._pipes))
                        report = wire.unpacked(body) | {"timed_out": timed_out}
                        return self._launcher.send(wire.DONE, report)
                    if kind not in (wire.BEGIN, wire.OUTPUT):
                        raise wire.Malformed(f"a frame of kind {kind}")
                    self._launcher.send(kind, body)
                if deadline is not None and time.monotonic() >= deadline:
                    if timed_out:
                        return self._died("it went on when it was interrupted", timed_out)
                    timed_out, deadline = True, time.monotonic() + grace
                    interrupt(self.pid)
        except wire.Malformed as error:
            self._died(f"it sent something unreadable, {error}", timed_out)
        except wire.Closed:
            self._died(self._how_it_ended(), timed_out)

    def end(self):
        """Kill the child and everything it started."""
        self._channel.close()
        for pipe in self._pipes:
            os.close(pipe)
        end_all(self.pid)

    def _frames(self, deadline):
        """Frames from the child; passes on what came through the pipes meanwhile."""
        wait = LOOK if deadline is None else min(LOOK, max(0, deadline - time.monotonic()))
        ready, _, _ = select.select([self._channel, self._launcher, *self._pipes], [], [], wait)
        if self._launcher in ready or os.getppid() != self._parent:
            raise LauncherGone
        self._relay([pipe for pipe in ready if pipe in self._pipes])
        if self._channel in ready:
            return self._channel.read()
        if self._ended():
            raise wire.Closed  # something that it left behind holds its socket open
        return []

    def _relay(self, pipes):
        for pipe in pipes:
            if not select.select([pipe], [], [], 0)[0]:
                continue
            name, decoder = self._pipes[pipe]
            data = os.read(pipe, PIPE)
            if not data:  # closed at the other end
                del self._pipes[pipe]
                os.close(pipe)
            text = decoder.decode(data)[: self._room]
            if text:
                self._room -= len(text)
                output = {"output_type": "stream", "name": name, "text": text}
                self._launcher.send(wire.OUTPUT, output)

    def _died(self, why, timed_out):
        self._relay(list(self._pipes))
        self._launcher.send(wire.DIED, {"why": why, "timed_out": timed_out})

    def _ended(self):
        if self._status is None:
            self._status = status_of(self.pid)
        return self._status is not None

    def _how_it_ended(self):
        until = time.monotonic() + LOOK
        while not self._ended():
            if time.monotonic() > until:
                return "it closed its connection"
            time.sleep(0.002)
        if self._status >= 0:
            return f"it ended itself, exit status {self._status}"
        with contextlib.suppress(ValueError):  # some signals have no name
            return f"signal {signal.Signals(-self._status).name}"
        return f"signal {-self._status}"
