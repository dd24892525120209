"""`python -m autograder validate hostile`: a class of dishonest and broken submissions, graded.

Honest students sit between them. Everything goes by nbgrader's own commands in scratch copies of
the course, one for each part of the class, side by side.
"""

import contextlib
import os
import shutil
import signal
import sys
import tempfile
import time
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path

import psutil

from autograder.validate.hostile_class import NEIGHBOUR, HostileCourse
from autograder.validate.hostile_secrets import Listeners, Secrets, in_folder, leftovers
from autograder.validate.hostile_verdict import Verdict, judge, outcome_of
from solutions.hostile.cases import BASES, HostileCase, base_cells, load_cases

# One part more than most machines have processors, because endless sleepers need none.
PARTS = 3
# An honest student after so many others, and one at the end.
EVERY = 10
# Seconds: a cell's limit on a quiet machine, a submission's, and what counts as a hang beyond.
CELL, SUBMISSION, MARGIN = 3.0, 16.0, 14.0
# A cell's limit is so many times what a whole honest submission takes here and now.
HEADROOM = 1.0
LIMITS = {"grace": 1.0, "restarts": 2, "total_memory_mb": 1500, "file_mb": 60, "scratch_mb": 150}


def run_hostile(course, only, isolation, keep, stream, by_class=False):
    """Grade the catalogue; print what became of it. Returns whether all is as it must be.

    only: names to grade alone (parts of them suffice). isolation: "auto" or a name of
    autograder.sandbox.isolation. keep: leave the scratch copies in place, and say where. by_class:
    grade with `python -m autograder class` in place of `nbgrader autograde`.
    """
    cases = [c for c in load_cases() if not only or any(word in c.name for word in only)]
    if not cases:
        raise LookupError(f"no hostile case has {' or '.join(only)} in its name")
    folder = Path(tempfile.mkdtemp(prefix="hostile-"))
    folder.chmod(0o755)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that nothing is left over
    say = lambda line: print(line, file=stream, flush=True)  # noqa: E731
    run = _Run(course, cases, isolation, folder, by_class, say)
    try:
        return run.grade()
    finally:
        if keep:
            print(f"kept in {folder}", file=stream)
        else:
            _remove(folder)


