"""Choosing an isolation, and a notebook's process that lies, floods or says nothing."""

import socket
import struct
import threading
import time

import numpy as np
import pytest
from nbformat.v4 import new_code_cell

from autograder.__main__ import main
from autograder.candidate.codec import decode, encode
from autograder.execute.outputs import NotebookOutputs
from autograder.sandbox import bubblewrap, isolation, policy, wire
from autograder.sandbox.inside import landlock, seccomp, syscalls
from autograder.sandbox.launcher import Died, Setting, TimedOut, Worker, WorkerFailed
from autograder.sandbox.policy import Limits
from autograder.sandbox.runtime import Runtime
from autograder.sandbox.start import Start

WORKING = [name for name in ("bubblewrap", "landlock") if isolation.works(name)]
needs_isolation = pytest.mark.skipif(not WORKING, reason="no isolation works here")
# The student's code finds its own end of the protocol and speaks for itself.
SPEAK = """
import gc, json, os, socket, struct, threading, time
channel, = [o for o in gc.get_objects() if type(o).__name__ == 'Channel']
wire = channel._socket
def say(kind, body=b'{}', length=None):
    wire.sendall(struct.pack('>cI', kind, len(body) if length is None else length) + body)
"""


@pytest.fixture(scope="module")
def worker():
    """One worker of the strongest isolation; the protocol is the same in all."""
    if not WORKING:
        pytest.skip("no isolation works here")
    worker = Worker(Setting(WORKING[0], Limits(scratch_mb=50)))
    yield worker
    worker.close()


@pytest.fixture
def notebook(worker):
    """A notebook of the worker's."""
    with worker.notebook() as notebook:
        yield notebook


def run(notebook, source, seconds=10, grace=0.5):
    """(the cell, its CellEnd)."""
    cell, outputs = new_code_cell(), NotebookOutputs()
    outputs.begin(cell)
    end = notebook.run(source, seconds, grace, outputs)
    return cell, end


def served(cells, request, notebook, seconds=5, call_back=None):
    """The decoded answer to a request that reads a variable after the cells have run."""
    for cell in cells:
        assert run(notebook, cell)[1].died == ""
    return decode(notebook.ask(encode(request), seconds, call_back))


def request(op, **arguments):
    """A request as autograder.candidate.remote sends it."""
    return {"nonce": 7, "drop": (), "op": op, "with": arguments}


def test_the_strongest_that_works_is_chosen(monkeypatch):
    """And none at all only by name."""
    fine = set()
    monkeypatch.setattr(isolation, "why_not", lambda name: "" if name in fine else "not here")
    with pytest.raises(isolation.IsolationUnavailable) as refused:
        isolation.choose()
    assert 'c.ExecuteSubmission.isolation = "none"' in str(refused.value)
    fine.add("none")
    with pytest.raises(isolation.IsolationUnavailable):
        isolation.choose("auto")
    assert isolation.choose("none") == "none"
    fine.add("landlock")
    assert isolation.choose() == "landlock"
    with pytest.raises(isolation.IsolationUnavailable, match="bubblewrap: not here"):
        isolation.choose("bubblewrap")
    fine.add("bubblewrap")
    assert isolation.choose() == "bubblewrap"
    assert isolation.choose("landlock") == "landlock"


def test_what_does_not_work_says_so(monkeypatch, capsys, course):
    """A program that is missing, a namespace that is refused; the command's status tells."""
    isolation.why_not.cache_clear()
    monkeypatch.setattr(bubblewrap, "program", lambda: None)
    monkeypatch.setattr(landlock, "abi", lambda: 0)
    assert "not installed" in isolation.why_not("bubblewrap")
    assert "no Landlock" in isolation.why_not("landlock")
    monkeypatch.chdir(course)
    assert main(["isolation"]) == 0
    assert main(["isolation", "--need", "landlock"]) == 1
    said = capsys.readouterr()
    assert "apt install bubblewrap" in said.out
    assert "landlock" in said.err
    isolation.why_not.cache_clear()
    monkeypatch.setattr(bubblewrap, "program", lambda: "/bin/false")
    bubblewrap.knows.cache_clear()
    assert isolation.why_not("bubblewrap")
    isolation.why_not.cache_clear()
    bubblewrap.knows.cache_clear()
    with pytest.raises(ValueError, match="no isolation"):
        isolation.works("chroot")


