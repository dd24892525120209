"""A class's feedback pages, several at a time."""

import sys
import time

from autograder.class_run.dealing import Fault, deal
from autograder.class_run.progress import Progress
from autograder.reports.feedback import write_feedback


class WritePages:
    """A student's pages, written in any process: a function of the student's name."""

    def __init__(self, root, assignment):
        self._root, self._assignment = root, assignment

    def __call__(self, student):
        """Returns how many files were written. Raises FeedbackFailed."""
        return len(write_feedback(self._root, self._assignment, student))


def run_feedback(course, pool, stream=sys.stderr):
    """Write the feedback of all who have been graded; returns ({student: fault}, pages, seconds).

    course: an execute.course.Course. pool: opens executors. Raises NbGraderException if nobody
    has been graded.
    """
    started, faults, pages = time.monotonic(), {}, 0
    students = course.graded()
    with Progress(len(students), stream) as progress:
        for student, result in deal(students, WritePages(course.root, course.assignment), pool):
            if isinstance(result, Fault):
                faults[student] = result.reason
                progress.look(student, result.reason)
            else:
                pages += 1
            progress.done(student, "no feedback" if student in faults else "feedback written")
    return faults, pages, time.monotonic() - started
