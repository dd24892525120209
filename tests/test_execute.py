"""Running a submission's cells: as a notebook would show them, and whatever they do."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import nbformat
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.preprocessors import Execute
from processes import gone
from traitlets.config import Config

from autograder.execute.grade_one import grade_one, restore_locked
from autograder.execute.outputs import NotebookOutputs
from autograder.execute.run_cells import ExecuteSubmission
from autograder.sandbox import isolation, wire
from autograder.sandbox.launcher import Setting, Worker, shared_worker
from autograder.validate.grade_cases import hand_in, reference_cells

ODD_CELLS = [
    "x = 3\nprint('a'); print('b', end='')",
    "import sys\nprint('err', file=sys.stderr)",
    "x",
    "x;",
    "",
    "1/0",
    "def f():\n    g()\ndef g():\n    raise ValueError('no')\nf()",
    "not python at all",
    "  wrong = 1\n indent",
    "from IPython.display import HTML, Image, clear_output, publish_display_data\n"
    "display(HTML('<b>x</b>')); display({'a': 1}); 5",
    "handle = display('first', display_id='k'); handle.update('second')",
    "handle.update('third')",
    "print('gone'); clear_output(); print('kept')",
    "print('gone'); clear_output(wait=True); print('kept')",
    "publish_display_data({'text/plain': 'p', 'application/vnd.x+json': {'q': [1, 2.5, None]}})",
    "Image(data=b'\\x89PNG\\r\\n\\x1a\\n', format='png')",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('t'); print('before')",
    "plt.plot([3, 1]); plt.show(); print('after')",
    "%matplotlib inline\nfig, ax = plt.subplots(); ax.plot([1, 2, 3]);",
    "fig",
    "plt.isinteractive(), plt.get_backend(), plt.get_fignums()",
    "import asyncio\nawait asyncio.sleep(0.01)\nprint('awaited')\n7",
    "task = asyncio.create_task(asyncio.sleep(0)); await task; task.done()",
    "async def bad():\n    raise KeyError('k')\nawait bad()",
    "%timeit -n1 -r1 pass",
    "%%time\nz = 1",
    "!echo hi; exit 3",
    "captured = !echo captured\ncaptured, _exit_code",
    "%%bash\necho from bash",
    "%%capture hidden\nprint('hidden')",
    "hidden.stdout",
    "%nosuchmagic",
    "%lsmagic?",
    "print?",
    "sys.exit(3)",
    "raise SystemExit",
    "raise KeyboardInterrupt",
    "breakpoint()",
    "import os\nn = os.write(1, b'raw\\n')",
    "import subprocess; subprocess.run(['echo', 'from a process']); print('after')",
    "import warnings; warnings.warn('careful')",
    "import numpy as np; np.array([1.0]) / 0",
    "np.arange(5)",
    "import surely_not_there",
    "_, __name__, In[1], Out[3]",
    "get_ipython().__class__.__name__",
    "class Shy:\n    def __repr__(self): raise RuntimeError('in repr')\nShy()",
    "assert x == 4, 'x is not four'",
    "try:\n    1/0\nexcept ZeroDivisionError as e:\n    raise ValueError('chained') from e",
    "import multiprocessing\n"
    "process = multiprocessing.get_context('fork').Process(target=print, args=('forked',))\n"
    "process.start(); process.join()",
    "show = get_ipython().showtraceback\nget_ipython().showtraceback = lambda *a, **k: None\n1/0",
    "get_ipython().showtraceback = show\ndisplay(1, 2); 3; 4",
    "print('é☃\\r10 %')",
    "%%javascript\nalert(1)",
    "sys.path.index('') == [os.path.basename(p) for p in sys.path].index('site-packages') - 1",
    "sys.stdout.isatty(), sys.stdout.encoding, hasattr(sys.stdout, 'buffer'), sys.stdin.read()",
]
MASKS = (
    (r"0x[0-9a-f]+", "ADDRESS"),
    (r"\S*ipykernel_\d+/\d+", "FILE"),
    (r"[\d.e+]+ (ns|μs|µs|ms|s)\b", "TIME"),
)


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A folder of released helper files; the same for all tests, so that a worker serves all."""
    folder = tmp_path_factory.mktemp("given")
    (folder / "helper.py").write_text("where = __file__\n")
    return folder


@pytest.fixture
def run(given):
    """run([source, ...], **traits): (the executed cells, what was noted about the run)."""

    def run_cells(sources, **traits):
        notebook = notebook_of(sources)
        resources = {"nbgrader": {"given": str(given)}}
        traits = {"timeout": 20, "grace": 1} | traits
        notebook, resources = ExecuteSubmission(**traits).preprocess(notebook, resources)
        nbformat.validate(notebook)
        return notebook.cells, resources["nbgrader"]

    return run_cells