def test_a_probe_that_is_not_confined_is_found_out(monkeypatch):
    """The probe reads what it must not, so that the isolation does not count as working."""
    monkeypatch.setattr(Start, "plan", _unconfined(Start.plan))
    isolation.why_not.cache_clear()
    try:
        assert "does not keep" in isolation.why_not("landlock")
    finally:
        isolation.why_not.cache_clear()


def _unconfined(plan):
    def lax(self, worker):
        found = plan(self, worker).as_json()
        return policy.Confinement.from_json(found | {"isolation": "none"})

    return lax


@needs_isolation
def test_calls_go_in_and_answers_come_out(notebook):
    """Functions, called by value; several in a row, and large ones."""
    answer = served(
        ["def twice(x): return 2 * x"],
        request("call", name="twice", args=(21,), keep=(), returns=None, seconds=5.0),
        notebook,
    )
    assert answer["nonce"] == 7
    assert 42 in answer.values() or 42 in tuple(answer["value"])
    big = request("read", name="data")
    answer = served(["import numpy as np; data = np.arange(4_000_000.0)"], big, notebook)
    assert answer["value"].shape == (4_000_000,)
    assert run(notebook, "print('cells run on')")[0].outputs[0].text == "cells run on\n"


@needs_isolation
def test_a_call_may_call_back(notebook):
    """As often as it likes, while its time lasts; a failure there is the grader's own."""
    replace = request("replace", values={}, functions=("helper",))
    served(["def helper(x): return 0\ndef f(x): return helper(x) + helper(x)"], replace, notebook)
    call = request("call", name="f", args=(1,), keep=(), returns=None, seconds=5.0)
    asked = []

    def call_back(body):
        asked.append(decode(body))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        notebook.ask(encode(call), 5, call_back)
    assert len(asked) == 1
    with pytest.raises(Died):  # no telling what it would do now
        notebook.ask(encode(call), 5, call_back)


@needs_isolation
@pytest.mark.parametrize(
    "code",
    [
        "def f(x): time.sleep(60)",
        "def f(x):\n    while True:\n        try:\n            time.sleep(60)\n"
        "        except BaseException:\n            pass",
        # Requests that are too large for the socket are not read at all.
        "def spin():\n    while True: time.sleep(9)\n"
        "threading.Thread(target=lambda: (time.sleep(.3), say(b'd'))).start(); spin()",
    ],
)
def test_no_answer_in_time_ends_the_notebook(notebook, code):
    """After its time and not later, whatever it does instead."""
    cell, _ = run(notebook, SPEAK + code)
    assert not [o for o in cell.outputs if o.output_type == "error"]
    large = np.zeros(600_000)
    body = encode(request("call", name="f", args=(large,), keep=(), returns=None, seconds=60.0))
    started = time.monotonic()
    with pytest.raises(TimedOut) as late:
        notebook.ask(body, 1, None)
    assert late.value.seconds == 1
    assert time.monotonic() - started < 4
    assert notebook.ended
    with pytest.raises(Died):
        notebook.ask(body, 1, None)
    assert run(notebook, "1")[1].died


@needs_isolation
@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("os._exit(3)", "exit status 3"),
        ("os.kill(os.getpid(), 11)", "SIGSEGV"),
        ("say(b'w', b'', 4_000_000_000)", "unreadable"),
        ("say(b'?')", "unreadable"),
        ("say(b'd')", "unreadable"),
        ("wire.shutdown(2)", "closed|ended"),
        ("say(b's'); time.sleep(9)", "unreadable"),
        ("wire.sendall(b'\\xff' * 100_000)", "unreadable"),
        ("say(b'x', json.dumps({'why': 'the grader'}).encode())", "unreadable"),
        ("say(b'l')", "unreadable"),
    ],
)
def test_a_call_that_breaks_the_protocol_dies(notebook, code, said):
    """It gets no answer, and no other process's name is taken in vain."""
    run(notebook, f"{SPEAK}\ndef f():\n    {code}")
    body = encode(request("call", name="f", args=(), keep=(), returns=None, seconds=5.0))
    with pytest.raises(Died, match=said):
        notebook.ask(body, 5, None)


