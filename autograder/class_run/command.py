"""`python -m autograder class` and `feedback`: options in, a summary and an exit status out."""

import contextlib
import sys

from autograder.class_run.quick_start import one_blas_thread, quick_imports

OK, NOT_ALL, NOT_AT_ALL = 0, 1, 2


def grade_class(options, root):
    """Grade a class as the options say; returns the exit status.

    0: everybody is graded, whatever the marks. 1: somebody is not, through the grader's fault.
    2: the class could not be graded at all.
    """
    one_blas_thread()
    with quick_imports():
        from autograder.class_run.run import run_class

    def run(course, pool, of_nbgrader):
        summary = run_class(course, pool, of_nbgrader, options.force)
        print(
            f"{summary.graded} graded, {summary.unchanged} unchanged, {len(summary.faults)} not "
            f"graded through a grader fault, in {summary.seconds:.1f} s "
            f"({summary.finding_out:.1f} s to find out what to do, "
            f"{summary.recording:.1f} s of recording)"
        )
        for student, sentences in sorted(summary.look.items()):
            print(f"LOOK {student}: {'; '.join(sentences)}")
        for student, reason in sorted(summary.faults.items()):
            print(f"NOT GRADED {student}: {reason}")
        return NOT_ALL if summary.faults or summary.unmarked else OK

    return _run(run, options, root)


def write_feedback(options, root):
    """Write a class's feedback pages as the options say; returns the exit status, as above."""
    one_blas_thread()
    with quick_imports():
        from autograder.class_run.feedback import run_feedback

    def run(course, pool, _):
        faults, pages, seconds = run_feedback(course, pool)
        print(f"feedback for {pages} written, for {len(faults)} not, in {seconds:.0f} s")
        for student, reason in sorted(faults.items()):
            print(f"NO FEEDBACK {student}: {reason}")
        return NOT_ALL if faults else OK

    return _run(run, options, root)


def _run(run, options, root):
    with quick_imports():
        from nbgrader.converters.base import NbGraderException
        from sqlalchemy.exc import SQLAlchemyError

        from autograder.class_run.cluster import ClusterPool, NoCluster
        from autograder.class_run.dealing import ExecutorLost, in_a_line
        from autograder.class_run.lock import AnotherRun
        from autograder.class_run.pool import LocalPool, usable_cores
        from autograder.execute.course import load_course
    from autograder.sandbox.isolation import IsolationUnavailable

    of_nbgrader = options.of_nbgrader
    if options.student:
        of_nbgrader = (*of_nbgrader, f"--student={options.student}")
    try:
        course = load_course(root, options.assignment, of_nbgrader)
    except Exception as error:  # a configuration is a program: it may raise anything
        print(
            f"nbgrader_config.py cannot be used: {type(error).__name__}: {error}", file=sys.stderr
        )
        return NOT_AT_ALL
    try:
        with contextlib.ExitStack() as stack:
            if options.cluster:
                pool = stack.enter_context(contextlib.closing(ClusterPool(options.cluster)))
            else:
                pool = LocalPool(options.jobs or usable_cores())
            return run(course, pool, of_nbgrader)
    except (NbGraderException, IsolationUnavailable, NoCluster, AnotherRun) as error:
        print(error, file=sys.stderr)
        return NOT_AT_ALL
    except (ExecutorLost, KeyboardInterrupt) as error:
        print(f"{str(error) or 'stopped'}: what was done is kept; run it again", file=sys.stderr)
        return NOT_AT_ALL
    except (SQLAlchemyError, OSError) as error:
        # The gradebook, results/ or another folder cannot be used at all.
        print(in_a_line(error), file=sys.stderr)
        return NOT_AT_ALL
