"""From the options of `grade` to a Standing, or to why there is none."""

import contextlib
import os
import traceback

from nbgrader.converters.base import NbGraderException

from autograder.execute.course import load_course
from autograder.execute.submissions import NoPermission
from autograder.reports.from_notebook import standing_of
from autograder.reports.one_hand_in import grade_hand_in
from autograder.sandbox import isolation
from autograder.sandbox.isolation import IsolationUnavailable
from autograder.sandbox.runtime import remove_orphans

FAULT, NOT_AT_ALL = 1, 2
NO_CONFIGURATION = "nbgrader_config.py"
# nbgrader says so of every test cell: the hidden tests are back.
USUAL = "Attribute 'checksum' for cell"


class GradingFailed(Exception):
    """There is no Standing. The message may be read by anyone; for_students: a few words of it.

    status: 1 where the grader failed, 2 where nothing could be done.
    """

    def __init__(self, message, status, for_students):
        super().__init__(message)
        self.status, self.for_students = status, for_students


def grade(options, course):
    """The Standing of options.submission. Raises GradingFailed, KeyboardInterrupt.

    options: see grade_command.add_options; of_nbgrader: settings as nbgrader takes them.
    """
    root = (options.course or course).absolute()
    if not (root / NO_CONFIGURATION).is_file():
        raise _not_at_all(f"{root} is no course: there is no {NO_CONFIGURATION}")
    if not os.path.lexists(options.submission):
        raise _not_at_all(f"there is no {options.submission}")
    if options.submission.is_symlink() and options.submission.is_dir():
        raise _not_at_all(f"{options.submission} is a link to a folder: name the folder itself")
    settings = tuple(options.of_nbgrader)
    if options.isolation:
        settings += (f"--ExecuteSubmission.isolation={options.isolation}",)
    submission, log_file = options.submission.absolute(), options.log and options.log.absolute()
    # nbgrader runs the nbgrader_config.py of the folder it is in, too: that may be a student's.
    with contextlib.chdir(root):
        return _graded(root, options, settings, submission, log_file)


def _graded(root, options, settings, submission, log_file):
    try:
        loaded = load_course(root, options.assignment, settings)
    except Exception as error:  # a configuration is a program: it may raise anything
        log(log_file, traceback.format_exc())
        raise _not_at_all(f"{NO_CONFIGURATION} cannot be used: {type(error).__name__}") from error
    try:
        _require_isolation(loaded)
        result, problem = grade_hand_in(loaded, submission, settings, options.student)
        standing = standing_of(result, problem)
    except (NbGraderException, IsolationUnavailable, NoPermission) as error:
        log(log_file, traceback.format_exc())
        raise _not_at_all(str(error)) from error
    except Exception as error:
        log(log_file, traceback.format_exc())
        # Not its words: they may be those of a hidden test.
        said = f"the grader failed ({type(error).__name__}): see --log"
        raise GradingFailed(said, FAULT, "") from error
    finally:
        remove_orphans()
    _log_result(log_file, result, standing)
    return standing


def _not_at_all(message):
    return GradingFailed(message, NOT_AT_ALL, "it is not set up as it should be")


def _require_isolation(course):
    """Raises IsolationUnavailable, also for the name of none."""
    try:
        isolation.choose(str(course.config.ExecuteSubmission.get("isolation", "auto")))
    except ValueError as error:
        raise isolation.IsolationUnavailable(str(error)) from error


def _log_result(path, result, standing):
    lines = [line for line in result.warnings if not line.startswith(USUAL)]
    lines += [
        f"{cell.grade_id}: {outcome.check} broke down\n{outcome.fault}"
        for cell in standing.cells
        if cell.result
        for outcome in cell.result.outcomes
        if outcome.fault
    ]
    if lines:
        log(path, "\n".join(lines))


def log(path, text):
    """Append to the file for the instructor, if there is one; what cannot be logged is not."""
    if path is not None:
        with contextlib.suppress(OSError), open(path, "a", encoding="utf-8") as file:
            file.write(text.rstrip("\n") + "\n")