@needs_isolation
@pytest.mark.parametrize(
    "code",
    [
        "say(b'o', b'no json')",
        "say(b'o', b'[' * 5_000_000)",
        "say(b'o', b'[' + b'[],' * 3_000_000 + b'[]]')",
        "say(b'o', b'x' * 10, 17_000_000)",
        "say(b'w')",
        "say(b'f')",
        "say(b'd', b'[]')",
        "say(b'p')",
        "say(b'z', b'{\"clean\": true}')",
    ],
)
def test_a_cell_that_breaks_the_protocol_dies(notebook, worker, code):
    """With words that say so, and the worker serves the next notebook."""
    _, end = run(notebook, f"{SPEAK}\n{code}\ntime.sleep(20)", seconds=4)
    assert "unreadable" in end.died
    assert not end.timed_out
    assert not notebook.lost


@needs_isolation
def test_a_flood_costs_its_limit(notebook, worker):
    """Frames as fast as they go, in a cell and in a call: neither memory nor time beyond it."""
    flood = "def f():\n    while True: say(b'o', b'{\"output_type\": \"stream\"}' * 1)"
    started = time.monotonic()
    cell, end = run(notebook, f"{SPEAK}\n{flood}\nf()", seconds=1, grace=0.3)
    assert end.timed_out
    assert len(str(cell.outputs)) < 100_000
    if not notebook.ended:
        body = encode(request("call", name="f", args=(), keep=(), returns=None, seconds=60.0))
        with pytest.raises((TimedOut, Died)):
            notebook.ask(body, 1, None)
    assert time.monotonic() - started < 8


@needs_isolation
def test_a_forged_end_of_a_cell_gains_nothing(notebook):
    """Whatever it says of how it ended, the types are right."""
    forged = '{"error": 5, "timed_out": "no", "execution_count": [1], "died": "x"}'
    _, end = run(notebook, f"{SPEAK}\nsay(b'd', {forged.encode()!r})\ntime.sleep(1)")
    assert (end.error, end.timed_out, end.died) == (None, False, "")


@needs_isolation
def test_what_is_broken_in_the_installation_is_no_student_s_fault(tmp_path, monkeypatch):
    """WorkerFailed, with what the worker itself had to say."""
    monkeypatch.setattr("autograder.sandbox.launcher.WORKER", "autograder.sandbox.no_such_module")
    worker = Worker(Setting(WORKING[0]))
    with pytest.raises(WorkerFailed, match="no_such_module"), worker.notebook():
        pass


@needs_isolation
def test_given_files_are_copied_and_renewed(tmp_path):
    """All but notebooks; a change reaches the next notebook, a student's own change does not."""
    (tmp_path / "helper.py").write_text("value = 1\n")
    (tmp_path / "task.ipynb").write_text("{}")
    worker = Worker(Setting(WORKING[-1], given=tmp_path))
    look = "import helper, os; print(helper.value, sorted(os.listdir('.')))"
    try:
        with worker.notebook() as notebook:
            assert run(notebook, look)[0].outputs[0].text == "1 ['helper.py']\n"
            run(notebook, "os.unlink('helper.py'); open('helper.py', 'w').write('value = 3')")
        with worker.notebook() as notebook:
            assert run(notebook, look)[0].outputs[0].text == "1 ['helper.py']\n"
        (tmp_path / "helper.py").write_text("value = 22\n")
        with worker.notebook() as notebook:
            assert run(notebook, look)[0].outputs[0].text == "22 ['helper.py']\n"
    finally:
        worker.close()


