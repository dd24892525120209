"""Executing a submission: the student's cells apart, in a sandbox; the test cells right here."""

import sys
import time
from pathlib import Path

from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade, is_solution
from traitlets import Float, Int, List, Unicode

from autograder.candidate.remote import RemoteCandidate
from autograder.checks.trial import Submitter
from autograder.execute.outputs import NotebookOutputs
from autograder.execute.student_run import StudentRun
from autograder.execute.test_cells import run_test_cell
from autograder.sandbox import isolation
from autograder.sandbox.launcher import Setting
from autograder.sandbox.policy import Limits

LANGUAGE = {
    "name": "python",
    "version": ".".join(map(str, sys.version_info[:3])),
    "mimetype": "text/x-python",
    "codemirror_mode": {"name": "ipython", "version": 3},
    "pygments_lexer": "ipython3",
    "nbconvert_exporter": "python",
    "file_extension": ".py",
}
HIDDEN = "ERROR: An error occurred while showtraceback was disabled"


class ExecuteSubmission(Execute):
    """nbgrader's Execute, with the student's code in a process of its own that is confined.

    Takes nbgrader's `timeout` (seconds a cell; None or negative: no limit) and `timeout_func`.
    A cell that exceeds it is interrupted and the next one runs. Where the notebook's process
    dies, it is started anew and its cells are run again; what died stays undone. Test cells run
    in this process and call the student's functions by value (autograder.candidate.remote).

    Reads in resources["nbgrader"] `given`, the folder of the released helper files; without it
    they are looked for in the notebook's own folder. Leaves there `test_cells`, a dictionary of
    TestCellEnds by grade_id; `isolation`; and `setup_failed` where the course's own first cells
    failed.
    """

    isolation = Unicode(
        "auto",
        help="What confines students' code: 'bubblewrap', 'landlock', 'none' (unprotected), or "
        "'auto', the strongest of the first two that works here.",
    ).tag(config=True)
    call_timeout = Float(20, help="Seconds for one call of a student's function.").tag(config=True)
    submission_timeout = Float(
        600, allow_none=True, help="Seconds for all cells of one notebook together."
    ).tag(config=True)
    grace = Float(
        5, help="Seconds an interrupted cell has to stop before its notebook is ended."
    ).tag(config=True)
    restarts = Int(4, help="How often a notebook's process is started anew.").tag(config=True)
    memory_mb = Int(Limits.memory_mb, help="Memory of one process.").tag(config=True)
    total_memory_mb = Int(
        Limits.total_memory_mb, help="Memory of all of a notebook's processes together."
    ).tag(config=True)
    cpu_seconds = Int(Limits.cpu_seconds, help="CPU seconds of one process.").tag(config=True)
    file_mb = Int(Limits.file_mb, help="Size of one file.").tag(config=True)
    scratch_mb = Int(Limits.scratch_mb, help="Size of all files of a notebook.").tag(config=True)
    processes = Int(Limits.processes, help="Processes and threads of a notebook.").tag(config=True)
    open_files = Int(Limits.open_files, help="Open files of one process.").tag(config=True)
    environment = List(
        Unicode(), help="Names of environment variables that students' code may see."
    ).tag(config=True)
    term_secret = Unicode(
        "",
        help="What students' own variants of a quiz are drawn with. Empty: all have the same one.",
    ).tag(config=True)
    readable = List(
        Unicode(), help="Folders that students' code may read, besides the released files."
    ).tag(config=True)

    def preprocess(self, nb, resources, km=None):
        """Run all cells of nb; returns (nb, resources).

        Raises WorkerFailed if notebooks cannot be run at all, IsolationUnavailable if nothing
        here confines them.
        """
        nb.metadata["language_info"] = LANGUAGE
        chosen = isolation.choose(self.isolation)
        self.log.info("students' code runs under isolation %r", chosen)
        resources["nbgrader"]["isolation"] = chosen
        # The course's own folder where it is known: one worker then serves all students.
        given = resources["nbgrader"].get("given") or resources.get("metadata", {}).get("path")
        setting = self._setting(chosen, given)
        self._run_twice_if_need_be(nb, setting, resources["nbgrader"])
        if setup_failed(nb):
            self.log.error("the course's own setup cell failed: no marks are given")
            resources["nbgrader"]["setup_failed"] = True
        return nb, resources

    def _run_twice_if_need_be(self, nb, setting, execution):
        """Run all cells; once more if something may have ended the notebook's process from outside.

        What the student's own code does, it does again. The submission's time limit is for both
        runs together, and the second needs no less than the first.
        """
        began, seconds = time.monotonic(), self.submission_timeout
        for last in (False, True):
            for cell in nb.cells:
                if cell.cell_type == "code":
                    cell.outputs, cell.execution_count = [], None
            execution["test_cells"] = {}
            with StudentRun(setting, self.grace, self.restarts, seconds, self.log) as run:
                self._run_cells(nb, run, execution)
            used = time.monotonic() - began
            if last or not run.unexplained or (seconds is not None and used > seconds / 2):
                return
            self.log.warning("the notebook's process was killed: all is run once more")
            seconds = None if seconds is None else seconds - used

    def _setting(self, chosen, given):
        limits = Limits(
            memory_mb=self.memory_mb,
            total_memory_mb=self.total_memory_mb,
            cpu_seconds=self.cpu_seconds,
            file_mb=self.file_mb,
            scratch_mb=self.scratch_mb,
            processes=self.processes,
            open_files=self.open_files,
        )
        return Setting(
            isolation=chosen,
            limits=limits,
            given=Path(given).resolve() if given else None,
            readable=tuple(Path(p).resolve() for p in self.readable),
            environment=tuple(self.environment),
        )

    def _run_cells(self, nb, run, execution):
        outputs, memory = NotebookOutputs(), {}
        failures = {}
        candidate = RemoteCandidate(run, self.call_timeout, failures)
        submitter = Submitter(execution.get("student", ""), self.term_secret)
        for cell in nb.cells:
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            if is_grade(cell) and not is_solution(cell):
                with run.test_cell(self._get_timeout(cell)):
                    end = run_test_cell(
                        cell.source, candidate, memory, execution["isolation"], submitter
                    )
                if end.error is not None:
                    self.log.error("a test cell ended in an error", exc_info=end.error)
                cell.outputs = end.outputs
                execution["test_cells"][cell.metadata.nbgrader["grade_id"]] = end
            else:
                self._run_cell(run, cell, outputs)
                name = cell.metadata.get("nbgrader", {}).get("grade_id")
                failed = [o for o in cell.outputs if o.output_type == "error"]
                if name and failed:
                    failures[name] = f"{failed[-1].ename}: {failed[-1].evalue}"

    def _run_cell(self, run, cell, outputs):
        limit = self._get_timeout(cell)
        outputs.begin(cell)
        end = run.run_cell(cell.source, limit, outputs)
        if end.timed_out:
            self.log.warning("a cell took longer than %s s", limit)
            words = f"the cell took longer than {limit} s"
            outputs.error(*_error("CellTimeoutError", words), first=True)
        elif end.error and not any(o.get("ename") == end.error.get("ename") for o in cell.outputs):
            # As nbgrader does it: the cell has kept its traceback from being shown.
            traceback = end.error.get("traceback") or [HIDDEN]
            outputs.error(end.error.get("ename"), end.error.get("evalue"), traceback)
        if end.died:
            words = f"the process that ran this notebook ended in this cell: {end.died}"
            outputs.error(*_error("DeadKernelError", words))


def _error(name, what):
    return name, what, [f"\x1b[0;31m{name}\x1b[0m: {what}"]


def setup_failed(nb):
    """Whether the course's own first cells failed: those before anything a student wrote.

    A missing package or helper file there is not the student's fault.
    """
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        nbgrader = cell.metadata.get("nbgrader", {})
        if not nbgrader.get("locked") or nbgrader.get("solution"):
            return False
        if any(output.output_type == "error" for output in cell.outputs):
            return True
    return False
