"""Whether each submission of the class got what it must, and nobody anything else."""

import re
from dataclasses import dataclass, field

import nbformat
from nbgrader.api import MissingEntry

from autograder.marking.scheme import load_scheme
from autograder.validate.hostile_class import ASSIGNMENT
from autograder.validate.hostile_pages import active_content
from autograder.validate.hostile_secrets import shown_of

# Between equal marks lie rounding errors at most.
NEARLY = 1e-9


@dataclass
class Outcome:
    """What became of one submission.

    marks: {test cell: mark, or None where a person must look}; None if nothing was recorded.
    texts: {test cell: what the student reads there}. note: the note above the notebook.
    """

    student: str
    marks: dict | None
    texts: dict = field(default_factory=dict)
    note: str = ""
    log: str = ""
    seconds: float = 0.0
    hung: bool = False
    secrets: list = field(default_factory=list)
    active: list = field(default_factory=list)

    @property
    def message(self):
        """Everything that was said to the student."""
        return "\n".join([self.note, *self.texts.values()])


@dataclass
class Verdict:
    """What is wrong with one submission, in sentences by kind (KINDS); empty if nothing."""

    gained: list = field(default_factory=list)
    secrets: list = field(default_factory=list)
    changed: list = field(default_factory=list)
    hung: list = field(default_factory=list)
    unexplained: list = field(default_factory=list)
    page: list = field(default_factory=list)

    KINDS = ("gained", "secrets", "changed", "hung", "unexplained", "page")

    def problems(self):
        """All sentences."""
        return [sentence for kind in self.KINDS for sentence in getattr(self, kind)]


def outcome_of(course, student, secrets, leave_out=()):
    """Read one submission's Outcome from the course after grading and feedback."""
    log = "\n".join(course.lines.get(student, ()))
    found = Outcome(student, _marks(course, student), log=log, hung=student in course.hung)
    found.seconds = course.seconds.get(student, 0.0)
    path = course.course / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    if path.is_file():
        data = path.read_bytes()
        found.secrets += secrets.found_in(shown_of(data), leave_out)
        notebook = nbformat.reads(data.decode(), as_version=4)
        _read_texts(found, notebook)
        found.active += _active_outputs(notebook, secrets.token)
    page = course.course / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
    if page.is_file():
        data = page.read_bytes()
        found.secrets += [f"{p} (page)" for p in secrets.found_in(data, leave_out)]
        found.active += active_content(data.decode("utf-8", "replace"), secrets.token)
    return found


def judge(case, outcome, bases, most_seconds):
    """The Verdict on a case.

    bases: {base: marks of its Outcome}; one that is not there has none. most_seconds: what takes
    longer has hung.
    """
    verdict = Verdict()
    if outcome.hung:
        verdict.hung.append(f"grading did not get past it ({outcome.seconds:.0f} s)")
    elif outcome.seconds > most_seconds:
        verdict.hung.append(f"took {outcome.seconds:.0f} s, allowed {most_seconds:.0f}")
    verdict.secrets += [f"showed the secret of {place}" for place in outcome.secrets]
    verdict.page += outcome.active[:3]
    nothing = dict.fromkeys(load_scheme(ASSIGNMENT).cells, 0.0)
    _judge_marks(case, outcome, bases.get(case.base, nothing), verdict)
    _judge_words(case, outcome, verdict)
    return verdict


def allowed_marks(marks, base):
    """({test cell: most it may have}, whether it must have exactly that)."""
    if isinstance(marks, dict):
        return base | marks, True
    if marks in ("zero", "none"):
        return dict.fromkeys(base, 0.0), True
    return dict(base), marks == "as base"


def _judge_marks(case, outcome, base, verdict):
    if outcome.marks is None:
        if case.marks != "none":
            verdict.unexplained.append("nothing was recorded")
        return
    allowed, exactly = allowed_marks(case.marks, base)
    for name, most in allowed.items():
        mark = outcome.marks.get(name)
        if mark is None:
            if not case.awaits:
                verdict.unexplained.append(
                    f"{name} awaits a person: {outcome.texts.get(name)!r:.300}"
                )
        elif mark > most + NEARLY:
            verdict.gained.append(f"{name} has {mark:g}, at most {most:g} was earned")
        elif exactly and mark < most - NEARLY:
            verdict.changed.append(
                f"{name} has {mark:g} instead of {most:g}: {outcome.texts.get(name)!r:.300}"
            )


def _judge_words(case, outcome, verdict):
    points = {name: cell.points for name, cell in load_scheme(ASSIGNMENT).cells.items()}
    for name, mark in (outcome.marks or {}).items():
        if (mark is None or mark < points[name]) and not (outcome.texts.get(name) or outcome.note):
            verdict.unexplained.append(f"{name} has {mark} and nothing says why")
    if case.message and not re.search(case.message, outcome.message):
        said = " ".join(outcome.message.split())
        verdict.unexplained.append(f"no message matches {case.message!r}: {said[:300]}")
    if case.log and not re.search(case.log, outcome.log):
        verdict.unexplained.append(f"the log does not match {case.log!r}: {outcome.log[-300:]}")


def _marks(course, student):
    cells = load_scheme(ASSIGNMENT).cells
    with course.gradebook() as gradebook:
        try:
            submission = gradebook.find_submission(ASSIGNMENT, student)
        except MissingEntry:
            return None
        found = {}
        for notebook in submission.notebooks:
            for grade in notebook.grades:
                if grade.name in cells:
                    waits = grade.needs_manual_grade or grade.auto_score is None
                    found[grade.name] = None if waits else grade.auto_score
        return found if set(found) == set(cells) else None


def _read_texts(found, notebook):
    for cell in notebook.cells:
        if cell.get("id") == "note-on-this-submission":
            found.note = cell.source
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade") and not nbgrader.get("solution"):
            said = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell.outputs
                    if o.output_type in ("stream", "display_data", "error")]  # fmt: skip
            found.texts[nbgrader["grade_id"]] = "\n".join(said).strip()


def _active_outputs(notebook, token):
    """What the outputs would do where a person opens the notebook in Jupyter."""
    found = []
    for output in (o for cell in notebook.cells for o in cell.get("outputs", ())):
        for kind, data in output.get("data", {}).items():
            if "javascript" in kind and token in str(data):
                found.append(f"an output of type {kind}")
            elif kind in ("text/html", "image/svg+xml"):
                found += active_content(str(data), token)
    return found
