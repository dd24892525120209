"""Exports as an instructor starts them: `nbgrader export` and `python -m autograder export`."""

import argparse
import datetime
import io
import shutil
import subprocess
import sys

import pytest

from autograder.reports.export.command import FORMATS, add_options, run
from autograder.reports.export.formulas import undo
from tests.export_course import (
    DIFFICULT,
    NAME,
    ORDINARY,
    grade,
    make_course,
    mark_by_hand,
    read_rows,
)
from tests.processes import ENVIRONMENT

PLUGINS = {name: f"autograder.reports.export.{'.'.join(FORMATS[name])}" for name in FORMATS}
# Python would otherwise take UTF-8 for a locale that has nothing.
PLAIN = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Small (7)\n    Points Possible,,,,,10\n"
    '"Lovelace, Ada",1,,ada,A,\n"홍, 길동",2,,홍길동,A,\n'
)


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """Everybody has 7 points but Bob, whose answer awaits a person, and Eve, who did nothing."""
    folder = make_course(tmp_path_factory.mktemp("exports") / "course", ORDINARY | DIFFICULT)
    for student in ("ada", *DIFFICULT):
        grade(folder, student, 3, 4)
    grade(folder, "bob", 1, None)
    return folder


@pytest.fixture
def course(original, tmp_path):
    """A copy, to be exported from."""
    return shutil.copytree(original, tmp_path / "course")


def _nbgrader(folder, *arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "nbgrader", "export", *arguments],
        cwd=folder,
        env=ENVIRONMENT | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        timeout=300,
        check=False,
    )


def _export(folder, capsys, *arguments):
    """(exit status, lines on stdout, what was said on stderr)."""
    parser = argparse.ArgumentParser()
    add_options(parser.add_subparsers())
    options, options_of_nbgrader = parser.parse_known_args(["export", *arguments])
    options.of_nbgrader = tuple(options_of_nbgrader)
    status = run(options, folder)
    said = capsys.readouterr()
    return status, said.out.splitlines(), said.err


@pytest.fixture
def inside(course, monkeypatch):
    """The course, as the working directory."""
    monkeypatch.chdir(course)
    return course


def test_nbgraders_csv_whatever_the_locale(course):
    stock = _nbgrader(course, "--to=stock.csv", **PLAIN)
    assert "UnicodeEncodeError" in stock.stderr
    done = _nbgrader(course, f"--exporter={PLUGINS['csv']}", "--to=marks.csv", **PLAIN)
    assert done.returncode == 0, done.stderr
    rows = read_rows(course / "marks.csv")
    assert {undo(row[3]) for row in rows[1:]} == set(ORDINARY | DIFFICULT)
    assert "are not final" in done.stderr


def test_canvas_by_nbgrader(course):
    (course / "canvas-export.csv").write_text(CANVAS, "utf-8")
    done = _nbgrader(
        course,
        f"--exporter={PLUGINS['canvas']}",
        "--CanvasExport.merge=canvas-export.csv",
        f"--assignment={NAME}",
        "--student=ada",
        "--student=홍길동",
        "--to=out.csv",
        **PLAIN,
    )
    assert done.returncode == 0, done.stderr
    rows = read_rows(course / "out.csv")
    assert [row[0] for row in rows[2:]] == ["Lovelace, Ada", "홍, 길동"]
    assert [row[-1] for row in rows[2:]] == ["7", "7"]


def test_moodle_by_nbgrader_as_the_courses_default(course):
    config = course / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + f"c.ExportApp.plugin_class = '{PLUGINS['moodle']}'\nc.MoodleExport.feedback = 'text'\n"
    )
    done = _nbgrader(course)
    assert done.returncode == 0, done.stderr
    rows = read_rows(course / "moodle.csv")
    found = {undo(row[0]): row for row in rows[1:]}
    assert found.keys() == {"ada", *DIFFICULT}
    assert found["홍길동"][3] == f"{NAME}: 7 of 10 points."
    assert "answers of 1 student await a person" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--exporter={csv}", "--student=nobody"], "no student 'nobody'"),
        (["--exporter={canvas}", "--CanvasExport.merge=x.csv"], "x.csv, a gradebook exported from"),
        (["--exporter={csv}", "--db=sqlite:///new.db"], "sqlite:///new.db has no assignment"),
    ],
)
def test_nbgrader_ends_with_an_error_and_no_traceback(course, arguments, said):
    before = sorted(path.name for path in course.iterdir())
    done = _nbgrader(course, *(argument.format(**PLUGINS) for argument in arguments))
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    left = sorted(path.name for path in course.iterdir() if path.name != "new.db")
    assert left == before


