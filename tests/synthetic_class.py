"""A class as if it had been graded: gradebook, autograded notebooks and results, in a moment.

As a program, `python -m tests.synthetic_class FOLDER [STUDENTS]` writes a course with a random
class into FOLDER, to try the class report on.
"""

import random
import shutil
import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.api import (
    Base,
    Comment,
    Grade,
    Gradebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from sqlalchemy import create_engine, insert

from autograder.checks.misconceptions import catalogue
from autograder.execute.result import NotebookResult, Result, digest_of, write_result
from autograder.intake.rebuild import with_notes
from autograder.marking.cell import RESULT_MIME
from autograder.marking.judge import CellResult, Outcome
from autograder.marking.scheme import load_scheme

NAME = "dropout"
DUE = datetime(2026, 3, 1, 12)


@dataclass
class Member:
    """A student. lost: {check: (mark, misconception or None)}. faults: {check: traceback}.

    written: {grade_id: points}; what is not in it awaits a person. by_hand: {grade_id: points} that
    a person has given a test cell. names: first, last, e-mail. late: days. seconds: None for one
    whom `nbgrader autograde` has graded. handed_in: else the gradebook has but the name.
    """

    student: str
    lost: dict = field(default_factory=dict)
    faults: dict = field(default_factory=dict)
    written: dict = field(default_factory=dict)
    by_hand: dict = field(default_factory=dict)
    comments: dict = field(default_factory=dict)
    names: tuple = (None, None, None)
    late: float = 0.0
    penalty: float | None = None
    notes: tuple = ()
    seconds: float | None = 1.0
    handed_in: bool = True

    def result(self, cell):
        """The CellResult of a test cell of the marking scheme."""
        outcomes = []
        for check, points in cell.checks.items():
            if check in self.faults:
                fault = {"status": "grader_fault", "mark": 0.0, "fault": self.faults[check]}
            elif check in self.lost:
                mark, misconception = self.lost[check]
                fault = {"status": "failed", "mark": float(mark), "misconception": misconception}
                fault |= {"called": "f(x)", "returned": "gave 1", "expected": "2 was expected"}
            else:
                fault = {"status": "passed", "mark": float(points)}
            outcomes.append(Outcome(check, points=float(points), seconds=0.01, **fault))
        return CellResult(NAME, cell.grade_id, cell.title, cell.part, tuple(outcomes))


def write_class(folder, original, members, padding=0):
    """A course in `folder`, configured as the one in `original`, with these Members graded.

    padding: characters of pictures in each notebook.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(original, "nbgrader_config.py"), folder)
    shutil.copytree(Path(original, "release", NAME), folder / "release" / NAME)
    scheme = load_scheme(NAME)
    texts = {}
    for member in members:
        if member.handed_in:
            texts[member.student] = text = _notebook_text(member, scheme, padding)
            autograded = folder / "autograded" / member.student / NAME
            autograded.mkdir(parents=True)
            (autograded / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
            if member.seconds is not None:
                _write_result(folder, member, text)
    _write_gradebook(folder, members, scheme)
    return folder


def _notebook_text(member, scheme, padding):
    cells = []
    if padding:
        picture = new_output("display_data", data={"image/png": "A" * padding})
        cells.append(new_code_cell("plot()", outputs=[picture]))
    for cell in _in_order(scheme):
        test = cell.grade_id in scheme.cells
        kind = {"grade_id": cell.grade_id, "grade": True, "solution": not test, "locked": test}
        metadata = {"nbgrader": kind | {"points": cell.points, "schema_version": 3}}
        if not test:
            cells.append(new_markdown_cell("An answer.", metadata=metadata))
            continue
        data = member.result(cell).as_dict() | {"isolation": "landlock"}
        cells.append(
            new_code_cell(
                "mark()",
                metadata=metadata,
                outputs=[new_output("display_data", data={RESULT_MIME: data})],
            )
        )
    return nbformat.writes(with_notes(new_notebook(cells=cells), member.notes))


def _in_order(scheme):
    """The cells as in the notebook: test cells and answers of a part beside each other."""
    return sorted((*scheme.cells.values(), *scheme.written.values()), key=lambda c: c.part)


def _write_result(folder, member, text):
    notebook = NotebookResult(NAME, {}, {}, {}, {}, tuple(member.notes), digest_of(text), text)
    write_result(
        folder / "results" / member.student / NAME,
        Result(
            member.student, NAME, "key", None, (notebook,), (), "bubblewrap", member.seconds, 9.0
        ),
    )


def _write_gradebook(folder, members, scheme):
    url = f"sqlite:///{folder / 'gradebook.db'}"
    # In a new one nbgrader asks alembic, in a process of seconds, which version it is of.
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    with Gradebook(url) as gradebook:
        assignment = gradebook.add_assignment(NAME, duedate=DUE)
        notebook = gradebook.add_notebook(NAME, NAME)
        grades, comments = {}, {}
        for cell in _in_order(scheme):
            test = cell.grade_id in scheme.cells
            given = {"max_score": cell.points, "cell_type": "code" if test else "markdown"}
            grades[cell.grade_id] = gradebook.add_grade_cell(cell.grade_id, NAME, NAME, **given).id
            if not test:
                solution = gradebook.add_solution_cell(cell.grade_id, NAME, NAME)
                comments[cell.grade_id] = solution.id
        rows = {kind: [] for kind in (Student, SubmittedAssignment, SubmittedNotebook)}
        rows |= {Grade: [], Comment: []}
        for number, member in enumerate(members):
            first, last, email = member.names
            rows[Student].append(
                {"id": member.student, "first_name": first, "last_name": last, "email": email}
            )
            if not member.handed_in:
                continue
            key = f"{number:032d}"
            stamp = DUE + timedelta(days=member.late or -1)
            rows[SubmittedAssignment].append(
                {
                    "id": key,
                    "assignment_id": assignment.id,
                    "student_id": member.student,
                    "timestamp": stamp,
                }
            )
            rows[SubmittedNotebook].append(
                {
                    "id": key,
                    "assignment_id": key,
                    "notebook_id": notebook.id,
                    "late_submission_penalty": member.penalty,
                }
            )
            for grade_id, cell in grades.items():
                auto, manual = _marks(member, scheme, grade_id)
                rows[Grade].append(
                    {
                        "notebook_id": key,
                        "cell_id": cell,
                        "auto_score": auto,
                        "manual_score": manual,
                        "needs_manual_grade": auto is None and manual is None,
                    }
                )
            for grade_id, cell in comments.items():
                rows[Comment].append(
                    {
                        "notebook_id": key,
                        "cell_id": cell,
                        "manual_comment": member.comments.get(grade_id),
                    }
                )
        for kind, found in rows.items():
            if found:
                gradebook.db.execute(insert(kind), found)
        gradebook.db.commit()


def _marks(member, scheme, grade_id):
    """(automatic mark, hand-given mark)."""
    if grade_id in scheme.written:
        return None, member.written.get(grade_id)
    result = member.result(scheme.cells[grade_id])
    return None if result.has_grader_fault else result.mark, member.by_hand.get(grade_id)


def random_class(count, seed=0):
    """`count` Members whose abilities differ, a few of whom are late, absent, or wronged by us."""
    rng = random.Random(seed)
    scheme = load_scheme(NAME)
    owners = {m.name: m.part for m in catalogue().values()}
    hard = {check: rng.gauss(-1.3, 0.9) for cell in scheme.cells.values() for check in cell.checks}
    return [_random_member(rng, scheme, owners, hard, number) for number in range(count)]


def _random_member(rng, scheme, owners, hard, number):
    able = rng.gauss(0, 1.2)
    names = rng.choice(("Ada", "Björn", "Chidi", "Dilek", "Eun-ji")), f"Student {number}"
    member = Member(f"s{number:04d}", names=(*names, f"s{number:04d}@example.org"))
    for cell in scheme.cells.values():
        # A few misconceptions of the part are common, the others rare.
        found = [name for name, part in owners.items() if part == cell.part][:8]
        own = found[min(int(rng.expovariate(0.6)), len(found) - 1)] if found else None
        for check, points in cell.checks.items():
            if rng.gauss(0, 1) + hard[check] > able:
                mark = points / 2 if rng.random() < 0.2 else 0
                member.lost[check] = mark, own if rng.random() < 0.8 else None
    if rng.random() < 0.8:
        given = {name: rng.randint(0, 12) / 2 for name in scheme.written}
        member.written = {name: mark for name, mark in given.items() if rng.random() < 0.97}
    if rng.random() < 0.02:
        check = rng.choice(list(hard))
        member.faults[check] = (
            'Traceback (most recent call last):\n  File "check.py", line 1, in check\n'
            "ZeroDivisionError: division by zero\n"
        )
    if rng.random() < 0.08:
        member.late = rng.expovariate(1) + 0.05
        member.penalty = round(5 * (1 + member.late // 1), 1)
    if rng.random() < 0.05:
        member.notes = ("the file homework.ipynb could not be read: it is no JSON",)
    elif rng.random() < 0.1:
        member.notes = ("a second copy of cell 'dropout_forward' was left out",)
    member.seconds = rng.lognormvariate(0.2, 0.3)
    member.handed_in = rng.random() > 0.03
    return member


if __name__ == "__main__":
    write_class(
        sys.argv[1],
        Path(__file__).parent.parent,
        random_class(int(sys.argv[2]) if len(sys.argv) > 2 else 300),
        padding=100_000,
    )
