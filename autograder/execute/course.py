"""A course as nbgrader's autograde command sees it: its folders, settings and submissions."""

import functools
import glob
import logging
import re
from dataclasses import dataclass
from pathlib import Path

from nbgrader.apps.autogradeapp import AutogradeApp
from nbgrader.converters import Autograde
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    OverwriteCells,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets import TraitError, import_item

from autograder.execute import submissions
from autograder.execute.late_marks import LatePolicyFailed, load_policy
from autograder.execute.marks import CollectMarks
from autograder.execute.sources import RestoreCells, RestoreKernelspec

# A process serves one course; a test or a cluster's worker may serve a few.
COURSES = 8


@dataclass(frozen=True)
class Course:
    """root: the course's folder. assignment: its name. app: nbgrader's AutogradeApp, configured.

    converter: nbgrader's Autograde, for its settings; it is not run.
    """

    root: Path
    assignment: str
    app: AutogradeApp
    converter: Autograde

    @property
    def config(self):
        """The traitlets Config of all that the course has set."""
        return self.app.config

    @property
    def coursedir(self):
        """nbgrader's CourseDirectory."""
        return self.app.coursedir

    def folder(self, step, student="."):
        """Where a step ("source", "release", "submitted", "autograded", ...) has the assignment."""
        directory = getattr(self.coursedir, f"{step}_directory", step)
        return Path(self.coursedir.format_path(directory, student, self.assignment))

    def submissions(self):
        """{student: folder} of what was handed in, made safe to read.

        Raises NbGraderException if nothing was, or there is no release to read it against.
        """
        submissions.prepare(self.converter)
        excluded = (self.coursedir.student_id_exclude or "").split(",")
        handed_in = self.converter.assignments
        folders = {self._student_of(folder, "submitted"): folder for folder in handed_in}
        found = {name: Path(folders[name]) for name in sorted(folders) if name not in excluded}
        if not found:
            pattern = self.folder("submitted", self.coursedir.student_id)
            raise NbGraderException(f"nothing was handed in: no folder is called {pattern}")
        return found

    def graded(self):
        """The students with an autograded folder, sorted. Raises NbGraderException if none has."""
        pattern = self.folder("autograded", self.coursedir.student_id)
        found = (self._student_of(path, "autograded") for path in glob.glob(str(pattern)))
        excluded = (self.coursedir.student_id_exclude or "").split(",")
        students = sorted(name for name in found if name not in excluded)
        if not students:
            raise NbGraderException(f"nobody has been graded: there is no folder {pattern}")
        return students

    def notebooks(self):
        """Names of the notebooks of the release. Raises NbGraderException if there are none."""
        return tuple(submissions.expected_notebooks(self.coursedir, self.app.log))

    def preprocessors(self):
        """nbgrader's preprocessors as configured, to be run in this order without a gradebook.

        Those that ask it are exchanged for ours; marks are collected, and late penalties left to
        the one who records. Raises NbGraderException for what cannot be exchanged.
        """
        exchanged = {OverwriteKernelspec: RestoreKernelspec, OverwriteCells: RestoreCells}
        found = []
        for name in (
            *self.converter.sanitize_preprocessors,
            *self.converter.autograde_preprocessors,
        ):
            preprocessor = import_item(name) if isinstance(name, str) else name
            preprocessor = exchanged.get(preprocessor, preprocessor)
            if issubclass(preprocessor, CollectMarks):
                preprocessor = CollectMarks
            elif issubclass(preprocessor, SaveAutoGrades):
                raise NbGraderException(
                    "c.Autograde.autograde_preprocessors must have "
                    f"autograder.execute.save_marks.SaveMarks in the place of {name}"
                )
            if not issubclass(preprocessor, AssignLatePenalties):
                found.append(preprocessor)
        # The metadata are the release's, put there by intake: checking them once, last, is enough.
        while found.count(CheckCellMetadata) > 1:
            found.remove(CheckCellMetadata)
        return found

    def require_usable(self):
        """See that what grades can be made from the settings, before anybody is graded.

        Raises NbGraderException. traitlets warns of settings that nothing knows.
        """
        if not self.folder("source").is_dir():
            raise NbGraderException(f"there is no folder {self.folder('source')}")
        for preprocessor in self.preprocessors():
            try:
                preprocessor(parent=self.converter)
            except TraitError as error:
                raise NbGraderException(f"a setting cannot be used: {error}") from error
        try:
            load_policy(self.late_penalties())
        except LatePolicyFailed as error:
            raise NbGraderException(str(error)) from error

    def settings(self):
        """What the course has configured of the classes that grade: plain data."""
        sections = {"Autograde"}
        for preprocessor in self.preprocessors():
            sections |= {kind.__name__ for kind in preprocessor.__mro__}
        chosen = {name: dict(self.config[name]) for name in sections if name in self.config}
        return {name: {k: repr(v) for k, v in found.items()} for name, found in chosen.items()}

    def late_penalties(self):
        """nbgrader's AssignLatePenalties as configured, or None if it is not."""
        for name in self.converter.autograde_preprocessors:
            preprocessor = import_item(name) if isinstance(name, str) else name
            if issubclass(preprocessor, AssignLatePenalties):
                # It would say for each student, at each run, how late the work is.
                return preprocessor(parent=self.app, log=logging.Logger("late", logging.ERROR))
        return None

    def _student_of(self, folder, step):
        directory = getattr(self.coursedir, f"{step}_directory")
        pattern = self.coursedir.format_path(
            directory, "(?P<student>[^/]+)", self.assignment, escape=True
        )
        return re.fullmatch(pattern, folder)["student"]


@functools.lru_cache(maxsize=COURSES)
def load_course(root, assignment, options=()):
    """The Course in the folder `root`; its settings are read once in a process.

    options: nbgrader's own command-line options, as a tuple ("--ExecuteSubmission.isolation=none").
    Raises what nbgrader_config.py raises.
    """
    app = AutogradeApp()
    # nbgrader goes on without a configuration that it cannot read: nobody's marks would be right.
    app.raise_config_file_errors = True
    app.initialize([assignment, *options], root=str(root))
    app.coursedir.assignment_id = assignment
    converter = Autograde(coursedir=app.coursedir, parent=app)
    return Course(Path(root), assignment, app, converter)
