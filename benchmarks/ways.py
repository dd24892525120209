"""The ways of grading that are compared, each on a scratch course of its own."""

import os
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.sample.course import ScratchCourse
from autograder.sample.hand_in import hand_in

STOCK = """\
c = get_config()
c.CourseDirectory.course_id = "dropout"
c.GenerateAssignment.force = True
c.ClearMarkScheme.enforce_metadata = False
c.Execute.timeout = 60
"""
ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Way:
    """One way of grading. isolation: ours, or None for stock nbgrader. threads: BLAS threads."""

    name: str
    isolation: str | None
    threads: int = 1


@dataclass(frozen=True)
class Cost:
    """Seconds of wall time and of CPU (children included), for all submissions together."""

    wall: float
    cpu: float


class Bench:
    """A scratch course, graded one way as often as asked."""

    def __init__(self, way, original, folder, assignment, students):
        self.way, self._assignment = way, assignment
        self._scratch = ScratchCourse(original, folder, assignment)
        self._scratch.prepare()
        config = self._scratch.course / "nbgrader_config.py"
        if way.isolation is None:
            config.write_text(STOCK, encoding="utf-8")
        else:
            config.write_text(
                config.read_text("utf-8")
                + f"\nc.ExecuteSubmission.isolation = {way.isolation!r}\n",
                encoding="utf-8",
            )
        self._scratch.enrol(students)
        self._scratch.nbgrader("generate_assignment", assignment)
        release = self._scratch.course / "release" / assignment / f"{assignment}.ipynb"
        for student in students:
            folder = self._scratch.course / "submitted" / student.id / assignment
            hand_in(student, assignment, release, folder)

    def grade(self):
        """Grade all submissions anew; returns a Cost. Raises CalledProcessError."""
        environment = os.environ | dict.fromkeys(ONE_THREAD, str(self.way.threads))
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        before, started = _children_cpu(), time.monotonic()
        command = [sys.executable, "-m", "nbgrader", "autograde", self._assignment, "--force"]
        with self._scratch.log.open("a", encoding="utf-8") as log:
            subprocess.run(
                command,
                cwd=self._scratch.course,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
            )
        return Cost(time.monotonic() - started, _children_cpu() - before)

    def marks(self):
        """{(student, cell): mark} of the test cells, from the gradebook."""
        found = {}
        with Gradebook(f"sqlite:///{self._scratch.course / 'gradebook.db'}") as gradebook:
            for submission in gradebook.assignment_submissions(self._assignment):
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        if grade.cell_type == "code":
                            found[submission.student_id, grade.name] = grade.auto_score
        return found


def _children_cpu():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
