"""A scratch copy of the course with secrets in it, and nbgrader's own commands on its class."""

import contextlib
import hashlib
import os
import re
import selectors
import shutil
import subprocess
import sys
import time
from pathlib import Path

import matplotlib
import nbformat
import psutil
from nbgrader.api import Gradebook

from autograder.execute.result import NoResult, read_head
from autograder.sandbox.inside.processes import become_subreaper
from autograder.validate.hostile_hand_in import hand_in
from autograder.validate.hostile_secrets import VARIABLE

ASSIGNMENT = "dropout"
NEIGHBOUR = "b-neighbour"
# How the log tells whose turn it is, and how that of a class run tells whose turn is over.
TURN = re.compile(r"submitted[/\\]([^/\\\s]+)[/\\]")
OVER = re.compile(r"^\d+/\d+ ([^:]+): ")
# What grading itself writes below the course.
WRITTEN = ("autograded", "feedback", "results", "submitted", "gradebook.db", "nbgrader.log")
WRITTEN += ("__pycache__",)
# So many times a command is started again after a submission has hung it.
AGAIN = 5


class Stopped(RuntimeError):
    """The run was ended from outside."""


class HostileCourse:
    """One scratch course. Everything below `folder` is a copy: course, grader, home, temporary.

    seconds, lines: of each student id, how long its turn took and what the log said in it.
    hung: the ids that did not come to an end.
    """

    def __init__(self, original, folder, secrets, by_class=False):
        """by_class: grade with `python -m autograder class` in place of `nbgrader autograde`."""
        self.original, self.folder, self.secrets = Path(original), Path(folder), secrets
        self._by_class = by_class
        self.course, self.home = self.folder / "course", self.folder / "home"
        self.temporary = self.folder / "tmp"
        self.seconds, self.lines, self.hung = {}, {}, []
        self.crashed = ""
        self._process, self._stopped = None, False

    def stop(self):
        """End what is running, from another thread; nothing more will run."""
        self._stopped = True
        if self._process is not None:
            _end(self._process)

    def prepare(self):
        """Copy the course, plant the secrets, release the assignment."""
        self.folder.mkdir(mode=0o755, exist_ok=True)
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        self.course.mkdir()
        for name in ("autograder", "solutions", "source"):
            ignored = shutil.ignore_patterns("__pycache__", "hostile")
            shutil.copytree(self.original / name, self.course / name, ignore=ignored)
        shutil.copy(self.original / "nbgrader_config.py", self.course)
        self._plant()
        self.nbgrader("generate_assignment", ASSIGNMENT)

    def limits(self, **traits):
        """Set traits of ExecuteSubmission, in place of those set before."""
        given = (self.original / "nbgrader_config.py").read_text("utf-8")
        lines = [f"c.ExecuteSubmission.{name} = {value!r}\n" for name, value in traits.items()]
        (self.course / "nbgrader_config.py").write_text(given + "".join(lines), "utf-8")
        self._before = self.state()

    def hand_in(self, case, cells, student, values):
        """Put a case where nbgrader finds it. cells, values: see hostile_hand_in."""
        release = self.course / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        folder = self.course / "submitted" / student / ASSIGNMENT
        hand_in(case, cells, release, folder, self.places() | values)

    def places(self):
        """What stands for the course's own @NAME@s."""
        neighbour = self.course / "submitted" / NEIGHBOUR / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        return {
            "TOKEN": self.secrets.token,
            "COURSE": self.course,
            "HOME": self.home,
            "NEIGHBOUR": neighbour,
            "VARIABLE": VARIABLE,
        }

    def autograde(self, most_seconds, started=lambda student: None):
        """Grade everybody who was handed in and has no result yet.

        most_seconds: after so long in one submission the command is ended, that submission put
        aside, and the command started again.
        """
        for _ in range(AGAIN):
            if self._by_class:
                hung = self._class(most_seconds, started)
            else:
                hung = self.nbgrader(
                    "autograde", ASSIGNMENT, most_seconds=most_seconds, turn=started
                )
            if hung is None:
                return
            self.hung.append(hung)
            aside = self.folder / "aside" / hung
            aside.parent.mkdir(exist_ok=True)
            with contextlib.suppress(OSError):
                (self.course / "submitted" / hung).rename(aside)

    def comment(self):
        """Put a secret into the gradebook, as a person's comment on the neighbour's work."""
        with self.gradebook() as gradebook:
            comment = gradebook.find_comment("written_1", ASSIGNMENT, ASSIGNMENT, NEIGHBOUR)
            comment.manual_comment = self.secrets.of["gradebook"]
            gradebook.db.commit()

    def gradebook(self):
        """The course's gradebook, open."""
        return Gradebook(f"sqlite:///{self.course / 'gradebook.db'}")

    def state(self):
        """{path: hash} of everything that grading the class must leave as it is.

        That is the course, the home, and the work of those who were graded before.
        """
        found = {}
        handled = (self.course / kind for kind in ("submitted", "autograded"))
        earlier = [path for folder in handled for path in folder.glob("b-*")]
        for place in (self.course, self.home, *earlier):
            for where, folders, names in os.walk(place):
                folders[:] = [f for f in folders if f not in WRITTEN and f != ".cache"]
                for name in (*names, *folders):
                    path = Path(where, name)
                    if path.is_file() and name not in WRITTEN and not name.endswith("-journal"):
                        data = path.read_bytes() + str(path.stat().st_mode).encode()
                        found[str(path)] = hashlib.sha256(data).hexdigest()
        return found

    def changes(self):
        """Paths of what has changed since the limits were set."""
        now = self.state()
        return sorted(p for p in {*now, *self._before} if now.get(p) != self._before.get(p))

    def said(self):
        """The end of nbgrader's log."""
        return (self.folder / "nbgrader.log").read_text("utf-8", "replace")[-2000:]

    def nbgrader(self, *arguments, most_seconds=300, turn=lambda student: None):
        """Run one nbgrader command; returns None, or the student whose turn never ended."""
        return self._run(("nbgrader", *arguments), most_seconds, turn, TURN)

    def _class(self, most_seconds, started):
        # Those graded before stay as they are: with other limits they would be graded anew.
        whom = "s[0-9]*" if (self.course / "results").exists() else "b-*"
        command = ("autograder", "class", ASSIGNMENT, "--jobs", "1", "--student", whom)
        hung = self._run(command, most_seconds, started, OVER)
        for path in sorted(self.course.glob(f"results/*/{ASSIGNMENT}")):
            with contextlib.suppress(NoResult):
                head = read_head(path)
                self.seconds[head.student] = head.wall
                self.lines.setdefault(head.student, []).extend(head.warnings)
        if hung is None:
            return None
        # With one process they are executed in their order: it is the first that has no result.
        handed_in = sorted(path.name for path in (self.course / "submitted").iterdir())
        return next(s for s in handed_in if not (self.course / "results" / s).exists())

    def _run(self, command, most_seconds, turn, pattern):
        if self._stopped:
            raise Stopped(command[1])
        become_subreaper()  # what nbgrader leaves over becomes ours, and is found
        self._process = process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=self.course,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        hung = self._follow(process, most_seconds, turn, pattern)
        if hung is not None:
            _end(process)
        process.stdout.close()
        if process.wait() < 0 and hung is None:
            self.crashed = f"{command[0]} {command[1]} ended by signal {-process.returncode}"
        return hung

    def _follow(self, process, most_seconds, turn, pattern):
        student, began, rest = "", time.monotonic(), b""
        with (
            (self.folder / "nbgrader.log").open("ab") as log,
            selectors.DefaultSelector() as selector,
        ):
            selector.register(process.stdout, selectors.EVENT_READ)
            while True:
                if time.monotonic() - began > most_seconds:
                    return student
                if not selector.select(0.5):
                    if process.poll() is not None:
                        break  # something that it left behind holds its output open
                    continue
                data = os.read(process.stdout.fileno(), 1 << 16)
                if not data:
                    break
                log.write(data)
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    text = line.decode("utf-8", "replace")
                    found = pattern.search(text)
                    if found and found[1] != student and found[1] not in self.seconds:
                        self._ended(student, began)
                        student, began = found[1], time.monotonic()
                        turn(student)
                    self.lines.setdefault(student, []).append(text)
        self._ended(student, began)
        return None

    def _ended(self, student, began):
        if student:
            self.seconds[student] = time.monotonic() - began

    def _environment(self):
        # One BLAS thread: more only fight for the cores. The grader comes from the copy.
        return os.environ | {
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.course),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            VARIABLE: self.secrets.of["environment"],
        }

    def _plant(self):
        source = self.course / "source" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
        notebook = nbformat.read(source, as_version=4)
        for cell in notebook.cells:
            begin = "### BEGIN HIDDEN TESTS\n"
            cell.source = cell.source.replace(begin, f"{begin}# {self.secrets.of['tests']}\n")
        nbformat.write(notebook, source)
        for folder, place, mark in (
            ("solutions", "solutions", "### BEGIN SOLUTION\n"),
            ("autograder/checks", "checks", '"""\n'),
        ):
            for path in (self.course / folder).rglob("*.py"):
                text = path.read_text("utf-8")
                # Not in every docstring of a check: after the module's own is enough.
                times = -1 if place == "solutions" else 1
                said = f"# {self.secrets.of[place]}\n"
                lines = re.split(f"(?<={re.escape(mark)})", text, maxsplit=max(times, 0))
                path.write_text(_commented(lines, said), "utf-8")
        for name in (".ssh", ".jupyter", ".ipython/profile_default/startup"):
            (self.home / name).mkdir(parents=True)
        for name in (".ssh/id_ed25519", ".bashrc", ".bash_history", ".jupyter/token"):
            (self.home / name).write_text(f"# {self.secrets.of['home']}\n", "utf-8")
        for path in (self.home, *self.home.rglob("*")):
            path.chmod(0o755)
        fonts = Path(matplotlib.get_cachedir())
        with contextlib.suppress(OSError):  # finding all fonts anew takes seconds
            shutil.copytree(fonts, self.home / ".cache" / "matplotlib")


def _commented(pieces, said):
    """Pieces of a module with a comment between them, indented like the line that follows."""
    text = pieces[0]
    for piece in pieces[1:]:
        indent = re.match(r"[ \t]*", piece)[0]
        text += f"{indent}{said}{piece}"
    return text


def _end(process):
    """Kill a command with whatever it has started; what has left it is found in the end."""
    with contextlib.suppress(psutil.Error):
        for started in psutil.Process(process.pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                started.kill()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
