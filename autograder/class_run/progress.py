"""How far a class is: a bar on a terminal, a line a submission in a log."""

import sys
import time

from tqdm import tqdm


class _Bar(tqdm):
    """Without the thread that tqdm starts to watch its bars: this process is copied."""

    monitor_interval = 0


class Progress:
    """Counts submissions. Use it as a context; words: what is done to them, as "graded"."""

    def __init__(self, total, stream=sys.stderr):
        self._total, self._stream = total, stream
        self._done, self._started = 0, time.monotonic()
        self._bar = _Bar(total=total, unit=" students", file=stream) if stream.isatty() else None

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        if self._bar is not None:
            self._bar.close()

    def done(self, name, words=""):
        """One more is done; words: what became of it."""
        self._done += 1
        if self._bar is not None:
            self._bar.set_postfix_str(name[:30], refresh=False)
            self._bar.update()
            return
        self._write(f"{self._done}/{self._total} {name}: {words}; {self._left()}")

    def look(self, name, words):
        """A person should look at this student."""
        self._write(f"LOOK {name}: {words}")

    def _left(self):
        rest = self._total - self._done
        if not rest:
            return "that is all"
        seconds = rest * (time.monotonic() - self._started) / self._done
        minutes = f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
        return f"about {minutes} left"

    def _write(self, line):
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)