class _Run:
    def __init__(self, course, cases, isolation, folder, by_class, say):
        self._cases, self._isolation, self._say = cases, isolation, say
        # Here, because Python 3.11 cannot parse source in several threads at once.
        self._cells = {base: base_cells(base) for base in BASES}
        self._secrets = Secrets()
        self._listeners = Listeners(folder, self._secrets.token)
        self._courses = [
            HostileCourse(course, folder / f"part{n}", self._secrets, by_class)
            for n in range(PARTS)
        ]
        self._classes = [
            with_honest(cases[n::PARTS], f"honest_{n}") for n in range(PARTS) if cases[n::PARTS]
        ]
        self._values = {
            "PORT": self._listeners.port,
            "UDP": self._listeners.udp_port,
            "SOCKET": self._listeners.path,
            "ABSTRACT": self._listeners.abstract,
        }
        self._done = 0

    def grade(self):
        """Grade everything and report; returns whether all is as it must be."""
        started = time.monotonic()
        known = {process.pid for process in psutil.Process().children()}
        try:
            with ThreadPoolExecutor(PARTS) as pool:
                futures = list(
                    map(pool.submit, (self._grade_part,) * PARTS, self._courses, self._classes)
                )
                try:
                    done, _ = wait(futures, return_when=FIRST_EXCEPTION)
                    for future in done:
                        future.result()
                except BaseException:
                    for course in self._courses:
                        course.stop()
                    raise
        finally:
            self._listeners.close()
        parts = [future.result() for future in futures]
        bases = {name: marks for part in parts for name, marks in part[0].items()}
        judged = [
            (case, outcome, judge(case, outcome, bases, most))
            for _, graded, most in parts
            for case, outcome in graded
        ]
        around = self._around(known)
        for course, (base, _, _) in zip(self._courses, parts, strict=False):
            around.changed += self._changed_since(course, base)
        return self._report(judged, around, time.monotonic() - started)

    def _grade_part(self, course, cases):
        """({base: marks}, [(case, outcome)], most seconds) of one part of the class."""
        course.prepare()
        course.limits(isolation=self._isolation, timeout=60, call_timeout=20.0)
        bases = self._bases()
        self._hand_in(course, {f"b-{_word(base)}": _honest(base, base) for base in bases})
        # The neighbour's work holds a secret, in prose and in code.
        words = f"# {self._secrets.of['neighbour']}"
        self._hand_in(
            course, {NEIGHBOUR: _honest("neighbour", "layer", last=words, markdown=words)}
        )
        course.autograde(most_seconds=180)
        bases = {b: outcome_of(course, f"b-{_word(b)}", self._secrets) for b in bases}
        ungraded = [base for base, found in bases.items() if found.marks is None]
        if ungraded:
            raise ValueError(f"plain work is not graded ({', '.join(ungraded)}): {course.said()}")
        course.comment()
        cell = max(CELL, HEADROOM * bases["reference"].seconds)
        slow = cell / CELL
        self._say(
            f"{course.folder.name}: an honest submission takes {bases['reference'].seconds:.1f} s; "
            f"limits: {cell:.1f} s a cell and a call, {SUBMISSION * slow:.0f} s a submission"
        )
        limits = LIMITS | {"isolation": self._isolation, "timeout": int(cell + 0.99)}
        limits |= {"call_timeout": cell, "submission_timeout": SUBMISSION * slow}
        course.limits(**limits)
        students = {f"s{n:03d}-{case.name}": case for n, case in enumerate(cases)}
        self._hand_in(course, students)
        most = (SUBMISSION + MARGIN) * slow
        course.autograde(most_seconds=2 * most, started=self._started)
        course.nbgrader("generate_feedback", "dropout", most_seconds=600)
        graded = [(c, outcome_of(course, s, self._secrets)) for s, c in students.items()]
        return {b: found.marks for b, found in bases.items()}, graded, most

    def _bases(self):
        """The bases that must be graded: those whose marks some case is compared with."""
        used = {c.base for c in self._cases if c.marks not in ("zero", "none")}
        return [base for base in BASES if base in {*used, "reference", "layer"}]

    def _hand_in(self, course, students):
        for student, case in students.items():
            course.hand_in(case, self._cells[case.base], student, self._values)

    def _started(self, student):
        self._done += 1
        total = sum(map(len, self._classes))
        if self._done % 10 == 0 or self._done == total:
            self._say(f"   {self._done}/{total} {student}")

    def _changed_since(self, course, base):
        """What has become of those who were graded before the class."""
        found = []
        for name, marks in base.items():
            if outcome_of(course, f"b-{_word(name)}", self._secrets).marks != marks:
                found.append(f"the marks of b-{_word(name)} are others than before")
        if course.crashed:
            found.append(course.crashed)
        return found

    def _around(self, known):
        """What was left, changed, carried out or heard beside the submissions themselves."""
        found = Verdict()
        found.secrets += [f"heard: {data[:80]!r}" for data in self._listeners.heard]
        left = [p for p in psutil.Process().children(recursive=True) if p.pid not in known]
        for process in left:
            with contextlib.suppress(psutil.Error):
                found.changed.append(f"left running: {process.pid} {process.cmdline()}")
                process.kill()
        token = self._secrets.token
        for path in leftovers(token):
            found.changed.append(f"left: {path}")
            with contextlib.suppress(OSError):
                os.remove(path)
        for course in self._courses[: len(self._classes)]:
            found.changed += [f"changed: {path}" for path in course.changes()[:20]]
            found.changed += [f"left: {path}" for path in list(course.temporary.iterdir())[:20]]
            own = course.course / "autograded" / NEIGHBOUR, course.course / "feedback" / NEIGHBOUR
            for kind in ("autograded", "feedback"):
                places = in_folder(course.course / kind, self._secrets.found_in, skip=own)
                found.secrets += [f"{', '.join(what)} in {path}" for path, what in places]
        return found

    def _report(self, judged, around, seconds):
        say = self._say
        say(f"\n{'submission':<46}{'family':<14}{'stock':<18}{'marks':>7}{'s':>6}")
        for case, outcome, verdict in judged:
            marks = outcome.marks and sum(mark or 0.0 for mark in outcome.marks.values())
            shown = "-" if marks is None else f"{marks:g}"
            stock = case.stock + ("" if case.stock_measured else " ?")
            say(f"{case.name:<46}{case.family:<14}{stock:<18}{shown:>7}{outcome.seconds:>6.1f}")
            for problem in verdict.problems():
                say(f"  PROBLEM  {problem}")
        for problem in around.problems():
            say(f"PROBLEM  {problem}")
        verdicts = [verdict for _, _, verdict in judged]
        count = {k: sum(bool(getattr(v, k)) for v in verdicts) for k in Verdict.KINDS}
        heard = len(around.secrets)
        honest = sum(c.family == "honest" for c, _, _ in judged)
        say(f"\n{honest} honest submissions among them; {seconds:.0f} s")
        clean = not any(verdict.problems() for verdict in (*verdicts, around))
        if not clean:
            say(
                f"{count['page']} pages with active content, {len(around.changed)} things left over"
            )
        say(
            f"{len(self._cases)} cases: {count['gained']} marks gained, "
            f"{count['secrets'] + heard} secrets read, "
            f"{count['changed']} other students' marks changed, {count['hung']} hangs, "
            f"{count['unexplained']} left without a mark or a reason"
        )
        return clean


def with_honest(cases, name):
    """The cases with the families mixed, honest ones among them, and an honest one at the end."""
    honest = [case for case in cases if case.family == "honest"]
    others = [case for case in cases if case.family != "honest"]
    seats = []
    for number, case in enumerate(others):
        seats.append(case)
        if number % EVERY == EVERY - 1:
            seats.append(honest.pop() if honest else _honest(f"{name}_{number}", "layer"))
    return [*seats, *honest, _honest(f"{name}_last", "reference")]


def _honest(name, base, **edits):
    return HostileCase(name, "honest", "Plain work.", "nothing", "as base", edits, base)


def _word(base):
    return base.replace(" ", "-")


def _remove(folder):
    for where, folders, _ in os.walk(folder):
        for name in folders:
            with contextlib.suppress(OSError):
                os.chmod(Path(where, name), 0o755)
    shutil.rmtree(folder, ignore_errors=True)
