"""What a submission's cells cost by themselves: the least that any way of grading can take.

python -m benchmarks.bare COURSE ASSIGNMENT: prints the CPU seconds of each submission as JSON.
"""

import contextlib
import gc
import io
import json
import os
import sys
import traceback
from pathlib import Path

import nbformat

from autograder.execute.grade_one import restore_locked
from autograder.intake import submitted_notebook


def main(arguments):
    """Run the cells of all that was handed in, in one copy after the other of a warm process."""
    course, assignment = Path(arguments[0]).resolve(), arguments[1]
    given = course / "source" / assignment
    _warm_up()
    costs = {}
    for folder in sorted((course / "submitted").glob(f"*/{assignment}")):
        sources = _cells(folder, course, assignment)
        costs[folder.parent.name] = _cost(sources, given)
    nothing = _cost([], given)
    json.dump({"cpu_s": costs, "copy_cpu_s": nothing}, sys.stdout)


def _cells(folder, course, assignment):
    """The sources of one handed-in notebook's code cells, hidden tests included."""
    release, source = (
        course / kind / assignment / f"{assignment}.ipynb" for kind in ("release", "source")
    )
    notebook, _ = submitted_notebook(
        folder, assignment, (assignment,), release.parent, own=(source,)
    )
    restore_locked(notebook, nbformat.read(source, as_version=4))
    return [c.source for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def _warm_up():
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


def _cost(sources, given):
    """CPU seconds of running the cells in a copy of this process."""
    child = os.fork()
    if not child:
        status = 1
        try:
            os.chdir(given)
            _run(sources)
            status = 0
        finally:
            os._exit(status)
    _, status, usage = os.wait4(child, 0)
    if status:
        raise RuntimeError("the course's own first cell does not run")
    return usage.ru_utime + usage.ru_stime


def _run(sources):
    import matplotlib.pyplot as plt

    names = {"__name__": "__main__"}
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        for source in sources:
            try:
                exec(compile(source, "<cell>", "exec"), names)
            except BaseException:
                if source is sources[0]:  # the course's own
                    raise
                said.write(traceback.format_exc())
            for number in plt.get_fignums():  # what the inline backend does after each cell
                plt.figure(number).savefig(io.BytesIO(), format="png", bbox_inches="tight")
            plt.close("all")


if __name__ == "__main__":
    main(sys.argv[1:])
