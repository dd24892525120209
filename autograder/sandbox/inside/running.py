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
from autograder.sandbox.inside.leftovers import end_processes, wipe
from autograder.sandbox.inside.outbox import STREAM_CHARACTERS
from autograder.sandbox.inside.processes import ended, interrupt
from autograder.sandbox.inside.scratch import Scratch

# A pipe holds no more than this on the systems we know: one read empties it.
PIPE = 1 << 20
# How often to look whether somebody has died without a sound, in seconds.
LOOK = 0.5
START_SECONDS = 60
KILLED = "signal SIGKILL"


class LauncherGone(Exception):
    """The grading process ended."""


class Ended(Exception):
    """The notebook cannot go on; the message says why."""


class Late(Exception):
    """A request was not answered in its time."""


class Stopped(Exception):
    """The launcher has had enough of this notebook."""


class RunningNotebook:
    """A forked child, its scratch, and the pipes of what it writes past Python's streams."""

    def __init__(self, shell, launcher, parent, plan):
        """launcher: the channel to the grading process, whose id is `parent` (0: not known).

        plan: a Confinement. Raises OSError where the scratch cannot be made.
        """
        self._launcher, self._parent, self._plan = launcher, parent, plan
        self._status = self._reply = None
        self._over = False
        self._scratch = Scratch(plan)
        self._scratch.make()
        ours, theirs = socket.socketpair()
        (out, out_end), (err, err_end) = os.pipe(), os.pipe()
        worker = os.getpid()
        self.pid = os.fork()
        if self.pid == 0:
            channel = wire.Channel(theirs)
            run_notebook(shell, channel, plan, self._scratch, worker, out_end, err_end)
        theirs.close()
        os.close(out_end)
        os.close(err_end)
        self._channel = wire.Channel(ours)
        decoder = codecs.getincrementaldecoder("utf-8")
        self._pipes = {out: ("stdout", decoder("replace")), err: ("stderr", decoder("replace"))}
        self._room = 0

    def start(self):
        """Wait until it is ready for cells; returns "", or what prevents it.

        That is the grader's fault: nothing of the student's has run.
        """
        deadline = time.monotonic() + START_SECONDS
        try:
            while (frame := self._next_frame(deadline)) is None:
                if time.monotonic() > deadline:
                    return "it did not start"
            kind, body = frame
            return "" if kind == wire.STARTED else str(wire.unpacked(body).get("why"))
        except (wire.Closed, wire.Malformed, Ended):
            return self._how_it_ended()

    def run(self, source, seconds, grace):
        """Run a cell, passing on what it shows, and then DONE, or DIED with the reason.

        seconds: its limit, or None; SIGINT follows, and `grace` seconds later the end.
        Raises LauncherGone.
        """
        self._room = STREAM_CHARACTERS + 1  # one more, which tells that there was more
        timed_out = False
        with self._surviving(lambda: timed_out):
            deadline = None if seconds is None else time.monotonic() + seconds
            try:
                self._send(wire.CELL, wire.packed({"source": source}), deadline)
            except Late:
                raise Ended("it did not take its next cell") from None
            while True:
                kind, body = self._next_frame(deadline) or (None, None)
                if kind == wire.DONE:
                    self._relay(list(self._pipes))
                    report = wire.unpacked(body) | {"timed_out": timed_out}
                    return self._launcher.send(wire.DONE, report)
                if kind in (wire.BEGIN, wire.OUTPUT):
                    self._launcher.send(kind, body)
                elif kind is not None:
                    raise wire.Malformed(f"a frame of kind {kind}")
                if deadline is not None and time.monotonic() >= deadline:
                    if timed_out:
                        raise Ended("it went on when it was interrupted")
                    timed_out, deadline = True, time.monotonic() + grace
                    interrupt(self.pid)

    def ask(self, body, seconds):
        """Pass on one request and its answer, and what is called back meanwhile.

        Sends ANSWER, DIED with the reason, or LATE if `seconds` go by; then the child is killed.
        """
        self._room = 0  # what a call prints is nobody's output
        deadline = time.monotonic() + seconds
        with self._surviving(lambda: False):
            self._send(wire.ASK, body, deadline)
            while True:
                kind, found = self._next_frame(deadline) or (None, None)
                if kind == wire.ANSWER:
                    return self._launcher.send(kind, found)
                if kind == wire.CALLBACK:
                    self._launcher.send(kind, found)
                    self._send(wire.REPLY, self._next_reply(deadline), deadline)
                elif kind not in (None, wire.BEGIN, wire.OUTPUT):
                    raise wire.Malformed(f"a frame of kind {kind}")
                if time.monotonic() >= deadline:
                    raise Late

    def stop(self):
        """Kill the child and everything it started, and say so."""
        self._kill()
        self._launcher.send(wire.STOPPED)

    def end(self):
        """Kill the child and everything it started, wipe its scratch; whether that was possible."""
        self._channel.close()
        for pipe in self._pipes:
            os.close(pipe)
        return self._kill() and wipe(self._scratch, self._plan)

    @contextlib.contextmanager
    def _surviving(self, timed_out):
        """Whatever the child does in the block, the launcher is told how it ended."""
        why, unexplained = "", False
        try:
            if self._over:
                raise Ended("it has ended before")
            yield
            return
        except Stopped:
            return self.stop()
        except Late:
            self._kill()
            return self._launcher.send(wire.LATE)
        except wire.Malformed as error:
            why = f"it sent something unreadable, {error}"
        except Ended as error:
            why = str(error)
        except wire.Closed:
            why = self._how_it_ended()
            # By itself, by the system for want of memory, or by somebody: no telling.
            unexplained = why == KILLED
        self._relay(list(self._pipes))
        self._kill()
        report = {"why": why, "timed_out": timed_out(), "unexplained": unexplained}
        self._launcher.send(wire.DIED, report)

    def _kill(self):
        if not self._over:
            self._over = end_processes(self.pid, self._plan)
        return self._over

    def _send(self, kind, body, deadline):
        self._channel.send(kind, body, lambda: self._wait(deadline, sending=True))

    def _next_frame(self, deadline):
        """A frame from the child, or None if none came just now."""
        frame = self._channel.take()
        if frame is None and self._wait(deadline):
            self._channel.read()
            frame = self._channel.take()
        return frame

    def _next_reply(self, deadline):
        # Nothing is read from the child till then, so that it cannot keep the launcher busy.
        while self._reply is None:
            self._wait(deadline, sending=None)
            if time.monotonic() >= deadline:
                raise Late
        reply, self._reply = self._reply, None
        return reply

    def _wait(self, deadline, sending=False):
        """Wait a moment; returns whether the child has sent something. Raises what has happened.

        sending: True: wait until it takes more; False: until it sends; None: for neither.
        """
        left = LOOK if deadline is None else min(LOOK, max(0, deadline - time.monotonic()))
        child = [self._channel]
        ready, writable, _ = select.select(
            [self._launcher, *self._pipes, *(child if sending is False else [])],
            child if sending else [],
            [],
            left,
        )
        if self._launcher in ready:
            self._hear()
        if self._parent and os.getppid() != self._parent:
            raise LauncherGone
        self._relay([pipe for pipe in ready if pipe in self._pipes])
        if complaint := self._scratch.complaint():
            raise Ended(f"it {complaint}")
        if self._channel in ready:
            return True
        if not writable and self._has_ended():
            raise wire.Closed  # something that it left behind holds its socket open
        if sending and not writable and deadline is not None and time.monotonic() >= deadline:
            raise Late
        return False

    def _hear(self):
        try:
            kind, body = self._launcher.receive()
        except wire.Closed as error:
            raise LauncherGone from error
        if kind == wire.STOP:
            raise Stopped
        if kind == wire.REPLY:
            self._reply = body

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

    def _has_ended(self):
        if self._status is None:
            self._status = ended(self.pid)
        return self._status is not None

    def _how_it_ended(self):
        until = time.monotonic() + LOOK
        while not self._has_ended():
            if time.monotonic() > until:
                return "it closed its connection"
            time.sleep(0.002)
        status, cpu_seconds = self._status
        most = self._plan.limits.cpu_seconds
        if status == -signal.SIGXCPU or (status == -signal.SIGKILL and cpu_seconds >= most):
            return f"it used more than {most} s of CPU"
        if status == -signal.SIGKILL:
            return KILLED
        if status >= 0:
            return f"it ended itself, exit status {status}"
        with contextlib.suppress(ValueError):  # some signals have no name
            return f"signal {signal.Signals(-status).name}"
        return f"signal {-status}"