def notebook_of(sources):
    notebook = new_notebook(cells=[new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "", "language": "python"}
    return notebook


@pytest.fixture
def setting(given):
    """The Setting that `run` comes to."""
    return Setting(isolation.choose("auto"), given=given.resolve())


def text_of(cell):
    """What a cell printed."""
    return "".join(o.text for o in cell.outputs if o.output_type == "stream")


def errors_of(cell):
    """The names of a cell's errors."""
    return [o.ename for o in cell.outputs if o.output_type == "error"]


def comparable(cell):
    """A cell's outputs with adjacent texts joined, times and addresses masked."""
    joined = []
    for output in cell.outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1]["text"] += output.text
        else:
            joined.append(dict(output))
    text = json.dumps([cell.execution_count, joined], indent=1, ensure_ascii=False)
    for pattern, mask in MASKS:
        text = re.sub(pattern, mask, text)
    return text


@pytest.mark.filterwarnings("ignore")
def test_cells_show_what_they_show_in_a_kernel(run, monkeypatch, tmp_path):
    """Kind, order and content of every output; only times and addresses differ."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # ipykernel does not read descriptor 1 with it
    ours, _ = run(ODD_CELLS)
    kernels = notebook_of(ODD_CELLS)
    Execute(timeout=20).preprocess(kernels, {"nbgrader": {}, "metadata": {"path": str(tmp_path)}})
    for mine, theirs in zip(ours, kernels.cells, strict=True):
        assert comparable(mine) == comparable(theirs), mine.source


@pytest.mark.filterwarnings("ignore")
def test_the_reference_notebook_has_full_marks_in_a_kernel_too(course, tmp_path, monkeypatch):
    """Stock nbgrader's way, unprotected, and under each isolation that works here."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "1")  # more only fight for the cores in a kernel
    submission = tmp_path / "dropout.ipynb"
    notebook = hand_in(course, "dropout", reference_cells("dropout"))
    nbformat.write(notebook, submission)
    for path in ("cs231n", "selfcheck.py"):
        (tmp_path / path).symlink_to(course / "source" / "dropout" / path)
    source = nbformat.read(course / "source" / "dropout" / "dropout.ipynb", as_version=4)
    restore_locked(notebook, source)
    Execute(timeout=60).preprocess(notebook, {"nbgrader": {}, "metadata": {"path": str(tmp_path)}})
    stock = {
        c.metadata.nbgrader["grade_id"]: float(c.outputs[-1].data["text/plain"])
        for c in notebook.cells
        if c.metadata.get("nbgrader", {}).get("grade") and not c.metadata.nbgrader["solution"]
    }
    for name in filter(isolation.works, isolation.NAMES):
        config = Config(ExecuteSubmission={"isolation": name})
        graded = grade_one(submission, course, "dropout", config)
        ours = {grade_id: cell.mark for grade_id, cell in graded.cells.items()}
        assert ours == stock == {n: cell.points for n, cell in graded.cells.items()}
        assert {cell.result["isolation"] for cell in graded.cells.values()} == {name}


@pytest.mark.parametrize(
    "endless",
    [
        "while True: pass",
        "while True: print('again and again')",
        "import time; time.sleep(100)",
        "await __import__('asyncio').sleep(100)",
        "import subprocess; subprocess.run(['sleep', '100'])",
        "!sleep 100",
    ],
)
def test_an_endless_cell_costs_its_limit(run, endless):
    """It is interrupted and says so; the next cell runs, with the names of those before."""
    started = time.monotonic()
    (_, cell, after), _ = run(["x = 'kept'", endless, "print(x)"], timeout=1)
    assert errors_of(cell)[0] == "CellTimeoutError"
    assert "longer than 1 s" in cell.outputs[-len(errors_of(cell))].evalue
    assert text_of(after) == "kept\n"
    assert time.monotonic() - started < 10


def test_a_cell_that_swallows_its_interrupt_costs_itself_only(run):
    """Its process is ended; the next cell runs in a new one, in which the earlier ones have run."""
    # Asleep, because Python 3.11 lets an interrupt at a loop's jump pass by the loop's `except`.
    stubborn = (
        "import time\nprint('got here')\n"
        "while True:\n    try:\n        time.sleep(60)\n    except BaseException:\n        pass"
    )
    (before, cell, after), _ = run(["x = 1; print(x)", stubborn, "print(x + 1)"], timeout=1)
    assert text_of(before) == "1\n"
    assert text_of(cell) == "got here\n"
    assert errors_of(cell)[0] == "CellTimeoutError"
    assert errors_of(cell)[-1] == "DeadKernelError"
    assert "went on when it was interrupted" in cell.outputs[-1].evalue
    assert text_of(after) == "2\n"


