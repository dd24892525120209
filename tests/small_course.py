"""A course with one small assignment, and what may be handed in for it: graded in a moment."""

import shutil
import sqlite3
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from tests.processes import nbgrader

NAME = "small"
RIGHT = "def double(x):\n    return 2 * x"
HALF = "def double(x):\n    return x + x if x > 0 else 0"
WRONG = "def double(x):\n    return x ** 2"
RAISES = "def double(x):\n    raise ValueError('no')"
SLOW = "import time\ndef double(x):\n    time.sleep({seconds})\n    return 2 * x"
ANSWER = "Because twice is more."


def _nbgrader(grade_id, **kinds):
    kinds = {"grade": False, "solution": False, "locked": False, "task": False} | kinds
    return {"nbgrader": {"schema_version": 3, "grade_id": grade_id, **kinds}}


def source_notebook(hidden="1.5 * (double(-2) == -4)", points=2.5):
    """The instructor's notebook."""
    test = f"### BEGIN HIDDEN TESTS\n1.0 * (double(2) == 4) + {hidden}\n### END HIDDEN TESTS"
    cells = [
        new_code_cell("import math", metadata=_nbgrader("setup", locked=True)),
        new_code_cell(
            "def double(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION",
            metadata=_nbgrader("double", solution=True),
        ),
        new_code_cell(
            test, metadata=_nbgrader("test_double", grade=True, locked=True, points=points)
        ),
        new_markdown_cell("Why?", metadata=_nbgrader("why", grade=True, solution=True, points=3.0)),
    ]
    for cell in cells:
        cell["id"] = cell.metadata.nbgrader["grade_id"]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def write_source(folder, **options):
    """Write the instructor's notebook into a course's folder and release it."""
    source = Path(folder, "source", NAME)
    source.mkdir(parents=True, exist_ok=True)
    nbformat.write(source_notebook(**options), source / f"{NAME}.ipynb")
    (source / "helper.txt").write_text("given\n")
    done = nbgrader(folder, "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr


def new_course(folder, original):
    """A course in `folder`, configured as the one in `original`, its assignment released."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(Path(original, "nbgrader_config.py"), folder)
    write_source(folder)
    return folder


def hand_in(folder, student, code=RIGHT, answer=None, stamp=None, cells=()):
    """Hand in a notebook; code or answer None: as released. cells: further code cells."""
    notebook = nbformat.read(Path(folder, "release", NAME, f"{NAME}.ipynb"), as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.nbgrader["grade_id"]
        if grade_id == "double" and code is not None:
            cell.source = code
        if grade_id == "why" and answer is not None:
            cell.source = answer
    notebook.cells[1:1] = [new_code_cell(source) for source in cells]
    target = Path(folder, "submitted", student, NAME)
    target.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, target / f"{NAME}.ipynb")
    if stamp:
        (target / "timestamp.txt").write_text(stamp)
    return target


def hand_in_class(folder):
    """One of each kind; returns the students' names."""
    hand_in(folder, "right", stamp="2026-01-10 10:00:00 UTC")
    hand_in(folder, "half", HALF, ANSWER)
    hand_in(folder, "wrong", WRONG)
    hand_in(folder, "raises", RAISES, ANSWER)
    hand_in(folder, "untouched", None)
    hand_in(folder, "dies", "import os\ndef double(x):\n    os._exit(3)")
    hand_in(folder, "O'Neil, 한", RIGHT, ANSWER)
    broken = Path(folder, "submitted", "broken", NAME)
    broken.mkdir(parents=True)
    (broken / f"{NAME}.ipynb").write_text("no notebook")
    empty = Path(folder, "submitted", "empty", NAME)
    empty.mkdir(parents=True)
    (empty / "notes.txt").write_text("sorry")
    return [
        "O'Neil, 한",
        "broken",
        "dies",
        "empty",
        "half",
        "raises",
        "right",
        "untouched",
        "wrong",
    ]


def gradebook_rows(folder, database="gradebook.db"):
    """What the gradebook holds of the assignment: marks, comments, dates and penalties."""
    with sqlite3.connect(Path(folder, database)) as connection:
        return {
            kind: connection.execute(QUERY.format(columns=columns, kind=kind)).fetchall()
            for kind, columns in (
                ("grade", "row.auto_score, row.manual_score, row.needs_manual_grade"),
                ("comment", "row.auto_comment, row.manual_comment"),
            )
        }


QUERY = """
select submission.student_id, notebook.name, cell.name, submission.timestamp,
       submitted.late_submission_penalty, {columns}
from {kind} row
join submitted_notebook submitted on submitted.id = row.notebook_id
join notebook on notebook.id = submitted.notebook_id
join submitted_assignment submission on submission.id = submitted.assignment_id
join base_cell cell on cell.id = row.cell_id
order by 1, 2, 3
"""


def mark_by_hand(folder, student, cell, points):
    """What formgrader does when somebody types a mark."""
    with sqlite3.connect(Path(folder, "gradebook.db")) as connection:
        changed = connection.execute(
            """
            update grade set manual_score = ?, needs_manual_grade = 0 where id = (
              select row.id from grade row
              join submitted_notebook submitted on submitted.id = row.notebook_id
              join submitted_assignment submission on submission.id = submitted.assignment_id
              join base_cell cell on cell.id = row.cell_id
              where submission.student_id = ? and cell.name = ?)
            """,
            (points, student, cell),
        )
        assert changed.rowcount == 1


def grade_of(folder, student, cell):
    """(automatic mark, hand-given mark, whether a person must look)."""
    rows = gradebook_rows(folder)["grade"]
    found = [row[5:] for row in rows if row[0] == student and row[2] == cell]
    assert len(found) == 1
    auto, manual, needs = found[0]
    return auto, manual, bool(needs)


def copy_of(folder, target):
    """A copy of a course, to be graded another way."""
    shutil.copytree(folder, target)
    return target


def files_in(root):
    """{path: content} of all files beneath a folder, hidden ones included."""
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def rows_at(url):
    """The same for any database: all marks and comments, through nbgrader's own classes."""
    found = []
    with Gradebook(url) as gradebook:
        for submission in gradebook.assignment_submissions(NAME):
            for notebook in submission.notebooks:
                who = (submission.student_id, submission.timestamp)
                found += [
                    (*who, g.name, g.auto_score, g.needs_manual_grade) for g in notebook.grades
                ]
                found += [(*who, c.name, c.auto_comment, None) for c in notebook.comments]
    return sorted(found, key=repr)
