"""What became of each student of the sample class, read back from nbgrader."""

from dataclasses import dataclass
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry

from autograder.checks.misconceptions import catalogue
from autograder.execute.settle import result_of
from autograder.marking.scheme import load_scheme


@dataclass(frozen=True)
class Row:
    """parts: automatic marks by part, None where nothing was graded. awaits: cells for a person.

    message: the reason for the greatest loss, or why nothing was graded.
    """

    student_id: str
    parts: tuple | None
    awaits: int
    message: str

    @property
    def total(self):
        return None if self.parts is None else sum(self.parts)


def read_results(scratch, students):
    """One Row a student, in the class's order."""
    url = f"sqlite:///{scratch.course / 'gradebook.db'}"
    with Gradebook(url) as gradebook:
        return [_row(scratch, gradebook, student) for student in students]


def _row(scratch, gradebook, student):
    scheme = load_scheme(scratch.assignment)
    try:
        submission = gradebook.find_submission(scratch.assignment, student.id)
    except MissingEntry:
        return Row(student.id, None, 0, _why_nothing(scratch, student.id))
    marks, awaits = {}, 0
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            cell = scheme.cells.get(grade.name) or scheme.written[grade.name]
            marks[cell.part] = marks.get(cell.part, 0.0) + (grade.auto_score or 0.0)
            awaits += grade.needs_manual_grade
    parts = tuple(mark for _, mark in sorted(marks.items()))
    return Row(student.id, parts, awaits, _main_message(scratch, student.id))


def _why_nothing(scratch, student_id):
    folder = scratch.course / "submitted" / student_id / scratch.assignment
    if not folder.is_dir():
        return "nothing was handed in"
    found = [p.name for p in folder.iterdir() if p.name != "timestamp.txt"]
    return f"no notebook in what was handed in (found: {', '.join(sorted(found)) or 'nothing'})"


def _main_message(scratch, student_id):
    path = Path(scratch.course, "autograded", student_id, scratch.assignment)
    notebook = nbformat.read(path / f"{scratch.assignment}.ipynb", as_version=4)
    first = notebook.cells[0]
    if first.get("id") == "note-on-this-submission" and "could not be read" in first.source:
        return first.source.split("\n- ")[1].split(". ")[0]
    outcomes = [o for c in notebook.cells if (r := result_of(c)) for o in r["outcomes"]]
    lost = max(outcomes, key=lambda o: o["points"] - o["mark"], default=None)
    if lost is None or lost["points"] == lost["mark"]:
        return ""
    name = lost["misconception"]
    return catalogue()[name].title if name else f"{lost['called']} {lost['returned']}"