@pytest.mark.parametrize(
    ("deadly", "said"),
    [
        ("import os; os._exit(7)", "exit status 7"),
        ("import ctypes; ctypes.string_at(0)", "SIGSEGV"),
        ("import os; os.kill(os.getpid(), 9)", "SIGKILL"),
        ("import os, time\nif os.fork(): os._exit(3)\ntime.sleep(60)", "exit status 3"),
        ("import os; os.closerange(3, 500)", "ended"),
    ],
)
def test_a_cell_that_ends_its_process_costs_itself_only(run, deadly, said):
    """It says how; earlier cells are run again, quietly, and later ones run."""
    sources = ["x = 1; print(x)", f"print('last words')\n{deadly}", "print(x + 2)"]
    (before, cell, after), _ = run(sources)
    assert text_of(before) == "1\n"
    assert text_of(cell) == "last words\n"
    assert errors_of(cell) == ["DeadKernelError"]
    assert said in cell.outputs[-1].evalue
    assert text_of(after) == "3\n"


def test_a_notebook_that_dies_again_and_again_is_given_up(run):
    """After so many restarts its cells are not run any more, and each says so."""
    cells, _ = run(["import os; os._exit(1)"] * 4 + ["print('never')"], restarts=2)
    assert all(errors_of(c) == ["DeadKernelError"] for c in cells)
    assert "too often" in cells[-1].outputs[-1].evalue


def test_the_submission_has_a_limit_of_its_own(run):
    """Cells after it are not run, and say so."""
    started = time.monotonic()
    cells, _ = run(["while True: pass"] * 5 + ["print('never')"], submission_timeout=2, timeout=1)
    assert time.monotonic() - started < 12
    assert [errors_of(c)[0] for c in cells[:2]] == ["CellTimeoutError"] * 2
    assert "used up" in cells[-1].outputs[-1].evalue


def test_stale_outputs_do_not_survive():
    """Not even in cells that never run."""
    notebook = new_notebook(cells=[new_code_cell("import os; os._exit(0)"), new_code_cell("")])
    for cell in notebook.cells:
        cell.outputs = [nbformat.v4.new_output("stream", text="forged")]
        cell.execution_count = 9
    ExecuteSubmission(timeout=20).preprocess(notebook, {"nbgrader": {}})
    assert [errors_of(c) for c in notebook.cells] == [["DeadKernelError"], []]
    assert "forged" not in str(notebook.cells)
    assert notebook.cells[1].execution_count is None


@pytest.mark.parametrize(
    "loud",
    [
        "print('y' * 50_000_000)",
        "for i in range(100_000): print('a line of some length, again and again')",
        "import subprocess; subprocess.run('yes | head -c 9000000', shell=True, check=False);",
        "!yes | head -c 3000000",
        "'z' * 50_000_000",
        "for i in range(5_000): display(i)",
    ],
)
def test_endless_output_is_cut(run, loud):
    """A megabyte of text, ten of the rest; the notebook says so, and the next cell has its own."""
    (cell, after), _ = run([loud, "print('quiet')"])
    assert len(json.dumps(cell)) < 11_000_000
    assert len(text_of(cell)) < 1_000_100
    assert "is left out" in text_of(cell)
    assert text_of(after) == "quiet\n"


def test_endless_errors_are_cut(run):
    """A recursion's traceback, and a message of megabytes."""
    cells, _ = run(["def f(): f()\nf()", "raise ValueError('v' * 10_000_000)"])
    assert [errors_of(c) for c in cells] == [["RecursionError"], ["ValueError"]]
    assert all(len(json.dumps(c)) < 100_000 for c in cells)


def test_what_is_no_text_does_no_harm(run, tmp_path):
    """Halves of surrogate pairs and undecodable bytes can be written to a file."""
    cells, _ = run(["print('\\ud800')", "import os; os.write(1, b'\\xff\\n');", "print('é')"])
    assert [text_of(c) for c in cells] == ["?\n", "\ufffd\n", "é\n"]
    nbformat.write(new_notebook(cells=cells), tmp_path / "written.ipynb")


def test_leftovers_are_gone(run):
    """Background processes, those in sessions of their own, and threads; on Linux also orphans."""
    spawn = (
        "import os, subprocess, sys, threading\nsleep = ['sleep', '600']\n"
        "print(subprocess.Popen(sleep).pid)\n"
        "print(subprocess.Popen(sleep, start_new_session=True).pid, flush=True)"
    )
    orphan = "!setsid sleep 600 > /dev/null 2>&1 & echo $!" if sys.platform == "linux" else "pass"
    thread = "def spin():\n    while True: pass\nthreading.Thread(target=spin).start()"
    # Not in a process namespace, whose numbers would mean nothing here.
    cells, _ = run([spawn, orphan, thread, "print(os.getpid())"], isolation="none")
    left = [int(pid) for cell in cells for pid in text_of(cell).split()]
    assert len(left) == (4 if sys.platform == "linux" else 3)
    assert all(gone(pid) for pid in left)


