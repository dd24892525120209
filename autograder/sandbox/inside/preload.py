"""What the worker imports once, so that no notebook has to."""

import gc
import importlib
import io
import os
import sys
import threading

# What a cell may need that is slow to import: for errors, `%%bash`, plots, the given helpers.
MODULES = (
    "stack_data",
    "pygments.lexers.python",
    "pygments.formatters.terminal256",
    "asyncio.selector_events",
    "gzip",
    "numpy",
    "matplotlib.pyplot",
    "autograder.candidate",
    "autograder.candidate.serve",
)


def forget_the_course(folders):
    """Import nothing but from these folders, the Python installation, and from this package's own.

    Else an editable installation of the course would still lead to its checks and solutions.
    """
    own = os.path.dirname(os.path.dirname(sys.modules["autograder"].__file__))
    kept = [os.path.realpath(folder) + os.sep for folder in (own, *folders)]
    sys.path[:] = [
        path
        for path in sys.path
        if os.path.isabs(path) and (os.path.realpath(path) + os.sep).startswith(tuple(kept))
    ]
    sys.path.sort(key=lambda path: path == own)  # last: students' `import given` finds none
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not _module_of(finder).startswith("__editable__")
    ]
    sys.path_importer_cache.clear()


def preload():
    """Import everything and use it once. The shell exists already (cell_shell.make_shell)."""
    for name in MODULES:
        importlib.import_module(name)
    _draw_once()
    gc.collect()
    gc.freeze()  # children need not look through all this at every collection


def assert_may_fork():
    """Raise RuntimeError if a thread was started: a copy of this process could hang then."""
    tasks = "/proc/self/task"
    count = len(os.listdir(tasks)) if os.path.isdir(tasks) else threading.active_count()
    if count != 1:
        raise RuntimeError(f"the worker has {count} threads and must not fork")


def _module_of(finder):
    return getattr(finder, "__module__", None) or type(finder).__module__


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
