"""Secrets planted around the class, listeners for what is carried out, and looking for both.

Every secret begins with SECRET and names its place; whatever a case writes or sends carries the
run's TOKEN. Neither may turn up where it should not.
"""

import contextlib
import json
import os
import secrets
import socket
import threading
from pathlib import Path

TEMPORARY = ("/tmp", "/var/tmp", "/dev/shm", "/run")
VARIABLE = "COURSE_DEPLOY_KEY"
LARGEST = 60_000_000


class Secrets:
    """The words of one run: `token`, and a secret for each of PLACES."""

    PLACES = ("tests", "solutions", "checks", "gradebook", "neighbour", "environment", "home")

    def __init__(self):
        self.token = f"tk{secrets.token_hex(6)}"
        self.of = {place: f"SECRET-{place}-{secrets.token_hex(6)}" for place in self.PLACES}

    def found_in(self, data, leave_out=()):
        """The places whose secret stands in these bytes."""
        return [p for p, s in self.of.items() if p not in leave_out and s.encode() in data]


def in_folder(folder, wanted, skip=()):
    """(path, what `wanted` found in its bytes) of the files below a folder; follows no links.

    Of notebooks, what a student may not see but their grader does is left out: locked cells.
    """
    for path in _files(folder, skip):
        with contextlib.suppress(OSError):
            if path.stat().st_size > LARGEST:
                continue
            data = path.read_bytes()
            found = wanted(shown_of(data) if path.suffix == ".ipynb" else data)
            if found:
                yield path, found


def shown_of(data):
    """A notebook's bytes without the sources of locked cells."""
    try:
        cells = json.loads(data)["cells"]
        for cell in cells:
            if cell.get("metadata", {}).get("nbgrader", {}).get("locked"):
                cell["source"] = ""
        return json.dumps(cells, ensure_ascii=False).encode("utf-8", "replace")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return data


def leftovers(token, places=TEMPORARY):
    """Paths in temporary folders whose name holds the token."""
    found = []
    for place in places:
        with contextlib.suppress(OSError):
            found += [e.path for e in os.scandir(place) if token in e.name]
    return found


class Listeners:
    """Sockets of this machine that a confined process must not reach; `heard` is what did."""

    def __init__(self, folder, token):
        self.heard = []
        self._stopped = threading.Event()
        self._open = [socket.socket(socket.AF_INET, socket.SOCK_STREAM)]
        self._open[0].bind(("127.0.0.1", 0))
        named = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.path = str(Path(folder, "listener"))
        named.bind(self.path)
        os.chmod(self.path, 0o777)
        self._open.append(named)
        self.abstract = f"listener-{token}"
        with contextlib.suppress(OSError):  # Linux alone has these
            abstract = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            abstract.bind(f"\0{self.abstract}")
            self._open.append(abstract)
        for listener in self._open:
            listener.listen()
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        self.port, self.udp_port = self._open[0].getsockname()[1], udp.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept, args=(s,)) for s in self._open]
        self._threads.append(threading.Thread(target=self._receive, args=(udp,)))
        self._open.append(udp)
        for listener in self._open:
            listener.settimeout(0.2)
        for thread in self._threads:
            thread.start()

    def close(self):
        """Stop listening."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()
        for listener in self._open:
            listener.close()

    def _accept(self, listener):
        while not self._stopped.is_set():
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    connection.settimeout(1)
                    data = b""
                    with contextlib.suppress(OSError):
                        data = connection.recv(10_000)
                    self.heard.append(data)

    def _receive(self, listener):
        while not self._stopped.is_set():
            with contextlib.suppress(OSError):
                self.heard.append(listener.recv(10_000))


def _files(folder, skip):
    for where, folders, names in os.walk(folder):
        folders[:] = [f for f in folders if Path(where, f) not in skip]
        for name in names:
            path = Path(where, name)
            if path.is_file() and not path.is_symlink():
                yield path
