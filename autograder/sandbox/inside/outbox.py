"""What a cell shows, on its way out of the child."""

import io
import os
import queue
import threading

from jupyter_client.session import json_packer

from autograder.sandbox import wire

# A cell may show this much; the rest is left out, and the notebook says so.
STREAM_CHARACTERS = 1_000_000
RICH_BYTES = 10_000_000
# A cell's first outputs are waited for, at most so many seconds each: if it crashes then, they
# are on their way. Waiting for all would make a thousand lines slow.
SENT_AT_ONCE, SENT_WITHIN = 100, 0.05
# Every output costs at least this, so that a loop of tiny ones ends too.
RICH_LEAST = 5_000
ERROR_CHARACTERS = 20_000
ERROR_ENDS = 8
ERRORS = 20


class Outbox:
    """Takes outputs from the cell at once and sends them from a thread of its own.

    A cell may be interrupted at any moment; a frame cut in two would be the end of the
    notebook. Signals reach the main thread only, so frames are sent in another, and a cell only
    puts things into a queue, which cannot be interrupted half-way. The queue stays small because
    outputs are counted before they go in.
    """

    def __init__(self, channel):
        self._channel = channel
        self._queue = queue.SimpleQueue()
        self._owner = os.getpid()
        self._sending = threading.Lock()
        self._streamed = self._rich = self._errors = self._waited = 0
        threading.Thread(target=self._send_all, daemon=True, name="outbox").start()

    def owned(self):
        """Whether this is still the child itself, not a process that the cell forked."""
        return os.getpid() == self._owner

    def begin(self, execution_count):
        """A cell starts: counting starts again."""
        self._streamed = self._rich = self._errors = self._waited = 0
        self._put(wire.BEGIN, wire.packed({"execution_count": execution_count}))

    def write(self, name, text):
        """Text for a stream, "stdout" or "stderr"."""
        room = STREAM_CHARACTERS + 1 - self._streamed  # one more, which tells that there was more
        if room > 0 and text:
            self._streamed += len(text)
            self._put(name, text[:room])

    def show(self, output):
        """An output other than a stream. Raises TypeError or ValueError if it is not JSON."""
        if not self.owned() or self._rich > RICH_BYTES:
            return
        # As Jupyter packs it; undecodable file names come out as bytes that are no UTF-8.
        body = json_packer(output).decode("utf-8", "replace").encode()
        self._rich += max(len(body), RICH_LEAST)
        if self._rich > RICH_BYTES:
            body = wire.packed({"output_type": "left_out"})
        self._put(wire.OUTPUT, body)

    def error(self, ename, evalue, traceback):
        """An exception, as a notebook shows it."""
        self._errors += 1
        if self.owned() and self._errors <= ERRORS:
            self._put(wire.OUTPUT, wire.packed(error_output(ename, evalue, traceback)))

    def done(self, body):
        """The cell is over."""
        self.send(wire.DONE, wire.packed(body))

    def send(self, kind, body):
        """Send a frame after all that was shown before it."""
        self._queue.put((kind, body))

    def answer(self, body):
        """Send an answer at once: between two calls nothing interrupts it."""
        with self._sending:
            self._channel.send(wire.ANSWER, body)

    def _put(self, kind, body):
        self._queue.put((kind, body))
        if self._waited < SENT_AT_ONCE:
            self._waited += 1
            sent = threading.Event()
            self._queue.put((None, sent))
            sent.wait(SENT_WITHIN)

    def _send_all(self):
        try:
            waiting = None
            while True:
                kind, body = waiting or self._queue.get()
                waiting = None
                if kind is None:
                    body.set()
                    continue
                if isinstance(kind, bytes):
                    self._send(kind, body)
                    continue
                texts = [body]
                while not self._queue.empty():
                    waiting = self._queue.get()
                    if waiting[0] != kind:
                        break
                    texts.append(waiting[1])
                    waiting = None
                output = {"output_type": "stream", "name": kind, "text": "".join(texts)}
                self._send(wire.OUTPUT, output)
        except BaseException:
            os._exit(1)  # nobody listens any more

    def _send(self, kind, body):
        with self._sending:
            self._channel.send(kind, body)


class CellStream(io.TextIOBase):
    """sys.stdout or sys.stderr of the cells."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, outbox, name, descriptor):
        self._outbox, self.name, self._descriptor = outbox, name, descriptor

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if self._outbox.owned():
            self._outbox.write(self.name, text)
        else:  # a process that the cell forked: the worker reads the descriptor
            os.write(self._descriptor, text.encode("utf-8", "replace"))
        return len(text)

    def writable(self):
        return True

    def fileno(self):
        return self._descriptor

    def isatty(self):
        return False

    def close(self):
        """Nothing: later cells print too."""


def error_output(ename, evalue, traceback):
    """An exception as a notebook's output, cut where it is endless, as recursions are."""
    lines = [_cut(str(line)) for line in traceback]
    if sum(map(len, lines)) > ERROR_CHARACTERS and len(lines) > 2 * ERROR_ENDS:
        between = f"\n... ({len(lines) - 2 * ERROR_ENDS} calls left out) ...\n"
        lines = [*lines[:ERROR_ENDS], between, *lines[-ERROR_ENDS:]]
    return {
        "output_type": "error",
        "ename": _cut(str(ename)),
        "evalue": _cut(str(evalue)),
        "traceback": lines,
    }


def _cut(text):
    if len(text) <= ERROR_CHARACTERS:
        return text
    half = ERROR_CHARACTERS // 2
    return f"{text[:half]}\n... ({len(text) - 2 * half} characters left out) ...\n{text[-half:]}"
