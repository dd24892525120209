"""What students' code cannot do: each promise with a real attempt from inside a cell."""

import contextlib
import os
import resource
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from nbformat.v4 import new_code_cell
from processes import gone

from autograder.execute.outputs import NotebookOutputs
from autograder.sandbox import isolation, policy
from autograder.sandbox.launcher import Setting, Worker
from autograder.sandbox.policy import Limits

CONFINED = [name for name in isolation.NAMES if name != "none"]
LIMITS = Limits(
    memory_mb=400,
    total_memory_mb=700,
    cpu_seconds=2,
    file_mb=5,
    scratch_mb=20,
    files=1000,
    processes=24,
    open_files=64,
)
NOBODY = 65534
# What differs where a notebook has the instructor's own user id.
AS_A_USER = "permissions or processes or bomb or left_for or killing"
# Says what came of each attempt; anything but an error is a success of the attacker's.
TRY = """
def attempt(name, action):
    try:
        found = action()
    except BaseException as error:
        print(name, 'refused', type(error).__name__)
    else:
        print(name, 'DONE', repr(found)[:200])
import ctypes, os, resource, signal, socket, subprocess, sys, time
libc = ctypes.CDLL(None, use_errno=True)
def checked(result):
    if result == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
"""


@pytest.fixture(scope="module", params=CONFINED)
def worker(request, course):
    """One warm worker an isolation, with the given files of the course."""
    if not isolation.works(request.param):
        pytest.skip(isolation.why_not(request.param))
    os.environ["SECRET_OF_THE_GRADER"] = "hunter2"
    worker = Worker(Setting(request.param, LIMITS, given=course / "release" / "dropout"))
    yield worker
    worker.close()
    del os.environ["SECRET_OF_THE_GRADER"]


@pytest.fixture
def isolated_by(worker):
    """The isolation's name."""
    return worker.setting.isolation


@pytest.fixture
def outside():
    """A folder that every user may read and write, outside the sandbox."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        path = Path(folder, "secret.txt")
        path.write_text("the secret")
        path.chmod(0o666)
        yield path


class Cells:
    """Runs cells in one notebook."""

    def __init__(self, notebook):
        self.notebook = notebook

    def __call__(self, source, seconds=20, grace=1):
        """(what the cell printed and the names of its errors, its CellEnd)."""
        cell, outputs = new_code_cell(), NotebookOutputs()
        outputs.begin(cell)
        end = self.notebook.run(textwrap.dedent(source), seconds, grace, outputs)
        text = "".join(o.get("text", o.get("ename", "")) for o in cell.outputs)
        return text, end


@pytest.fixture
def cells(worker):
    """cells(source) runs a cell in this test's notebook."""
    with worker.notebook() as notebook:
        yield Cells(notebook)


def assert_refused(cells, attempts, attempted):
    """Each of the attempts fails. attempts: {name: expression}. attempted: how many at least."""
    source = TRY + "".join(f"attempt({n!r}, lambda: {code})\n" for n, code in attempts.items())
    text, end = cells(source)
    assert end.died == ""
    assert "DONE" not in text, text
    assert text.count("refused") == len(attempts) >= attempted, text


def test_no_file_but_its_own_can_be_read(cells, course, outside):
    """Neither the system's accounts nor the course, nor homes, nor what other processes hold."""
    paths = [
        "/etc/passwd",
        "/etc/shadow",
        "/etc/hostname",
        "/etc/ssh/ssh_config",
        "/proc/self/environ",
        f"/proc/{os.getpid()}/environ",
        f"/proc/{os.getpid()}/maps",
        "/proc/1/cmdline",
        course / "solutions" / "dropout" / "reference.py",
        course / "autograder" / "checks" / "forward.py",
        course / "source" / "dropout" / "dropout.ipynb",
        course / "nbgrader_config.py",
        course / "gradebook.db",
        outside,
        f"/proc/{os.getpid()}/root{outside}",
        f"/proc/{os.getpid()}/cwd/README.md",
    ]
    attempts = {f"read {path}": f"open({str(path)!r}).read()" for path in paths}
    folders = [course, outside.parent, "/root", "/home", "/proc", "/sys", "/var"]
    attempts |= {
        f"list {path}": f"os.listdir({str(path)!r})[{_on_the_way(path)}]" for path in folders
    }
    attempts["import"] = "__import__('solutions.dropout.reference')"
    attempts["import checks"] = "__import__('autograder.checks.forward')"
    attempts["a link"] = f"(os.symlink({str(outside)!r}, 'link'), open('link').read())"
    attempts["a hard link"] = f"os.link({str(outside)!r}, 'hard')"
    assert_refused(cells, attempts, 20)


