"""`python -m autograder grade`: one submission, in the formats that other tools read."""

import contextlib
import os
import signal
import sys
import traceback
from pathlib import Path

from autograder.reports.formats import NAMES, format_called

OK, FAULT, NOT_AT_ALL = 0, 1, 2
ABOUT = (
    "Exit status: 0 grading ran, whatever the marks; 1 the grader failed, wholly or in some cell; "
    "2 nothing could be done, and why. See docs/ci.md."
)


def add_options(commands):
    """Add the command to argparse's subparsers."""
    grade = commands.add_parser(
        "grade",
        help="grade one submission, and say so as text, JSON, JUnit XML, for Gradescope, ...",
        epilog=ABOUT,
    )
    grade.add_argument("submission", type=Path, help="a notebook, or the folder that holds it")
    grade.add_argument("--assignment", help="its name; needed where the course has several")
    grade.add_argument("--format", choices=NAMES, default="text")
    grade.add_argument(
        "--output", type=Path, metavar="FILE", help="where to write it (default: standard output)"
    )
    grade.add_argument(
        "--also",
        nargs=2,
        action="append",
        default=[],
        metavar=("FORMAT", "FILE"),
        help="write another format, too; can be repeated",
    )
    grade.add_argument("--course", type=Path, help="the course's folder (default: this one)")
    grade.add_argument("--student", default="", help="a name to be shown")
    grade.add_argument(
        "--isolation",
        choices=("auto", "bubblewrap", "landlock", "none"),
        help="what confines the student's code (default: the course's setting); none: unprotected",
    )
    grade.add_argument(
        "--log", type=Path, metavar="FILE", help="append what is for the instructor alone: why"
    )


def run(options, course):
    """Grade as the options say; returns the exit status. course: the folder, without --course.

    Only the result goes to standard output; on standard error stands nothing that a student may
    not read.
    """
    from autograder.class_run.quick_start import one_blas_thread, quick_imports

    one_blas_thread()
    with quick_imports():
        from autograder.reports.grading import GradingFailed, grade, log
        from autograder.reports.outputs import Misuse, Outputs

    if not options.assignment:
        names = _assignments((options.course or course) / "release")
        if len(names) != 1:
            said = f"--assignment is missing; the course has {', '.join(names) or 'none released'}"
            print(said, file=sys.stderr)
            return NOT_AT_ALL
        options.assignment = names[0]
    wanted = [(options.format, options.output), *((name, Path(f)) for name, f in options.also)]
    wrong = [name for name, _ in wanted if name not in NAMES]
    if wrong:
        print(f"there is no format {wrong[0]!r}: only {', '.join(NAMES)}", file=sys.stderr)
        return NOT_AT_ALL
    outputs = Outputs([(format_called(name), path) for name, path in wanted])
    try:
        outputs.require_usable(os.environ)
    except Misuse as error:
        print(error, file=sys.stderr)
        return NOT_AT_ALL
    begun = outputs.begin(options.assignment, options.student)
    texts, status = None, FAULT
    try:
        with _ended_by_signals():
            standing = grade(options, course)
            texts = outputs.texts(standing, begun.ended())
        status = FAULT if standing.has_grader_fault else OK
        if status == FAULT:
            print("the grader failed in some cell: see --log", file=sys.stderr)
    except GradingFailed as error:
        print(error, file=sys.stderr)
        status, begun = error.status, begun.failed(error.for_students)
    except KeyboardInterrupt:
        print("stopped: nothing was graded", file=sys.stderr)
        begun = begun.failed("it was stopped")
    except Exception as error:  # a format cannot say what was found
        log(options.log, traceback.format_exc())
        print(f"the grader failed ({type(error).__name__}): see --log", file=sys.stderr)
    try:
        outputs.write(texts or outputs.texts(None, begun.ended()))
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
        return NOT_AT_ALL
    return status


def _assignments(release):
    """The names of what is released."""
    return sorted({notebook.parent.name for notebook in release.glob("*/*.ipynb")})


@contextlib.contextmanager
def _ended_by_signals():
    """Within the block SIGTERM, which CI sends when time is up, is what Ctrl-C is.

    The student's processes are then ended and their scratch is wiped.
    """

    def stop(number, frame):
        raise KeyboardInterrupt

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: signals are another's business
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
