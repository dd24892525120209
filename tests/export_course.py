"""A course with a gradebook and nothing else, to be exported; made without grading anything."""

import csv
import datetime
import functools
import tempfile
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.exportapp import ExportApp

NAME = "small"
DUE = datetime.datetime(2026, 1, 10, 12)
ORDINARY = {
    "ada": ("Ada", "Lovelace", "ada@example.org"),
    "bob": ("Bob", "Moore", ""),
    "eve": ("Eve", "Miller", "eve@example.org"),
}
DIFFICULT = {
    "oneil": ("Conan", "O'Neil, Jr.", "oneil@example.org"),
    "quote": ('Ann "Q" ', "Line\nBreak\r\nand\rmore", ""),
    "홍길동": ("길동", "홍", "홍@example.org"),
    "emoji": ("👩‍🎓", "Zoë\u2028", ""),
    "formula": ('=HYPERLINK("http://example.org","x")', "+1+1", "=cmd@example.org"),
    "signs": ("@SUM(1)", "-2+3", ""),
    "white": ("\t=1", "\r=1", ""),
    "apostrophe": ("'=1", "'t Hooft", ""),
    "wide": ("＝1", "''+", ""),
    "=1+1": ("", "", ""),
}


def make_course(folder, people=ORDINARY, assignments=(NAME,)):
    """A course in `folder`: everybody is enrolled and nobody has handed in anything."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "nbgrader_config.py").write_text(
        "c = get_config()\nc.CourseDirectory.course_id = 'small'\n"
    )
    (folder / "gradebook.db").write_bytes(_empty_gradebook())
    with gradebook_of(folder) as gradebook:
        for name in assignments:
            gradebook.add_assignment(name, duedate=DUE)
            gradebook.add_notebook("notebook", name)
            for cell, kind in (("auto", "code"), ("hand", "markdown")):
                gradebook.add_grade_cell(cell, "notebook", name, max_score=5, cell_type=kind)
        for student, (first, last, email) in people.items():
            gradebook.add_student(student, first_name=first, last_name=last, email=email)
    return folder


def gradebook_of(folder):
    return Gradebook(f"sqlite:///{folder}/gradebook.db")


@functools.cache
def _empty_gradebook():
    """nbgrader takes seconds to make one."""
    with tempfile.TemporaryDirectory() as folder:
        gradebook_of(folder).close()
        return Path(folder, "gradebook.db").read_bytes()


def grade(folder, student, auto=0.0, hand=0.0, name=NAME, late=None, extension=None, penalty=None):
    """Have a student be graded. hand None: that answer awaits a person. late: a timedelta."""
    with gradebook_of(folder) as gradebook:
        given = {} if late is None else {"timestamp": DUE + late}
        with gradebook.db.no_autoflush:  # or SQLAlchemy warns of nbgrader's half-made rows
            submission = gradebook.update_or_create_submission(
                name, student, extension=extension, **given
            )
        submission.notebooks[0].late_submission_penalty = penalty
        for cell, mark in (("auto", auto), ("hand", hand)):
            found = gradebook.find_grade(cell, "notebook", name, student)
            found.auto_score, found.needs_manual_grade = mark, mark is None
        gradebook.db.commit()


def mark_by_hand(folder, student, points, name=NAME):
    """As formgrader does it."""
    with gradebook_of(folder) as gradebook:
        found = gradebook.find_grade("hand", "notebook", name, student)
        found.manual_score, found.needs_manual_grade = points, False
        gradebook.db.commit()


def export(folder, kind, to, *options, **traits):
    """Have the exporter `kind` write a file as in the course's folder; returns (Exported, rows)."""
    app = ExportApp()
    app.initialize(list(options), root=str(folder))
    plugin = kind(parent=app, to=str(to), **traits)
    with gradebook_of(folder) as gradebook:
        done = plugin.write(gradebook)
    return done, read_rows(to)


def read_rows(path, delimiter=","):
    """The rows of a CSV file, as any CSV reader sees them."""
    with open(path, encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream, delimiter=delimiter, strict=True))