def test_notebooks_do_not_see_each_other(run, given):
    """Neither names nor patched modules nor random numbers; helpers come from their own folder."""
    spoil = (
        "import numpy as np, random, json\nnp.random.randn = None; json.dumps = None; secret = 1"
    )
    draw = "import numpy as np, random\nprint(np.random.rand(), random.random())"
    look = "import json, helper\nprint('secret' in dir(), callable(json.dumps), helper.where)"
    (first, _), _ = run([draw, spoil])
    (second, seen), _ = run([draw, look])
    assert all(a != b for a, b in zip(*(text_of(c).split() for c in (first, second)), strict=True))
    assert re.fullmatch(r"False True \S+/helper\.py\n", text_of(seen))
    assert not list(given.rglob("*.pyc"))


def test_calls_can_be_limited_in_a_cell(run):
    """Cells run in the main thread, where signals arrive."""
    limited = (
        "from autograder.candidate.limit import Expired, at_most\n"
        "try:\n    with at_most(0.2):\n        while True: pass\n"
        "except Expired:\n    print('expired')"
    )
    (cell,), _ = run([limited])
    assert text_of(cell) == "expired\n"


def test_the_course_s_own_failing_setup_is_noted():
    """A locked first cell that fails is nobody's zero."""
    cell = new_code_cell("import surely_not_there")
    cell.metadata.nbgrader = {"locked": True, "solution": False}
    _, resources = ExecuteSubmission(timeout=20).preprocess(
        new_notebook(cells=[cell]), {"nbgrader": {}}
    )
    assert resources["nbgrader"]["setup_failed"] is True


def test_one_worker_serves_all_and_is_replaced_when_it_died(run, setting):
    """Killed between two notebooks, or stopped: the next one has a new worker."""
    run(["1"])
    worker = shared_worker(setting).pid
    run(["2"])
    assert shared_worker(setting).pid == worker
    os.kill(worker, signal.SIGKILL)
    assert text_of(run(["print(3)"])[0][0]) == "3\n"
    assert shared_worker(setting).pid not in (None, worker)


def test_closing_the_worker_ends_it():
    """And the notebook that an exception has interrupted."""
    worker, pids = Worker(Setting("none")), []

    def interrupted():
        with worker.notebook() as notebook:
            pids.extend([worker.pid, *notebook.pids()])
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert len(pids) > 1
    assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize("name", [n for n in isolation.NAMES if isolation.works(n)])
def test_the_worker_ends_with_its_parent(course, name):
    """Also when that is killed in the middle of a cell, and with it the notebook."""
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from autograder.sandbox.launcher import Setting, shared_worker\n"
            "from autograder.execute.outputs import NotebookOutputs\n"
            "from nbformat.v4 import new_code_cell\n"
            f"worker = shared_worker(Setting({name!r}))\n"
            "with worker.notebook() as notebook:\n"
            "    print(worker.pid, *notebook.pids(), flush=True)\n"
            "    outputs = NotebookOutputs()\n"
            "    outputs.begin(new_code_cell())\n"
            "    notebook.run('while True: pass', None, 1, outputs)\n",
        ],
        cwd=course,
        stdout=subprocess.PIPE,
        text=True,
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    time.sleep(0.3)
    assert len(pids) >= 2
    assert all(psutil.pid_exists(pid) for pid in pids)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize(
    "forged",
    [
        {},
        {"output_type": ["stream"]},
        {"output_type": "stream", "name": "stdin", "text": "x"},
        {"output_type": "stream", "name": "stdout", "text": 5},
        {"output_type": "display_data", "data": 5},
        {"output_type": "display_data", "data": {"text/plain": 5}, "metadata": [1]},
        {"output_type": "clear_output"},
        {"output_type": "update_display_data", "data": {}, "display_id": [1]},
    ],
)
def test_what_is_no_output_is_left_out(forged):
    """The child is the student's: it may send anything."""
    cell, outputs = new_code_cell(), NotebookOutputs()
    outputs.begin(cell)
    outputs.add(forged, 10)
    assert cell.outputs == []


def test_frames_that_are_none_are_refused():
    """Too long, no JSON, no object."""
    for body in (b"\xff", b"[1]", b"{", b"[" * 100_000):
        with pytest.raises(wire.Malformed):
            wire.unpacked(body)
    assert wire.unpacked(b'{"a": "\\ud800"}') == {"a": "?"}
