"""The ways of grading that are compared, each on a scratch course of its own."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook

from autograder.sample.course import ScratchCourse
from autograder.sample.hand_in import hand_in
from benchmarks.machine import Meter

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
    """One way of grading a class, and of writing its feedback.

    commands: Python modules with their arguments, first to grade and then for feedback. stock:
    whether it is nbgrader as it comes. threads: of BLAS, None for as many as it likes. isolation:
    of ours.
    """

    name: str
    grade: tuple
    feedback: tuple
    stock: bool = False
    threads: int | None = 1
    isolation: str = "auto"


NBGRADER = {
    "grade": ("nbgrader", "autograde", "ASSIGNMENT", "--force"),
    "feedback": ("nbgrader", "generate_feedback", "ASSIGNMENT", "--force"),
}
OURS = {
    "grade": ("autograder", "class", "ASSIGNMENT", "--force"),
    "feedback": ("autograder", "feedback", "ASSIGNMENT"),
}


class Bench:
    """A scratch course, graded one way as often as asked."""

    def __init__(self, way, original, folder, assignment, students):
        self.way, self._assignment = way, assignment
        self._scratch = ScratchCourse(original, folder, assignment)
        self.course = self._scratch.course
        self._scratch.prepare()
        config = self.course / "nbgrader_config.py"
        if way.stock:
            config.write_text(STOCK, encoding="utf-8")
        else:
            chosen = f"\nc.ExecuteSubmission.isolation = {way.isolation!r}\n"
            config.write_text(config.read_text("utf-8") + chosen, encoding="utf-8")
        self._scratch.enrol(students)
        self._scratch.nbgrader("generate_assignment", assignment)
        release = self.course / "release" / assignment / f"{assignment}.ipynb"
        for student in students:
            folder = self.course / "submitted" / student.id / assignment
            hand_in(student, assignment, release, folder)

    def grade(self):
        """Grade all submissions anew; returns a Cost. Raises CalledProcessError."""
        return self.run(*self.way.grade)

    def feedback(self):
        """Write all feedback anew; returns a Cost. Raises CalledProcessError."""
        return self.run(*self.way.feedback)

    def bare(self):
        """{student: CPU seconds} of the cells alone, and those of an empty run."""
        command = [sys.executable, "-m", "benchmarks.bare", str(self.course), self._assignment]
        # The cells import the released helper files, as they do beside the notebook.
        given = str(self.course / "source" / self._assignment)
        environment = _environment(1) | {"PYTHONPATH": given}
        done = subprocess.run(
            command, env=environment, stdout=subprocess.PIPE, check=True, text=True
        )
        return json.loads(done.stdout)

    def run(self, *command):
        """Run a command in the course; returns its Cost. Raises CalledProcessError."""
        command = [self._assignment if part == "ASSIGNMENT" else part for part in command]
        with self._scratch.log.open("a", encoding="utf-8") as log, Meter() as meter:
            subprocess.run(
                [sys.executable, "-m", *command],
                cwd=self.course,
                env=_environment(self.way.threads),
                stdout=log,
                stderr=subprocess.STDOUT,
                check=True,
            )
        return meter.cost

    def marks(self):
        """{(student, cell): mark} of the test cells, from the gradebook."""
        found = {}
        with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}") as gradebook:
            for submission in gradebook.assignment_submissions(self._assignment):
                for notebook in submission.notebooks:
                    for grade in notebook.grades:
                        if grade.cell_type == "code":
                            found[submission.student_id, grade.name] = grade.auto_score
        return found


def _environment(threads):
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD}
    if threads is not None:
        environment |= dict.fromkeys(ONE_THREAD, str(threads))
    # nbgrader starts alembic by its name.
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    return environment