def _on_the_way(folder):
    """How many entries a folder may show that lead to the installation, and nothing else."""
    inner = [Path(p) for p in policy.readable() if Path(folder) in Path(p).parents]
    return len({p.relative_to(folder).parts[0] for p in inner})


def test_nothing_can_be_written_but_in_its_scratch(cells, course, outside):
    """Not the installation, not the given files, not the system's temporary folders."""
    folders = [
        outside.parent,
        os.path.dirname(os.__file__),
        Path(psutil.__file__).parent,
        "/",
        "/var/tmp",
        "/etc",
        "/usr/local",
        "/dev",
        course,
    ]
    attempts = {f"write {f}": f"open({str(f)!r} + '/forged', 'w')" for f in folders}
    attempts |= {
        "append": f"open({str(outside)!r}, 'a')",
        "truncate": f"os.truncate({str(outside)!r}, 0)",
        "truncate while reading": f"os.open({str(outside)!r}, os.O_RDONLY | os.O_TRUNC)",
        "remove": f"os.unlink({str(outside)!r})",
        "rename": f"os.rename({str(outside)!r}, 'mine')",
        "given": "open('cs231n/layers.py', 'a')",
        "the grader": "open(sys.modules['autograder'].__file__, 'a')",
        "a device": "os.mknod('null', 0o20666, os.makedev(1, 3))",
    }
    assert_refused(cells, attempts, 12)
    assert outside.read_text() == "the secret"
    assert list(outside.parent.iterdir()) == [outside]


def test_files_elsewhere_keep_their_permissions_and_times(cells, outside):
    """Also where they belong to the same user; copying a file, which sets these, goes on."""
    before = outside.stat()
    readable = Path(psutil.__file__)
    attempt = f"""
    import os, shutil
    for path in {str(outside)!r}, {str(readable)!r}:
        for action in (lambda: os.chmod(path, 0o000), lambda: os.utime(path, (1, 1)),
                       lambda: os.setxattr(path, 'user.x', b'1'),
                       lambda: os.fchmod(os.open(path, os.O_RDONLY), 0)):
            try:
                action()
            except OSError:
                pass
    open('a', 'w').write('x'); shutil.copy2('a', 'b'); print(open('b').read())
    """
    mode = readable.stat().st_mode
    assert cells(attempt)[0] == "x\n"
    after = outside.stat()
    assert (after.st_mode, after.st_mtime) == (before.st_mode, before.st_mtime)
    assert not os.listxattr(outside)
    assert readable.stat().st_mode == mode
    assert readable.stat().st_mtime != 1


def test_the_instructor_s_environment_stays_outside(cells):
    """Neither in the process nor in what it starts."""
    text, _ = cells(
        "import os\nprint(sorted(os.environ))\nprint(os.popen('env').read())\n"
        "print(os.environ['HOME'], os.environ['TMPDIR'])"
    )
    assert "SECRET_OF_THE_GRADER" not in text
    assert "hunter2" not in text
    assert os.path.expanduser("~") + " " not in text


