"""Frames on a socket: one byte that says what it is, a length, and a body, mostly a JSON object."""

import json
import select
import socket
import struct

HEADER = struct.Struct(">cI")
# What one frame may hold. Calls carry arrays; an output is cut by its sender at ten megabytes.
MAX_FRAME = 64 * 1024 * 1024
MAX_JSON = 16 * 1024 * 1024
# A byte of JSON may become a hundred in memory where it opens a list or an object.
MAX_CONTAINERS = 1_000_000
CHUNK = 256 * 1024

# From the grading process to the worker, and, but for the first and the last two, to the child.
NOTEBOOK, CELL, ASK, REPLY, STOP, END = b"n", b"c", b"a", b"r", b"k", b"e"
# From the worker.
READY, STARTED, DIED, LATE, STOPPED, ENDED = b"y", b"s", b"x", b"l", b"p", b"z"
# From the child, and as good as its word.
BEGIN, OUTPUT, DONE, ANSWER, CALLBACK = b"b", b"o", b"d", b"w", b"f"
# The body of ASK begins with how long the answer may take, between grading process and worker.
SECONDS = struct.Struct(">d")
# The frames whose bodies are what autograder.candidate makes of them.
CALLS = (ASK, REPLY, ANSWER, CALLBACK)


class Closed(Exception):
    """The other side is gone."""


class Malformed(Exception):
    """What arrived is no frame: the other side is broken, or plays false."""


class Channel:
    """One end of a socket, carrying frames both ways.

    Holds at most one chunk and one frame, whatever arrives.
    """

    def __init__(self, sock):
        self._socket = sock
        self._chunk = bytearray(CHUNK)
        self._start = self._end = 0  # what is left in the chunk
        self._kind = self._body = None  # the frame that is on its way
        self._filled = 0

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()

    def send(self, kind, body=b"{}", wait=None):
        """Send one frame. body: a dictionary, bytes, or several of these in a tuple. Raises Closed.

        wait(): called whenever the other side does not take any more just now; returns when it
        may again, and what it raises ends the frame half-way. None: wait as long as it takes.
        """
        if isinstance(body, dict):
            body = packed(body)
        wait = wait or self._until_writable
        parts = body if isinstance(body, tuple) else (body,)
        header = HEADER.pack(kind, sum(map(len, parts)))
        left = [memoryview(part) for part in (header, *parts)]
        try:
            while left:
                try:
                    sent = self._socket.sendmsg(left, [], socket.MSG_DONTWAIT)
                except BlockingIOError:
                    wait()
                    continue
                while left and sent >= len(left[0]):
                    sent -= len(left.pop(0))
                if left:
                    left[0] = left[0][sent:]
        except OSError as error:
            raise Closed(str(error)) from error

    def receive(self, timeout=None):
        """The next frame, (kind, body). Raises Closed, Malformed, TimeoutError.

        timeout: seconds without a single byte.
        """
        while (frame := self._next()) is None:
            if timeout is not None and not select.select([self], [], [], timeout)[0]:
                raise TimeoutError(f"nothing for {timeout:g} s")
            self._read()
        return frame

    def read(self):
        """Read once; to be called when there is something to read. Then take() what is whole."""
        self._read()

    def take(self):
        """The next frame that has arrived whole, or None. Raises Malformed."""
        return self._next()

    def _until_writable(self):
        select.select([], [self], [])

    def _read(self):
        # Never while anything whole is left: so the chunk is empty, or holds part of a header.
        try:
            if self._body is not None:
                count = self._socket.recv_into(memoryview(self._body)[self._filled :])
                self._filled += count
            else:
                left = self._end - self._start
                self._chunk[:left] = self._chunk[self._start : self._end]
                count = self._socket.recv_into(memoryview(self._chunk)[left:])
                self._start, self._end = 0, left + count
        except OSError as error:
            raise Closed(str(error)) from error
        if not count:
            raise Closed("end of file")

    def _next(self):
        if self._body is None:
            if self._end - self._start < HEADER.size:
                return None
            kind, length = HEADER.unpack_from(self._chunk, self._start)
            if length > (MAX_FRAME if kind in CALLS else MAX_JSON):
                raise Malformed(f"a frame of {length} bytes")
            self._start += HEADER.size
            self._kind, self._body, self._filled = kind, bytearray(length), 0
            count = min(length, self._end - self._start)
            self._body[:count] = self._chunk[self._start : self._start + count]
            self._start, self._filled = self._start + count, count
        if self._filled < len(self._body):
            return None
        frame = self._kind, self._body
        self._kind = self._body = None
        return frame


def packed(body):
    """A dictionary of strings and numbers as JSON; halves of surrogate pairs become '?'."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def unpacked(body):
    """The dictionary in a frame, all its text encodable. Raises Malformed."""
    if body.count(b"[") + body.count(b"{") > MAX_CONTAINERS:
        raise Malformed("too many brackets")
    try:
        found = json.loads(body)
        if b"\\u" in body:  # such escapes may spell half a surrogate pair, which no file can hold
            found = json.loads(packed(found))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed("no JSON object")
    return found
