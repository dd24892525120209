"""Grading a class: what is new is executed in parallel, and recorded here, one after the other."""

import contextlib
import sys
import time
from dataclasses import dataclass, field

from nbgrader.converters.base import NbGraderException

from autograder.class_run.dealing import Fault, deal, in_a_line
from autograder.class_run.keys import course_key, submission_key
from autograder.class_run.lock import one_at_a_time
from autograder.class_run.progress import Progress
from autograder.class_run.work import execute_task
from autograder.execute.recorder import Recorder
from autograder.execute.result import NoResult, read_head, read_result, write_result
from autograder.execute.sources import source_notebooks
from autograder.execute.submissions import timestamp_of
from autograder.execute.task import Task

RESULTS = "results"  # beside nbgrader's submitted/, autograded/ and feedback/


@dataclass
class Summary:
    """What a run did. graded: how many students. unchanged: those for whom nothing was to do.

    look: {student: sentences} that a person should see. faults: {student: reason}: not graded,
    and what was there before is as it was. unmarked: students with a cell that the grader failed
    in; the next run tries again. seconds: of the whole run. finding_out: seconds until
    it was known what there is to do. recording: seconds of writing to the gradebook.
    """

    graded: int = 0
    unchanged: int = 0
    look: dict = field(default_factory=dict)
    faults: dict = field(default_factory=dict)
    seconds: float = 0.0
    finding_out: float = 0.0
    recording: float = 0.0
    unmarked: set = field(default_factory=set)


def run_class(course, pool, options=(), force=False, stream=sys.stderr):
    """Grade all submissions of a Course that have no result yet; returns a Summary.

    pool: opens executors (LocalPool, or a cluster's). options: the command-line options the
    course was loaded with. force: execute even what is unchanged. Killed at any moment, the next
    run goes on where this one was. Raises NbGraderException, IsolationUnavailable, AnotherRun.
    """
    started, summary = time.monotonic(), Summary()
    print(f"students' code runs under: {pool.isolation(course)}", file=stream, flush=True)
    with one_at_a_time(course.root / RESULTS), Recorder(course) as recorder:
        tasks = _tasks(course, recorder.gradebook, options)
        heads = {} if force else _results_there(course, tasks)
        same = recorder.recorded(heads.values())
        todo = [task for task in tasks if task.student not in heads]
        again = [task for task in tasks if task.student in heads and task.student not in same]
        summary.unchanged = len(same)
        for student in sorted(same):
            if heads[student].complaints:
                summary.look[student] = heads[student].complaints
        summary.finding_out = time.monotonic() - started
        with Progress(len(todo) + len(again), stream) as progress:
            for task, result in _results(course, again, todo, pool):
                _finish(recorder, task, result, summary, progress)
        summary.faults |= recorder.refresh_penalties()
    summary.seconds = time.monotonic() - started
    return summary


def _tasks(course, gradebook, options):
    """A Task for each student who has handed in."""
    known = source_notebooks(gradebook, course.assignment)
    names = course.notebooks()
    course.require_usable()
    missing = [name for name in names if name not in known]
    if missing:
        raise NbGraderException(
            f"the gradebook does not know {', '.join(missing)}: "
            f"run `nbgrader generate_assignment {course.assignment}` first"
        )
    sources = tuple(known[name] for name in names)
    release = course.folder("release")
    shared = course_key(course.folder("source"), release, sources, course.settings())
    return [
        Task(
            course.root,
            course.assignment,
            tuple(options),
            student,
            folder,
            release,
            sources,
            shared,
            submission_key(shared, folder, names, release, timestamp_of(folder)),
        )
        for student, folder in course.submissions().items()
    ]


def _results_there(course, tasks):
    """{student: head} of the results that are what executing the task would give."""
    heads = {}
    for task in tasks:
        with contextlib.suppress(NoResult):
            head = read_head(course.folder(RESULTS, task.student))
            # What the grader failed in may have been mended, a missing package say.
            if head.key == task.key and not head.unmarked:
                heads[task.student] = head
    return heads


def _results(course, again, todo, pool):
    """Yield (task, Result or Fault): those only to be recorded first, then those executed."""
    for task in again:
        try:
            yield task, read_result(course.folder(RESULTS, task.student))
        except NoResult:  # its second half is missing: the machine went down
            todo = [*todo, task]
    for task, result in deal(todo, execute_task, pool):
        if not isinstance(result, Fault):
            write_result(course.folder(RESULTS, task.student), result)
        yield task, result


def _finish(recorder, task, result, summary, progress):
    """Record one Result, if it is one, and say how it went."""
    if not isinstance(result, Fault):
        started = time.monotonic()
        try:
            reopened = recorder.record(result)
        except Exception as error:  # the database, the disk, a course's own late policy
            result = Fault(f"not recorded: {in_a_line(error)}")
        summary.recording += time.monotonic() - started
    if isinstance(result, Fault):
        summary.faults[task.student] = result.reason
        progress.look(task.student, f"NOT GRADED, a grader fault: {result.reason}")
        progress.done(task.student, "not graded")
        return
    summary.graded += 1
    if result.unmarked:
        summary.unmarked.add(task.student)
    look = result.complaints
    if reopened:
        look += (f"the work has changed that {', '.join(reopened)} was marked by hand for",)
    if look:
        summary.look[task.student] = look
        progress.look(task.student, "; ".join(look))
    awaits = f", {result.awaits} answers await a person" if result.awaits else ""
    progress.done(task.student, f"{result.mark:g} points{awaits}")