def test_the_command_writes_all_formats(inside, capsys):
    status, lines, _ = _export(inside, capsys)
    assert status == 0
    assert lines[0] == "13 students written to grades.csv"
    assert any(line.startswith("NOTE the marks of 1 student are not final") for line in lines)
    assert len(read_rows(inside / "grades.csv")) == 14
    status, lines, _ = _export(inside, capsys, "--format", "canvas", "--zeros", "--provisional")
    assert status == 0
    marks = {row[0]: row[-1] for row in read_rows(inside / "canvas.csv")[2:]}
    assert (marks["Lovelace, Ada"], marks["Moore, Bob"], marks["Miller, Eve"]) == ("7", "1", "0")
    status, lines, _ = _export(inside, capsys, "--format=moodle", "--feedback=none", "--to=m.csv")
    assert status == 0
    assert ["ada", "ada@example.org", "7"] in read_rows(inside / "m.csv")


def test_the_command_says_who_is_not_in_the_file(inside, capsys):
    (inside / "merge.csv").write_text(CANVAS, "utf-8")
    merge = ["--format", "canvas", "--merge", "merge.csv", "--column", "small=Small (7)"]
    status, lines, _ = _export(inside, capsys, *merge)
    assert status == 1
    left_out = {line for line in lines if line.startswith("NOT EXPORTED")}
    assert "NOT EXPORTED oneil: no row of the file is theirs" in left_out
    assert len(left_out) == len(DIFFICULT) - 1
    status, lines, _ = _export(inside, capsys, *merge, "--student", "ada", "홍길동")
    assert status == 0
    assert not any(line.startswith("NOT EXPORTED") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--assignment", "smal"], "no assignment 'smal'"),
        (["smal"], "no assignment 'smal'"),
        ([NAME, "--assignment", "smal"], "no assignment 'smal'"),
        (["--to", "no/where.csv"], "no/where.csv cannot be written"),
        (["--merge", "x"], "--merge is nothing for --format csv"),
        (["--format=canvas", "--feedback=text"], "--feedback is nothing for --format canvas"),
        (["--format=canvas", "--merge=none.csv"], "none.csv, a gradebook exported from Canvas"),
        (["--format=canvas", "--column=Small (7)"], "ASSIGNMENT=HEADING"),
        (["--db=sqlite:///none.db"], "there is no gradebook none.db"),
    ],
)
def test_the_command_refuses(inside, capsys, arguments, said):
    before = sorted(path.name for path in inside.iterdir())
    status, lines, error = _export(inside, capsys, *arguments)
    assert status == 2
    assert lines == []
    assert said in error
    assert sorted(path.name for path in inside.iterdir()) == before


def test_names_are_said_in_any_locale(inside, capsys, monkeypatch):
    grade(inside, "홍길동", 1, None)
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii", write_through=True)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", stream)
        status, _, _ = _export(inside, capsys)
    assert status == 0
    assert b"bob; \\ud64d\\uae38\\ub3d9" in stream.buffer.getvalue()


def test_what_is_no_gradebook_is_said(inside, capsys):
    (inside / "other.db").write_text("no database")
    status, _, error = _export(inside, capsys, "--db=sqlite:///other.db")
    assert status == 2
    assert "the gradebook cannot be read: " in error


def test_what_the_course_has_configured_holds(inside, capsys):
    config = inside / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.CanvasExport.match = ['SIS User ID']\n")
    _export(inside, capsys, "--format=canvas", "--student=ada")
    assert read_rows(inside / "canvas.csv")[2][2] == "ada"
    _export(inside, capsys, "--format=canvas", "--student=ada", "--match", "SIS Login ID")
    assert read_rows(inside / "canvas.csv")[2][3] == "ada"
    config.write_text("c.This is no Python\n")
    status, _, error = _export(inside, capsys)
    assert status == 2
    assert "nbgrader_config.py cannot be used" in error


def test_late_penalties_that_cannot_follow_are_no_silent_error(inside, capsys):
    config = inside / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "c.AssignLatePenalties.plugin_class = 'autograder.execute.late_policy.LatePolicy'\n"
        "c.LatePolicy.percent_per_day = -5\n"
    )
    status, _, error = _export(inside, capsys)
    assert status == 2
    assert "c.LatePolicy.percent_per_day must be between 0 and 100 percent, not -5" in error
    status, _, _ = _export(inside, capsys, "--MarksExport.refresh_penalties=False")
    assert status == 0


def test_a_penalty_follows_a_mark_given_by_hand(inside, capsys):
    grade(inside, "bob", 1, None, late=datetime.timedelta(hours=1), penalty=0.5)
    config = inside / "nbgrader_config.py"
    config.write_text(
        config.read_text()
        + "c.AssignLatePenalties.plugin_class = 'autograder.execute.late_policy.LatePolicy'\n"
        "c.LatePolicy.percent_per_day = 50\n"
    )
    mark_by_hand(inside, "bob", 4)
    _, lines, _ = _export(inside, capsys)
    assert "NOTE late penalties follow new marks or dates now: bob" in lines
    bob = next(row for row in read_rows(inside / "grades.csv") if row[3] == "bob")
    assert bob[7:] == ["5.0", "2.5", "2.5", "10.0"]
