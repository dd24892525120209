"""One submission's process in the sandbox: started anew, with its cells run again, when it dies."""

import contextlib
import time

from autograder.candidate import remote
from autograder.execute.outputs import NotebookOutputs
from autograder.sandbox.launcher import CellEnd, Died, TimedOut, shared_worker

# A cell that did not end within its limit is run this long when cells are run again: what it
# defines before it hangs is wanted, the hanging is not.
AGAIN_SECONDS = 2.0


class StudentRun:
    """Runs a submission's cells and answers for its functions (autograder.candidate.remote).

    epoch: how often its process had to be started anew. restarts: how often that may be.
    submission_seconds: the limit for everything together, None for none. unexplained: whether it
    has ended in a way that need not be the student's doing.
    """

    def __init__(self, setting, grace, restarts, submission_seconds, log):
        self._worker = shared_worker(setting)
        self._grace, self._restarts, self._log = grace, restarts, log
        self._until = None if submission_seconds is None else time.monotonic() + submission_seconds
        self._cell_until = None
        self._notebook, self._stack = None, contextlib.ExitStack()
        self._done = []
        self.epoch = 0
        self.why_dead, self.unexplained = "", False

    def __enter__(self):
        self._start()
        return self

    def __exit__(self, *failure):
        # With the failure: an interrupted worker is ended rather than trusted.
        return self._stack.__exit__(*failure)

    def run_cell(self, source, seconds, outputs):
        """Run one cell of the student's; returns a CellEnd. Never raises for what it does."""
        try:
            self.alive()
        except remote.Died as died:
            return CellEnd(died=str(died))
        seconds = self._left(seconds)
        if seconds is not None and seconds <= 0:
            return CellEnd(died="the time for the whole submission is used up")
        end = self._notebook.run(source, seconds, self._grace, outputs)
        if end.died:
            self._is_dead(end.died)
        else:
            self._done.append((source, min(seconds, AGAIN_SECONDS) if end.timed_out else seconds))
        return end

    @contextlib.contextmanager
    def test_cell(self, seconds):
        """Within the block, the calls of one test cell take `seconds` together at most."""
        self._cell_until = None if seconds is None else time.monotonic() + seconds
        try:
            yield
        finally:
            self._cell_until = None

    def alive(self):
        """See that there is a process, with all cells run so far. Raises remote.Died."""
        if self._notebook is not None:
            return
        if self.epoch >= self._restarts:
            raise remote.Died(
                f"the notebook's process had ended too often, lastly: {self.why_dead}"
            )
        self.epoch += 1
        self._log.warning(
            "the notebook's process ended (%s): started anew, cells run again", self.why_dead
        )
        self._start()
        for source, seconds in self._done:
            seconds = self._left(seconds)
            out_of_time = seconds is not None and seconds <= 0
            if not out_of_time:
                outputs = NotebookOutputs()
                outputs.begin(_Nowhere())
                end = self._notebook.run(source, seconds, self._grace, outputs)
            if out_of_time or end.died:
                self._is_dead("" if out_of_time else end.died)
                raise remote.Died(
                    "the notebook's process ended, and its cells could not be run again"
                )

    def ask(self, body, seconds, call_back):
        """A request to the student's functions; bytes. Raises remote.Died, remote.TimedOut."""
        if self._notebook is None:
            raise remote.Died(self.why_dead)
        limit = self._left(seconds)
        if limit is not None and limit <= 0:
            raise remote.TimedOut("had no time left: the limit of the cell was used up")
        try:
            return self._notebook.ask(body, limit, call_back)
        except TimedOut:
            self._is_dead("it did not answer")
            raise remote.TimedOut(f"did not end within {limit:.0f} s") from None
        except Died as died:
            self._is_dead(str(died))
            raise remote.Died(f"the notebook's process ended: {died}") from None

    def distrust(self, why):
        """End the process: it breaks the protocol."""
        self._is_dead(f"it sent {why}")

    def _start(self):
        self._notebook = self._stack.enter_context(self._worker.notebook())

    def _is_dead(self, why):
        if self._notebook is not None:
            self.unexplained |= self._notebook.unexplained
        self.why_dead, self._notebook = why, None
        self._stack.close()

    def _left(self, seconds):
        untils = [u for u in (self._until, self._cell_until) if u is not None]
        left = [u - time.monotonic() for u in untils]
        if seconds is not None:
            left.append(seconds)
        return min(left, default=None)


class _Nowhere:
    """A cell for outputs that nobody reads."""

    def __init__(self):
        self.outputs, self.execution_count = [], None