def test_other_processes_are_out_of_reach(cells):
    """No signal, no tracing, no limit or priority of theirs."""
    me = os.getpid()
    before = resource.prlimit(me, resource.RLIMIT_CPU), os.getpriority(os.PRIO_PROCESS, me)
    attempts = {
        "signal": f"os.kill({me}, 0)",
        "signal a parent": "os.kill(os.getppid(), 0)",
        "signal a group": f"os.killpg({os.getpgid(me)}, 0)",
        "signal by descriptor": f"signal.pidfd_send_signal(os.pidfd_open({me}), 0)",
        "attach": f"checked(libc.ptrace(16, {me}, 0, 0))",
        "seize a parent": "checked(libc.ptrace(0x4206, os.getppid(), 0, 0))",
        "be traced": "checked(libc.ptrace(0, 0, 0, 0))",
        "read memory": f"checked(libc.process_vm_readv({me}, b'x' * 16, 1, b'x' * 16, 1, 0))",
        # To what they are: should it work after all, no harm is done.
        "limit": f"resource.prlimit({me}, resource.RLIMIT_CPU, {before[0]})",
        "slow down": f"os.setpriority(os.PRIO_PROCESS, {me}, {before[1]})",
        "slow down the user": f"os.setpriority(os.PRIO_USER, 0, {before[1]})",
        "bind": f"os.sched_setaffinity({me}, {{0}})",
        "memory file": f"os.open('/proc/{me}/mem', os.O_RDONLY)",
        "own memory file": "os.open('/proc/self/mem', os.O_RDONLY)",
    }
    assert_refused(cells, attempts, 14)
    assert resource.prlimit(me, resource.RLIMIT_CPU) == before[0]
    assert os.getpriority(os.PRIO_PROCESS, me) == before[1]


