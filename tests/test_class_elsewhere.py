"""A class on a Dask cluster, and one whose gradebook is PostgreSQL: on loopback, for real."""

import contextlib
import glob
import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from tests import small_course as small
from tests.processes import ENVIRONMENT, autograder, nbgrader

SLOW = [f"slow-{n}" for n in range(6)]


@pytest.fixture(scope="module")
def handed_in(tmp_path_factory, course):
    """A small class with some that take their time; nobody has graded it."""
    folder = small.new_course(tmp_path_factory.mktemp("class") / "course", course)
    small.hand_in_class(folder)
    for name in SLOW:
        small.hand_in(folder, name, small.SLOW.format(seconds=0.5), small.ANSWER)
    return folder


@pytest.fixture(scope="module")
def local(handed_in, tmp_path_factory):
    """The same, graded here."""
    folder = small.copy_of(handed_in, tmp_path_factory.mktemp("local") / "course")
    done = _grade(folder)
    assert done.returncode == 0, done.stderr
    return folder


def _grade(folder, *options):
    return autograder(folder, "class", small.NAME, *options)


def _free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _wait_for(port):
    for _ in range(600):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def _end(process):
    with contextlib.suppress(psutil.NoSuchProcess):
        for child in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.NoSuchProcess):
                child.kill()
    process.kill()
    process.wait()


@pytest.fixture
def dask():
    """(address, processes of two workers) of a Dask cluster of this test's own."""
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("distributed is not installed: pip install -r requirements-cluster.lock")
    port = _free_port()
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"env": ENVIRONMENT, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1"]
    worker += ["--no-nanny", "--no-dashboard"]
    with contextlib.ExitStack() as stack:
        here = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
        stack.callback(_end, subprocess.Popen([*command, *here], **quiet))
        _wait_for(port)

        def start(*options):
            process = subprocess.Popen([*worker, *options], **quiet)
            stack.callback(_end, process)
            return process

        yield address, start


def test_a_cluster_that_loses_a_worker_gives_the_same_marks(handed_in, local, dask, tmp_path):
    address, start = dask
    folder = small.copy_of(handed_in, tmp_path / "course")
    start()
    victim = start()
    command = [sys.executable, "-m", "autograder", "class", small.NAME, "--cluster", address]
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True
    ) as process:
        for line in process.stderr:
            if re.match(r"\d+/15 slow-", line):  # in the middle of the slow ones
                _end(victim)
                break
        rest = process.stderr.read()
    assert process.returncode == 0, rest
    assert victim.poll() is not None
    assert small.gradebook_rows(folder) == small.gradebook_rows(local)
    assert small.files_in(folder / "autograded") == small.files_in(local / "autograded")


def test_workers_with_several_threads_are_refused(handed_in, dask, tmp_path):
    address, start = dask
    folder = small.copy_of(handed_in, tmp_path / "course")
    start("--nthreads", "2")
    deadline = time.monotonic() + 60
    done = _grade(folder, "--student=right", "--cluster", address)
    while done.returncode == 0 and time.monotonic() < deadline:  # until it has joined
        done = _grade(folder, "--student=right", "--force", "--cluster", address)
    assert done.returncode == 2
    assert "--nthreads 1" in done.stderr


def test_no_scheduler_is_said(local):
    if importlib.util.find_spec("distributed") is None:
        pytest.skip("distributed is not installed: pip install -r requirements-cluster.lock")
    done = _grade(local, "--cluster", f"tcp://127.0.0.1:{_free_port()}")
    assert done.returncode == 2
    assert "no Dask scheduler answers" in done.stderr


@pytest.fixture
def postgres():
    """The URL of an empty database of a PostgreSQL server of this test's own."""
    found = shutil.which("initdb") or next(
        iter(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"), reverse=True)), None
    )
    if found is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    if importlib.util.find_spec("psycopg2") is None:
        pytest.skip("psycopg2 is not installed: pip install -r requirements-cluster.lock")
    programs, port = os.path.dirname(os.path.realpath(found)), _free_port()
    # Not below tmp_path: pytest's folders are closed to other users.
    data = Path(tempfile.mkdtemp(prefix="postgres-"))
    user = {}
    if os.geteuid() == 0:  # PostgreSQL refuses to be root
        user = {"user": 65534, "group": 65534, "extra_groups": []}
        os.chown(data, 65534, 65534)
    run = {**user, "cwd": data, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    initdb = [f"{programs}/initdb", "-D", str(data / "db"), "-U", "course", "--auth=trust"]
    subprocess.run([*initdb, "-E", "UTF8", "--locale=C"], check=True, **run)
    server = [f"{programs}/postgres", "-D", str(data / "db"), "-p", str(port)]
    server += ["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]
    process = subprocess.Popen(server, **run)
    try:
        _wait_for(port)
        yield f"postgresql+psycopg2://course@127.0.0.1:{port}/postgres"
    finally:
        _end(process)
        shutil.rmtree(data)


def test_a_gradebook_in_postgresql_has_the_same_marks(handed_in, local, postgres, tmp_path):
    folder = small.copy_of(handed_in, tmp_path / "course")
    (folder / "gradebook.db").unlink()
    config = folder / "nbgrader_config.py"
    config.write_text(f"{config.read_text()}\nc.CourseDirectory.db_url = {postgres!r}\n")
    small.write_source(folder)
    done = _grade(folder)
    assert done.returncode == 0, done.stderr
    assert not (folder / "gradebook.db").exists()
    here = small.rows_at(f"sqlite:///{local / 'gradebook.db'}")
    assert len(here) == 4 * 15
    assert small.rows_at(postgres) == here
    assert "0 graded, 15 unchanged" in _grade(folder).stdout
    done = nbgrader(folder, "generate_feedback", small.NAME, "--student=right")
    assert done.returncode == 0, done.stderr
