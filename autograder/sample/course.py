"""Running nbgrader's own commands on a scratch copy of the course."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from autograder.sample.hand_in import hand_in

STAMP = "%Y-%m-%d %H:%M:%S.%f UTC"


class CommandFailed(RuntimeError):
    """An nbgrader command exited non-zero; the message ends with the last lines it printed."""


class ScratchCourse:
    """A copy of the course with an exchange of its own, for one run from release to export."""

    def __init__(self, original, folder, assignment):
        self.original, self.folder = Path(original), Path(folder)
        self.assignment = assignment
        self.course = self.folder / "course"
        self.exchange = self.folder / "exchange"
        self.log = self.folder / "nbgrader.log"

    def prepare(self):
        """Start afresh: copy config and source; an empty exchange."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.course.mkdir(parents=True)
        self.exchange.mkdir(mode=0o777)
        self.exchange.chmod(0o777)
        shutil.copy(self.original / "nbgrader_config.py", self.course)
        shutil.copytree(
            self.original / "source" / self.assignment, self.course / "source" / self.assignment
        )

    def enrol(self, students):
        """Import the class list."""
        roster = self.folder / "students.csv"
        rows = ["id,first_name,last_name,email", *(f"{s.id},,{s.id}," for s in students)]
        roster.write_text("\n".join(rows) + "\n", encoding="utf-8")
        self.nbgrader("db", "student", "import", str(roster))

    def release(self):
        """generate_assignment and release_assignment."""
        self.nbgrader("generate_assignment", self.assignment)
        self.nbgrader("release_assignment", self.assignment)

    def hand_in(self, students):
        """Put every submission where `nbgrader submit` puts it, in the exchange's inbound."""
        inbound = self.exchange / "dropout" / "inbound"
        released = self.course / "release" / self.assignment / f"{self.assignment}.ipynb"
        for student in students:
            stamp = datetime.now(UTC).strftime(STAMP)
            folder = inbound / f"{student.id}+{self.assignment}+{stamp}"
            hand_in(student, self.assignment, released, folder)
            if folder.is_dir():
                (folder / "timestamp.txt").write_text(stamp, encoding="utf-8")

    def collect(self):
        """Fetch the submissions; one person made them all, so their owner says nothing."""
        self.nbgrader("collect", self.assignment, "--ExchangeCollect.check_owner=False")

    def autograde(self, started):
        """Grade everybody; calls started(student id) as each one's turn comes."""
        turn = re.compile(r"Sanitizing .*[/\\]submitted[/\\]([^/\\]+)[/\\]")
        self.nbgrader(
            "autograde",
            self.assignment,
            on_line=lambda line: (found := turn.search(line)) and started(found[1]),
        )

    def feedback(self):
        """Write the feedback pages."""
        self.nbgrader("generate_feedback", self.assignment)

    def export(self):
        """Write the marks as nbgrader's CSV; returns its path."""
        path = self.folder / "marks.csv"
        self.nbgrader("export", f"--to={path}")
        return path

    def nbgrader(self, *arguments, on_line=lambda line: None):
        """Run one nbgrader command in the scratch course, its output into the log."""
        command = [sys.executable, "-m", "nbgrader", *arguments]
        command += [f"--Exchange.root={self.exchange}", f"--Exchange.cache={self.folder / 'cache'}"]
        # One BLAS thread: more only fight for the cores. nbgrader starts alembic by its name.
        environment = os.environ | {
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        }
        last = []
        with (
            self.log.open("a", encoding="utf-8") as log,
            subprocess.Popen(
                command,
                cwd=self.course,
                env=environment,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            ) as process,
        ):
            for line in process.stdout:
                log.write(line)
                last = [*last[-14:], line]
                on_line(line)
        if process.returncode:
            raise CommandFailed(
                f"nbgrader {arguments[0]} exited with {process.returncode}; "
                f"the whole log is {self.log}\n" + "".join(last)
            )