@needs_isolation
def test_further_folders_and_variables_are_let_through_by_name(tmp_path_factory, monkeypatch):
    """CIFAR-10's folder, say; neighbours are not."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        for name in ("data", "other"):
            Path(folder, name).mkdir()
            Path(folder, name, "file").write_text(name)
        monkeypatch.setenv("DATA_FOLDER", f"{folder}/data")
        setting = Setting(
            WORKING[0], readable=(f"{folder}/data",), environment=("DATA_FOLDER", "NOT_SET")
        )
        worker = Worker(setting)
        try:
            with worker.notebook() as notebook:
                look = (
                    "import os; where = os.environ['DATA_FOLDER']\n"
                    "print(open(where + '/file').read())"
                )
                assert run(notebook, look)[0].outputs[0].text == "data\n"
                _, end = run(notebook, "open(where + '/../other/file')")
                assert end.error["ename"] in ("FileNotFoundError", "PermissionError")
                _, end = run(notebook, "open(where + '/new', 'w')")
                assert end.error["ename"] in ("OSError", "PermissionError")
        finally:
            worker.close()


def test_what_lies_beneath_a_readable_folder_can_be_hidden(tmp_path):
    """A course inside the folder of a Python installation, say."""
    for name in ("lib/numpy", "lib/solutions", "lib/autograder", "bin"):
        (tmp_path / name).mkdir(parents=True)
    hidden = policy.hidden(tmp_path / "lib" / "autograder", [tmp_path])
    assert set(hidden) == {str(tmp_path / "lib" / n) for n in ("autograder", "solutions")}
    allowed, listable = policy.around(tmp_path, hidden)
    assert set(allowed) == {str(tmp_path / "bin"), str(tmp_path / "lib" / "numpy")}
    assert set(listable) == {str(tmp_path), str(tmp_path / "lib")}


def test_frames_survive_any_cutting():
    """Every byte alone, several at once, large ones in pieces; what was sent is what arrives."""
    ours, theirs = socket.socketpair()
    there, here = wire.Channel(theirs), wire.Channel(ours)
    frames = [(wire.OUTPUT, b"{}"), (wire.ANSWER, b""), (wire.ANSWER, b"a" * 3_000_000)]
    frames += [(wire.BEGIN, b'{"a": 1}')] * 1000
    raw = b"".join(wire.HEADER.pack(kind, len(body)) + body for kind, body in frames[:2])

    def send():
        for byte in raw:
            theirs.sendall(bytes([byte]))
        for kind, body in frames[2:]:
            there.send(kind, body)

    thread = threading.Thread(target=send)
    thread.start()
    assert [here.receive(5) for _ in frames] == frames
    thread.join()
    with pytest.raises(TimeoutError):
        here.receive(0.01)
    theirs.sendall(struct.pack(">cI", b"o", wire.MAX_JSON + 1))
    with pytest.raises(wire.Malformed):
        here.receive(5)
    there.close()
    with pytest.raises(wire.Closed):
        wire.Channel(ours).receive(5)


@pytest.mark.skipif(not syscalls.machine(), reason="written for Linux on two processors")
def test_the_filter_is_a_program_that_the_kernel_can_run():
    """Whole operations, jumps that stay inside, a return at the end; for both kinds of user."""
    for arguments in ((False, None, True), (True, 4711, False)):
        program = seccomp.filter_program(*arguments)
        operations = list(struct.iter_unpack("=HBBI", program))
        assert len(program) % 8 == 0
        assert 100 < len(operations) < 4096
        assert operations[-1] == (seccomp.RETURN, 0, 0, seccomp.ALLOW)
        for place, (_, if_true, if_false, _) in enumerate(operations[:-1]):
            assert place + 1 + max(if_true, if_false) < len(operations)


def test_the_private_copy_holds_no_check_and_no_solution(course):
    """Neither as files nor importable from it."""
    runtime = Runtime(course / "release" / "dropout")
    try:
        parts = {path.name for path in (runtime.code / "autograder").iterdir()} - {"__pycache__"}
        assert parts == {"__init__.py", "candidate", "sandbox"}
        assert {p.name for p in runtime.given.iterdir()} == {"cs231n", "selfcheck.py"}
    finally:
        runtime.close()
    assert not runtime.folder.exists()