def test_there_is_no_network(cells, outside):
    """Neither to this machine nor to sockets in files or without; pairs of sockets do work."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listening.getsockname()[1]
        abstract, in_file = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        name = f"\0autograder-test-{os.getpid()}"
        abstract.bind(name)
        in_file.bind(str(outside.with_name("socket")))
        outside.with_name("socket").chmod(0o777)
        for one in (abstract, in_file):
            one.listen()
        unix = "socket.socket(socket.AF_UNIX)"
        attempts = {
            "tcp": f"socket.create_connection(('127.0.0.1', {port}), 2)",
            "raw": "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1)",
            "udp": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.1', 9))",
            "v6": "socket.socket(socket.AF_INET6)",
            "netlink": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
            "packet": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
            "vsock": "socket.socket(40)",
            "listen": "socket.create_server(('127.0.0.1', 0))",
            "abstract": f"{unix}.connect({name!r})",
            "in a file": f"{unix}.connect({str(outside.with_name('socket'))!r})",
            "in files": f"{unix}.bind('here')",
            "datagram pair": "socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)",
            "pair to elsewhere": f"socket.socketpair()[0].connect({name!r})",
            "a name": "socket.getaddrinfo('localhost', 80) and socket.socket()",
        }
        assert_refused(cells, attempts, 14)
    ok = "a, b = socket.socketpair(); a.send(b'hello'); print(b.recv(5))"
    assert cells(ok)[0] == "b'hello'\n"


def test_system_calls_that_no_homework_needs_are_refused(cells):
    """Namespaces, mounts, keys, io_uring, memory outside all limits, messages between processes."""
    number = "checked(libc.syscall({}))".format
    attempts = {
        "unshare": "checked(libc.unshare(0x10000000))",
        "namespaces": number("56, 0x10000011, 0, 0, 0, 0"),
        "clone3": number("435, 0, 0"),
        "mount": "checked(libc.mount(b'none', b'.', b'tmpfs', 0, None))",
        "io_uring": number("425, 1, 0"),
        "keys": number("250, 0, 0"),
        "bpf": number("321, 0, 0, 0"),
        "perf": number("298, 0, 0, -1, -1, 0"),
        "userfaultfd": number("323, 0"),
        "handles": number("304, 0, 0, 0"),
        "memfd": "os.memfd_create('x')",
        "shared memory": number("29, 0, 4096, 0o1600"),
        "anonymous shared memory": "__import__('mmap').mmap(-1, 4096)",
        "message queue": number("240, b'/x', 0o102, 0o600, None"),
        "x32": number("0x40000000 + 39"),
        "unknown": number("600"),
        "personality": "checked(libc.personality(0x0040000))",
        "inotify": "checked(libc.inotify_init1(0))",
        "more privileges": "os.setuid(0)",
    }
    if os.uname().machine != "x86_64":
        attempts = {n: code for n, code in attempts.items() if "syscall" not in code}
    assert_refused(cells, attempts, 7)


def test_processes_are_bounded(cells):
    """A fork bomb gets its share, and the next cell runs."""
    bomb = """
    import os, time
    count = 0
    try:
        while count < 500:
            if os.fork() == 0:
                time.sleep(60)
                os._exit(0)
            count += 1
    except OSError as error:
        print(count, type(error).__name__)
    """
    text, end = cells(bomb)
    assert end.died == ""
    assert 5 < int(text.split()[0]) <= LIMITS.processes
    assert "BlockingIOError" in text
    assert cells("print('after')")[0] == "after\n"


def test_a_bomb_that_races_its_killer_is_gone_afterwards(worker):
    """Processes in sessions of their own that start others as fast as they can."""
    bomb = """
    import os, signal
    for sig in range(1, 32):
        try:
            signal.signal(sig, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    if os.fork() == 0:
        while True:
            try:
                if os.fork() == 0:
                    os.setsid()
            except OSError:
                pass
    import time
    time.sleep(0.5)
    """
    with worker.notebook() as notebook:
        _, end = Cells(notebook)(bomb)
        left = notebook.pids()
        assert len(left) > 5 or end.died == "it started more than 24 processes"
    assert all(gone(pid) for pid in left)
    with worker.notebook() as notebook:
        assert len(notebook.pids()) == 1


def test_memory_is_bounded(cells, worker):
    """One process's by the system, with a MemoryError; several together by the watch."""
    text, end = cells("x = bytearray(600_000_000)")
    assert (text, end.died) == ("MemoryError", "")
    together = """
    import os, time
    for i in range(4):
        if os.fork() == 0:
            x = bytearray(300_000_000)
            time.sleep(60)
    time.sleep(60)
    """
    started = time.monotonic()
    _, end = cells(together)
    assert end.died == "it used more than 700 MB of memory"
    assert time.monotonic() - started < 10


def test_files_are_bounded(cells):
    """One file, all of them together, and their number."""
    text, end = cells("open('big', 'wb').write(b'x' * 6_000_000)")
    assert (text, end.died) == ("OSError", "")
    many = """
    for i in range(100):
        with open(f'file{i}', 'wb') as file:
            file.write(b'x' * 1_000_000)
    import time
    time.sleep(10)
    """
    text, end = cells(many)
    assert text == "OSError" or end.died == "it used more than 20 MB of files"


def test_the_number_of_files_is_bounded(cells):
    """They cost the system's memory even when they are empty."""
    many = "for i in range(1500): open(f'{i}', 'w').close()\nimport time; time.sleep(10)"
    text, end = cells(many)
    assert end.died == "it made more than 1000 files" or "OSError" in text


def test_files_cannot_be_kept_out_of_sight(cells, isolated_by):
    """In folders that cannot be listed, or deeper than any path; in a file system of its own
    they count all the same.
    """
    if isolated_by == "bubblewrap":
        fill = "for i in range(30): open(f'd/{i}', 'wb').write(b'x' * 1_000_000)"
        text, _ = cells(f"import os\nos.mkdir('d', 0o300)\n{fill}")
        assert text == "OSError"
        return
    deep = "for i in range(300): os.mkdir('d' * 20); os.chdir('d' * 20)"
    _, end = cells(f"import os, time\n{deep}\ntime.sleep(10)")
    assert end.died == "it made folders so deep in each other"


def test_descriptors_are_bounded(cells):
    """And its own limits cannot be raised."""
    text, end = cells("held = [open('/dev/null') for _ in range(1000)]")
    assert (text, end.died) == ("OSError", "")
    raise_it = "held = resource.setrlimit(resource.RLIMIT_{0}, ({1}, {1}))"
    attempts = {
        name: raise_it.format(name, "resource.RLIM_INFINITY").removeprefix("held = ")
        for name in ("NOFILE", "AS", "CPU", "NPROC", "FSIZE", "CORE", "MEMLOCK")
    }
    cells("del held")
    assert_refused(cells, attempts, 7)


def test_processor_time_is_bounded(cells):
    """The notebook ends with words that say so."""
    _, end = cells("import signal; signal.signal(signal.SIGXCPU, lambda *a: None)\nwhile 1: pass")
    assert end.died == "it used more than 2 s of CPU"


def test_a_loop_that_ignores_its_interrupt_ends(cells):
    """With its limit and the grace."""
    stubborn = "import signal, time\nsignal.signal(2, signal.SIG_IGN)\nwhile 1: time.sleep(9)"
    started = time.monotonic()
    _, end = cells(stubborn, seconds=0.5, grace=0.5)
    assert end.timed_out
    assert end.died == "it went on when it was interrupted"
    assert time.monotonic() - started < 4


def test_nothing_is_left_for_the_next_notebook(worker, isolated_by):
    """Processes that hid, folders that resist, shared memory; whatever this worker's next sees."""
    leave = """
    import os, subprocess, time
    subprocess.Popen('setsid sh -c "trap : TERM HUP INT; sleep 600 & wait"', shell=True)
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.kill(os.getpid(), 19)
            time.sleep(600)
        os._exit(0)
    for place in ('.', os.environ['HOME'], os.environ['TMPDIR'], '/dev/shm', '/tmp', '..'):
        try:
            os.makedirs(place + '/left/behind')
            open(place + '/left/behind/file', 'w').write('mine')
            os.chmod(place + '/left/behind', 0)
            os.chmod(place + '/left', 0o500)
        except OSError:
            pass
    os.mkdir('deep'); os.chdir('deep')
    for i in range(DEPTH):
        os.mkdir('d' * 20); os.chdir('d' * 20)
    os.unlink(os.environ['HOME'] + '/../work/cs231n')
    time.sleep(.3)
    """
    with worker.notebook() as notebook:
        # Deeper than any path where that is not found out at once.
        depth = "300" if isolated_by == "bubblewrap" else "150"
        _, end = Cells(notebook)(leave.replace("DEPTH", depth))
        assert end.error is None, end.error
        left = notebook.pids()
        assert len(left) >= 4
        before = worker.pid
    assert all(gone(pid) for pid in left)
    look = """
    import os
    found = [os.environ['HOME'], os.environ['TMPDIR'], '/dev/shm', '/tmp', '..', '.']
    for place in found:
        try:
            print(sorted(os.listdir(place)))
        except OSError:
            print('not to be seen')
    """
    with worker.notebook() as notebook:
        text, _ = Cells(notebook)(look)
        assert len(notebook.pids()) == 1
    assert worker.pid == before
    home, temporary, shared, _, _, work = text.splitlines()
    assert (home, temporary) == ("[]", "[]")
    assert shared in ("[]", "not to be seen")
    assert "left" not in text
    assert "cs231n" in work


def test_killing_everything_ends_only_its_own_notebook(worker, isolated_by):
    """Where the worker is in reach, a new one serves the next notebook."""
    everybody = [-1, *range(2, 300)] if isolated_by == "bubblewrap" else []
    deadly = f"""
    import os, signal
    for pid in [os.getppid(), *{everybody}]:
        try:
            os.kill(pid, 9) if pid != os.getpid() else None
        except OSError:
            pass
    """
    with worker.notebook() as notebook:
        Cells(notebook)(deadly)
    with worker.notebook() as notebook:
        assert Cells(notebook)("print('next')")[0] == "next\n"


def test_its_user_is_nobody_s(cells):
    """As root each notebook has a user of its own, without privileges; else it stays the user."""
    text, _ = cells(
        "import os; print(os.getuid(), os.getresuid() == (os.getuid(),) * 3, os.getgroups())"
    )
    user, same, groups = text.split(maxsplit=2)
    assert same == "True"
    if os.getuid() == 0:
        assert int(user) > 60_000
        assert groups.strip() == f"[{user}]" or groups.strip() == "[]"
    else:
        assert int(user) == os.getuid()


def test_honest_work_goes_on(cells, isolated_by):
    """Programs, threads, processes, temporary files, figures, event loops, the given helpers."""
    work = {
        "!echo one; exit 3": "one\r\n",
        "print(_exit_code)": "3\n",
        "%%bash\necho two": "two\n",
        "captured = !echo three\nprint(captured)": "['three']\n",
        "import subprocess, sys\n"
        "print(subprocess.run([sys.executable, '-c', 'print(4)'], capture_output=True).stdout)": (
            "b'4\\n'\n"
        ),
        "import os\npid = os.fork()\nif not pid: os._exit(5)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))": "5\n",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(4) as pool: print(sum(pool.map(abs, range(4))))": "6\n",
        "import asyncio\nawait asyncio.sleep(0); print(7)": "7\n",
        "import tempfile\nwith tempfile.NamedTemporaryFile('w+') as f:\n"
        "    f.write('8'); f.seek(0); print(f.read())": "8\n",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.savefig('f.png'); plt.close()\n"
        "print(os.path.getsize('f.png') > 1000)": "True\n",
        "import cs231n.layers, selfcheck\nprint(cs231n.layers.__file__)": "cs231n/layers.py\n",
        "from cs231n.data_utils import get_experiment_data\n"
        "print(len(get_experiment_data()['X_train']))": "500\n",
        "import multiprocessing as mp\nours, theirs = mp.Pipe()\n"
        "p = mp.get_context('fork').Process(target=theirs.send, args=(9,)); p.start()\n"
        "print(ours.recv()); p.join()": "9\n",
        "!sh -c 'kill -TERM $$'\nprint(_exit_code)": "-15\n",
        "import numpy as np\nprint(np.linalg.svd(np.ones((300, 300)))[1][0].round())": "300.0\n",
    }
    for source, expected in work.items():
        text, end = cells(source)
        assert text.endswith(expected), (source, text)
        assert end.error is None, source
    if isolated_by == "bubblewrap":
        pool = "with mp.get_context('fork').Pool(2) as pool: print(pool.map(abs, [-1, 2]))"
        assert cells(pool)[0] == "[1, 2]\n"


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs root")
def test_all_this_holds_for_an_ordinary_user_too(course):
    """The same tests, run by a user who is not root."""
    if not stat.S_IMODE(os.stat("/dev/null").st_mode) & 0o006:
        pytest.skip("no ordinary user can do anything here")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        for part in ("autograder", "tests", "release", "solutions", "source"):
            subprocess.run(["cp", "-r", course / part, folder], check=True)
        subprocess.run(["cp", course / "pyproject.toml", course / "nbgrader_config.py", folder])
        subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
        if not policy.read_by_all([sys.executable, os.__file__, np.__file__]):
            pytest.skip("this Python cannot be read by other users")
        run = subprocess.run(
            [
                sys.executable,
                "-m",
                "pytest",
                "-q",
                "-p",
                "no:cacheprovider",
                "tests/test_confine.py",
                "-k",
                AS_A_USER,
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": folder, "HOME": "/nonexistent"},
            user=NOBODY,
            group=NOBODY,
            extra_groups=[],
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-1000:]
        assert "passed" in run.stdout


def test_what_a_killed_grader_left_behind_is_removed(worker):
    """When the next one starts; what belongs to one that runs stays."""
    from autograder.sandbox.runtime import PREFIX, remove_orphans

    process = subprocess.Popen(["sleep", "0"])
    process.wait()
    orphan = Path(tempfile.gettempdir(), f"{PREFIX}-{process.pid}-left")
    running = Path(tempfile.gettempdir(), f"{PREFIX}-{os.getpid()}-here")
    for folder in (orphan, running):
        (folder / "scratch" / "work").mkdir(parents=True)
        (folder / "scratch" / "work").chmod(0)
    remove_orphans()
    assert not orphan.exists()
    assert running.exists()
    from autograder.sandbox import folders

    folders.remove(running)


def test_the_worker_is_stopped_with_the_grader(worker):
    """Killing the process that has started it leaves nothing running."""
    with worker.notebook() as notebook:
        pids = [worker.pid, *notebook.pids()]
        assert all(psutil.pid_exists(pid) for pid in pids)
    os.kill(worker.pid, signal.SIGKILL)
    assert gone(pids[0])
    with worker.notebook() as notebook:
        assert Cells(notebook)("print(1)")[0] == "1\n"
