"""`python -m autograder class`: options in, a summary and an exit status out."""

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
        from nbgrader.converters.base import NbGraderException

        from autograder.class_run.cluster import ClusterPool, NoCluster
        from autograder.class_run.dealing import ExecutorLost
        from autograder.class_run.pool import LocalPool, usable_cores
        from autograder.class_run.run import run_class
        from autograder.execute.course import load_course
    from autograder.sandbox.isolation import IsolationUnavailable

    of_nbgrader = options.of_nbgrader
    if options.student:
        of_nbgrader = (*of_nbgrader, f"--student={options.student}")
    try:
        course = load_course(root, options.assignment, of_nbgrader)
        with contextlib.ExitStack() as stack:
            if options.cluster:
                pool = stack.enter_context(contextlib.closing(ClusterPool(options.cluster)))
            else:
                pool = LocalPool(max(1, options.jobs or usable_cores()))
            summary = run_class(course, pool, of_nbgrader, options.force)
    except (NbGraderException, IsolationUnavailable, NoCluster) as error:
        print(error, file=sys.stderr)
        return NOT_AT_ALL
    except (ExecutorLost, KeyboardInterrupt) as error:
        print(f"stopped {error}: run it again, it goes on where it was", file=sys.stderr)
        return NOT_AT_ALL
    _say(summary)
    return NOT_ALL if summary.faults else OK


def _say(summary):
    print(
        f"{summary.graded} graded, {summary.unchanged} unchanged, {len(summary.faults)} not graded "
        f"through a grader fault, in {summary.seconds:.0f} s"
    )
    for student, sentences in sorted(summary.look.items()):
        print(f"LOOK {student}: {'; '.join(sentences)}")
    for student, reason in sorted(summary.faults.items()):
        print(f"NOT GRADED {student}: {reason}")
