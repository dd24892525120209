"""`python -m autograder sample`: the whole way of a class, from release to export."""

import sys
import time
from pathlib import Path

from autograder.sample.course import CommandFailed, ScratchCourse
from autograder.sample.hand_in import sample_class
from autograder.sample.results import read_results

WIDTH = 60


def run_sample(course, folder, stream=sys.stdout, assignment="dropout"):
    """Grade the sample class in `folder`; returns whether every student has the marks meant."""
    students = sample_class()
    scratch = ScratchCourse(course, folder, assignment)
    say = lambda words: print(words, file=stream, flush=True)  # noqa: E731
    started = time.monotonic()
    handing_in = [s for s in students if s.hands_in != "nothing"]
    to_grade = [s for s in handing_in if s.parts is not None]
    turns = []

    def turn(student_id):
        turns.append(student_id)
        say(f"   {len(turns)}/{len(to_grade)} {student_id}")

    try:
        say(f"A class of {len(students)} in {_short(folder)}, graded by nbgrader's own commands")
        scratch.prepare()
        say("1. enrol")
        scratch.enrol(students)
        say("2. release")
        scratch.release()
        say(f"3. hand in ({len(handing_in)} folders) and collect")
        scratch.hand_in(students)
        scratch.collect()
        say("4. autograde")
        scratch.autograde(turn)
        say("5. feedback")
        scratch.feedback()
        say("6. export")
        marks = scratch.export()
    except CommandFailed as error:
        say(f"FAILED: {error}")
        return False
    rows = read_results(scratch, students)
    say("")
    _print_table(rows, say)
    problems = _problems(students, rows)
    say("")
    pages = scratch.course / "feedback" / "STUDENT" / assignment / f"{assignment}.html"
    say(f"feedback pages  {_short(pages)}")
    say(f"marks (CSV)     {_short(marks)}")
    say(f"nbgrader's log  {_short(scratch.log)}")
    say("formgrader      . .venv/bin/activate")
    say(f"                cd {_short(scratch.course)} && jupyter notebook, then its Formgrader tab")
    for problem in problems:
        say(f"NOT AS MEANT: {problem}")
    verdict = "every student has the marks meant" if not problems else "NOT as meant"
    say(f"{len(rows)} students in {time.monotonic() - started:.0f} s: {verdict}")
    return not problems


def _print_table(rows, say):
    say(
        f"{'student':<30}{'fwd':>5}{'bwd':>5}{'Q1':>4}{'net':>5}{'exp':>5}{'Q2-3':>5}{'total':>7}"
        f"{'by hand':>8}  main message"
    )
    for row in rows:
        cells = "".join(
            f"{_number(mark):>{width}}"
            for mark, width in zip(row.parts or ("-",) * 6, (5, 5, 4, 5, 5, 5), strict=True)
        )
        say(
            f"{row.student_id:<30}{cells}{_number('-' if row.total is None else row.total):>7}"
            f"{row.awaits or '':>8}  {row.message[:WIDTH]}"
        )


def _problems(students, rows):
    found = []
    for student, row in zip(students, rows, strict=True):
        if row.parts != student.parts:
            found.append(f"{student.id} has {row.parts}, meant were {student.parts}")
        if row.parts is not None and row.awaits != student.awaits:
            found.append(f"{student.id}: {row.awaits} cells await a person, not {student.awaits}")
        if student.parts is None and not row.message:
            found.append(f"{student.id} was not graded, and nothing says why")
    return found


def _number(mark):
    return mark if isinstance(mark, str) else f"{mark:g}"


def _short(path):
    path = Path(path).absolute()
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
