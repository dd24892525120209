"""The main job: a sample class from release to export, by nbgrader's own commands."""

import csv
import subprocess
import sys

import pytest

from autograder.sample.hand_in import sample_class


@pytest.fixture(scope="module")
def sample(course):
    """The finished run and the scratch folder that it leaves."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "sample"],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout, course / "build" / "sample"


def test_the_class_is_large_and_mixed():
    """At least 14 folders: right, wrong, half-finished, untouched, unreadable, and one missing."""
    students = sample_class()
    assert sum(s.hands_in != "nothing" for s in students) >= 14
    assert {s.hands_in for s in students} == {"solution", "untouched", "file", "nothing"}


def test_every_student_has_the_marks_meant(sample):
    """The table ends with the verdict, and names what could not be read or was missing."""
    out, _ = sample
    assert "every student has the marks meant" in out
    assert "could not be read: it is not JSON" in out
    assert "no notebook in what was handed in (found: notes.txt)" in out
    assert "p taken for the probability of dropping" in out


def test_feedback_shows_messages_and_no_secret(sample):
    """Each graded student has a page; hidden tests and rubrics are in none of them."""
    _, folder = sample
    pages = {p.parts[-3]: p.read_text("utf-8") for p in folder.glob("course/feedback/*/*/*.html")}
    graded = [s.id for s in sample_class() if s.parts is not None]
    assert sorted(pages) == sorted(graded)
    for page in pages.values():
        for secret in ("HIDDEN TESTS", "autograder.marking", "MARK SCHEME", "earns at most"):
            assert secret not in page
    assert "p taken for the probability of dropping" in "".join(pages.values())


def test_the_csv_holds_every_student(sample):
    """nbgrader's own export, read back."""
    _, folder = sample
    with (folder / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["student_id"]: row for row in csv.DictReader(file)}
    for student in sample_class():
        assert float(rows[student.id]["score"] or 0) == sum(student.parts or (0,))
