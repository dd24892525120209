"""What the worker imports once, so that no notebook has to."""

import contextlib
import gc
import importlib
import io
import os
import threading

# What a cell may need that is slow to import: for errors, `!command`, plots, test cells.
MODULES = (
    "stack_data",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
    "pexpect",
    "asyncio.selector_events",
    "autograder.marking",
    "autograder.checks.registry",
)


def preload():
    """Import everything and use it once. The shell exists already (cell_shell.make_shell)."""
    for name in MODULES:
        importlib.import_module(name)
    # Without `solutions` the checks that need it say so themselves, in words for the grader.
    with contextlib.suppress(ImportError):
        _solutions()
    _render_once()
    _draw_once()
    gc.collect()
    gc.freeze()  # children need not look through all this at every collection


def assert_may_fork():
    """Raise RuntimeError if a thread was started: a copy of this process could hang then."""
    tasks = "/proc/self/task"
    count = len(os.listdir(tasks)) if os.path.isdir(tasks) else threading.active_count()
    if count != 1:
        raise RuntimeError(f"the worker has {count} threads and must not fork")


def _solutions():
    from autograder import oracle

    oracle.reference()
    oracle.oracles()
    oracle.digits()


def _render_once():
    from autograder.marking.judge import CellResult
    from autograder.marking.render import render

    for form in ("text", "html"):
        render(CellResult("", "", "", 0, ()), form)


def _draw_once():
    # Finds the fonts and fills matplotlib's caches. Not through pyplot, which would remember it.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.subplots()
    axes.plot([0, 1], label="line")
    axes.set(title="title", xlabel="x", ylabel="y")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png", bbox_inches="tight")
