"""Frames on a socket: one byte that says what it is, a length, and a JSON object."""

import json
import struct

HEADER = struct.Struct(">cI")
MAX_FRAME = 32 * 1024 * 1024
CHUNK = 256 * 1024

# From the grading process to the worker, and on to the child.
NOTEBOOK, CELL, END = b"n", b"c", b"e"
# And back. BEGIN, OUTPUT and DONE come from the child; they are only as good as its word.
STARTED, BEGIN, OUTPUT, DONE, DIED, ENDED = b"s", b"b", b"o", b"d", b"x", b"z"


class Closed(Exception):
    """The other side is gone."""


class Malformed(Exception):
    """What arrived is no frame: the other side is broken, or plays false."""


class Channel:
    """One end of a socket, carrying frames both ways."""

    def __init__(self, sock):
        self._socket = sock
        self._buffer = bytearray()

    def fileno(self):
        return self._socket.fileno()

    def close(self):
        self._socket.close()

    def send(self, kind, body=b"{}"):
        """Send one frame. body: a dictionary, or JSON as bytes. Raises Closed."""
        if isinstance(body, dict):
            body = packed(body)
        try:
            self._socket.sendall(HEADER.pack(kind, len(body)) + body)
        except OSError as error:
            raise Closed(str(error)) from error

    def receive(self, timeout=None):
        """The next frame, (kind, JSON as bytes). Raises Closed, Malformed, TimeoutError."""
        while (frame := self._next()) is None:
            self._socket.settimeout(timeout)
            try:
                self._read()
            finally:
                self._socket.settimeout(None)
        return frame

    def read(self):
        """The frames complete after reading once; to be called when there is something to read."""
        self._read()
        frames = []
        while (frame := self._next()) is not None:
            frames.append(frame)
        return frames

    def _read(self):
        try:
            data = self._socket.recv(CHUNK)
        except TimeoutError:
            raise
        except OSError as error:
            raise Closed(str(error)) from error
        if not data:
            raise Closed("end of file")
        self._buffer += data

    def _next(self):
        if len(self._buffer) < HEADER.size:
            return None
        kind, length = HEADER.unpack_from(self._buffer)
        if length > MAX_FRAME:
            raise Malformed(f"a frame of {length} bytes")
        end = HEADER.size + length
        if len(self._buffer) < end:
            return None
        body = bytes(self._buffer[HEADER.size : end])
        del self._buffer[:end]
        return kind, body


def packed(body):
    """A dictionary of strings and numbers as JSON; halves of surrogate pairs become '?'."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def unpacked(body):
    """The dictionary in a frame, all its text encodable. Raises Malformed."""
    try:
        found = json.loads(body)
        if b"\\u" in body:  # such escapes may spell half a surrogate pair, which no file can hold
            found = json.loads(packed(found))
    except (ValueError, RecursionError) as error:
        raise Malformed(f"no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Malformed("no JSON object")
    return found
