"""What a submission's cells cost by themselves: the least that any way of grading can take."""

import contextlib
import gc
import io
import os
import resource
import traceback
from pathlib import Path

from autograder.execute.grade_one import restore_locked
from autograder.intake import canonical_notebook, notebook_in


def prepare(folder, course, assignment):
    """The cells' sources of one handed-in notebook, hidden tests included, ready to be run."""
    import nbformat

    release, source = (
        Path(course, kind, assignment, f"{assignment}.ipynb") for kind in ("release", "source")
    )
    handed_in = notebook_in(folder, assignment, (assignment,), release.parent)
    notebook, _ = canonical_notebook(handed_in.path, release, notes=handed_in.notes, own=(source,))
    restore_locked(notebook, nbformat.read(source, as_version=4))
    return [c.source for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def warm_up():
    """Import and use once what the cells need, so that no copy of this process has to."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    import autograder.checks.registry
    import autograder.marking  # noqa: F401
    from autograder import oracle

    oracle.reference(), oracle.oracles(), oracle.digits(), oracle.given("solver")
    figure, axes = plt.subplots()
    axes.plot([0, 1], label="line")
    axes.legend()
    figure.savefig(io.BytesIO(), format="png")
    plt.close("all")
    gc.freeze()


def bare_cost(sources, given):
    """CPU seconds of running the cells, one after the other, in a copy of this process.

    sources: of the code cells, test cells too. given: the folder of released helper files. What
    the cells print goes nowhere; figures are drawn as a notebook would show them.
    """
    child = os.fork()
    if not child:
        try:
            _run(sources, given)
        finally:
            os._exit(0)
    _, _, usage = os.wait4(child, 0)
    return usage.ru_utime + usage.ru_stime


def usage_of_fork():
    """CPU seconds of a copy of this process that does nothing."""
    return bare_cost([], ".")


def _run(sources, given):
    import sys

    import matplotlib.pyplot as plt

    os.chdir(given)
    sys.path.insert(0, "")
    names = {"__name__": "__main__"}
    sink = io.StringIO()
    with contextlib.redirect_stdout(sink), contextlib.redirect_stderr(sink):
        for source in sources:
            try:
                exec(compile(source, "<cell>", "exec"), names)
            except BaseException:
                sink.write(traceback.format_exc())
            for number in plt.get_fignums():
                plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
            plt.close("all")
    resource.getrusage(resource.RUSAGE_SELF)
