"""`python -m autograder grade`: what is graded, what it says, and its exit status."""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat
import pytest
from graded_alone import (
    GRADEBOOK,
    HIDDEN,
    SOLVED,
    marked_course,
    running_students_code,
    write_assignment,
)
from nbgrader.api import Gradebook
from processes import ENVIRONMENT, gone, nbgrader
from published_formats import check_gradescope, check_json, check_junit
from small_course import ANSWER, HALF, NAME, RAISES, RIGHT, SLOW, WRONG, hand_in

from autograder.execute.course import load_course
from autograder.execute.sources import source_notebooks
from autograder.reports import grade_command
from autograder.reports.source_files import sources_in_files
from autograder.sandbox import isolation
from autograder.sandbox.runtime import remove_orphans
from autograder.validate.grade_cases import hand_in as filled_in
from autograder.validate.grade_cases import load_cases, reference_cells


@pytest.fixture(scope="module")
def small(tmp_path_factory, course):
    return marked_course(tmp_path_factory, course)


@pytest.fixture
def grade(small, capsys):
    """grade(submission, *words): (exit status, standard output, standard error)."""

    def run(submission, *words, assignment=NAME, folder=small):
        parser = argparse.ArgumentParser()
        grade_command.add_options(parser.add_subparsers())
        command = ["grade", str(submission), "--assignment", assignment, *map(str, words)]
        options, rest = parser.parse_known_args(command)
        options.of_nbgrader = tuple(rest)
        status = grade_command.run(options, folder)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


@pytest.mark.parametrize(
    ("code", "mark"), [(RIGHT, 2.5), (HALF, 1.0), (WRONG, 1.0), (RAISES, 0.0), (None, 0.0)]
)
def test_any_mark_is_exit_status_nothing(small, grade, tmp_path, code, mark):
    file = hand_in(small, "somebody", code, ANSWER) / f"{NAME}.ipynb"
    status, out, err = grade(file, "--format", "json")
    data = check_json(out)
    assert (status, err) == (0, "")
    assert (data["mark"], data["out_of"], data["points"]) == (mark, 2.5, 5.5)
    assert data["awaiting"] == {"person": 3.0, "grader": 0.0}
    assert not (small / "gradebook.db").exists()
    assert not (small / "autograded").exists()
    assert not (small / "results").exists()


def test_an_answer_not_written_waits_for_a_person_and_says_so(small, grade):
    file = hand_in(small, "somebody") / f"{NAME}.ipynb"
    _, out, _ = grade(file, "--format", "json")
    answer = json.loads(out)["cells"][-1]
    assert (answer["mark"], answer["awaits"], answer["comment"]) == (None, "person", "No response.")


def test_a_folder_is_graded_as_a_file_is(small, grade):
    folder = hand_in(small, "somebody", HALF, stamp="2026-01-10 10:00:00 UTC")
    (folder / "notes.txt").write_text("mine")
    status, out, _ = grade(folder, "--format", "json", "--student", "O'Neil, 한")
    data = check_json(out)
    assert (status, data["mark"], data["student"]) == (0, 1.0, "O'Neil, 한")
    assert data["submitted_at"] == "2026-01-10T10:00:00Z"
    assert "not used: notes.txt" in data["notes"][0]


def test_what_is_no_notebook_is_a_zero_that_says_why(small, grade, tmp_path):
    (tmp_path / "text.ipynb").write_text("no notebook")
    (tmp_path / "large.ipynb").write_bytes(b"")
    os.truncate(tmp_path / "large.ipynb", 60_000_000)
    (tmp_path / "link.ipynb").symlink_to(small / "source" / NAME / f"{NAME}.ipynb")
    (tmp_path / "empty").mkdir()
    for name, why in {
        "text.ipynb": "the file text.ipynb could not be read: it is not JSON",
        "large.ipynb": "larger than 50 MB",
        "link.ipynb": "links are not followed",
        "empty": "no notebook in what was handed in",
    }.items():
        status, out, _ = grade(tmp_path / name, "--format", "json")
        data = check_json(out)
        assert (status, data["status"], data["mark"]) == (0, "graded", 0.0)
        (note,) = data["notes"]
        assert why in note


def test_the_file_of_an_only_notebook_may_have_any_name(small, grade, tmp_path):
    shutil.copy(hand_in(small, "somebody") / f"{NAME}.ipynb", tmp_path / ".homework (1)")
    status, out, _ = grade(tmp_path / ".homework (1)", "--format", "json")
    assert (status, json.loads(out)["mark"], json.loads(out)["notes"]) == (0, 2.5, [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["{tmp}/nowhere.ipynb"], "there is no"),
        (["{tmp}", "--assignment", "unknown"], "there is no folder"),
        (["{tmp}", "--course", "{tmp}"], "is no course"),
        (["{tmp}/link"], "is a link to a folder"),
        (["{tmp}", "--ExecuteSubmission.isolation=hope"], "there is no isolation 'hope'"),
        (["{tmp}", "--ExecuteSubmission.call_timeout=soon"], "a setting cannot be used"),
    ],
)
def test_what_cannot_be_done_is_exit_status_two_and_nobodys_zero(grade, tmp_path, words, said):
    (tmp_path / "link").symlink_to(tmp_path)
    words = [word.format(tmp=tmp_path) for word in words]
    status, out, err = grade(*words, "--format", "gradescope")
    assert status == 2
    assert said in err
    assert "score" not in check_gradescope(out)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "{tmp}/no/such.json"], "there is no folder"),
        (["--output", "{tmp}"], "is a folder"),
        (["--also", "html", "{tmp}/x"], "there is no format 'html'"),
        (["--format", "classroom50"], "CLASSROOM, ASSIGNMENT, SUBMISSION_TAG"),
    ],
)
def test_what_cannot_be_written_is_refused_before_grading(grade, tmp_path, words, said):
    status, out, err = grade(tmp_path, *[word.format(tmp=tmp_path) for word in words])
    assert (status, out) == (2, "")
    assert said in err


def test_a_configuration_in_another_folder_is_not_run(small, grade, tmp_path, monkeypatch):
    """nbgrader would: but the folder it is called in may be a student's."""
    file = hand_in(small, "somebody") / f"{NAME}.ipynb"
    shutil.copy(file, tmp_path)
    (tmp_path / "nbgrader_config.py").write_text("open('was-run', 'w')\nraise SystemExit('mine')")
    monkeypatch.chdir(tmp_path)
    words = ["--course", small, "--output", "out.json", "--log", "log"]
    assert grade(file.name, "--format", "json", *words) == (0, "", "")
    assert check_json(Path("out.json").read_text())["mark"] == 2.5
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize("name", [n for n in isolation.NAMES if isolation.works(n)])
def test_the_isolation_is_the_one_that_is_named(small, grade, name):
    file = hand_in(small, "somebody") / f"{NAME}.ipynb"
    status, out, _ = grade(file, "--format", "json", "--isolation", name)
    data = check_json(out)
    assert (status, data["isolation"], data["mark"]) == (0, name, 2.5)


def test_the_courses_limits_hold(small, grade, tmp_path):
    """An endless loop costs what it does not do, and is no fault."""
    folder = tmp_path / "course"
    shutil.copytree(small, folder)
    with open(folder / "nbgrader_config.py", "a") as file:
        file.write("c.ExecuteSubmission.call_timeout = 0.5\n")
    handed_in = hand_in(folder, "somebody", SLOW.format(seconds=60))
    status, out, _ = grade(handed_in, "--format", "json", folder=folder)
    data = check_json(out)
    assert (status, data["status"], data["mark"]) == (0, "graded", 0.0)
    assert "did not end" in data["cells"][0]["reason"]


def test_a_grader_fault_is_exit_status_one_and_only_the_log_says_more(small, grade, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(small, folder)
    write_assignment(folder, NAME, "no_such_name")
    file = hand_in(folder, "somebody") / f"{NAME}.ipynb"
    log = tmp_path / "log"
    words = ["--also", "gradescope", tmp_path / "g", "--also", "junit", tmp_path / "j"]
    status, out, err = grade(file, "--format", "json", *words, "--log", log, folder=folder)
    assert status == 1
    assert "the grader failed" in err
    data = check_json(out)
    assert (data["status"], data["cells"][0]["mark"]) == ("grader_fault", None)
    assert data["awaiting"]["grader"] == 2.5
    assert "score" not in check_gradescope((tmp_path / "g").read_text())
    (error,) = check_junit((tmp_path / "j").read_text()).iter("error")
    assert error.get("type") == "grader_fault"
    for text in (out, err, (tmp_path / "g").read_text(), (tmp_path / "j").read_text()):
        assert "no_such_name" not in text
    assert "NameError" in log.read_text()


@pytest.mark.parametrize("where", ["grading.standing_of", "formats.as_markdown.render"])
def test_a_crash_of_the_grader_is_said_in_every_format(small, grade, tmp_path, monkeypatch, where):
    def broken(*_):
        raise RuntimeError(f"in {HIDDEN}")

    monkeypatch.setattr(f"autograder.reports.{where}", broken)
    file = hand_in(small, "somebody") / f"{NAME}.ipynb"
    also = [w for n in ("json", "junit", "gradescope", "markdown") for w in ("--also", n, n)]
    monkeypatch.chdir(tmp_path)
    status, out, err = grade(file, *also, "--log", "log")
    assert status == 1
    texts = [out, err, *(Path(name).read_text() for name in also[1::3])]
    assert not any(HIDDEN in text for text in texts)
    assert all("fault" in text or "grader failed" in text for text in texts)
    assert check_json(Path("json").read_text())["mark"] is None
    assert HIDDEN in Path("log").read_text()


def test_an_older_result_does_not_outlive_a_fault(small, grade, tmp_path, monkeypatch):
    """Classroom 50 would collect it: a student may have committed one."""
    for name in ("CLASSROOM", "ASSIGNMENT", "SUBMISSION_TAG", "COMMIT_URL", "RELEASE_URL", "OWNER"):
        monkeypatch.setenv(name, "x")
    result = tmp_path / "result.json"
    result.write_text('{"score": 100}')
    status, _, _ = grade(tmp_path / "no.ipynb", "--format", "classroom50", "--output", result)
    assert status == 2
    assert not result.exists()


def test_a_link_in_the_place_of_an_output_is_replaced(small, grade, tmp_path):
    (tmp_path / "other").write_text("of somebody else")
    (tmp_path / "out").symlink_to(tmp_path / "other")
    file = hand_in(small, "somebody") / f"{NAME}.ipynb"
    assert grade(file, "--output", tmp_path / "out")[0] == 0
    assert (tmp_path / "other").read_text() == "of somebody else"
    assert "2.5 of 2.5" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("code", [RIGHT, WRONG, RAISES])
def test_no_format_shows_a_hidden_test_or_a_solution(small, grade, tmp_path, monkeypatch, code):
    from made_standings import ENVIRONMENT as CLASSROOM

    for name, value in CLASSROOM.items():
        monkeypatch.setenv(name, value)
    prints = "import os\nprint(open(os.path.abspath('x'), 'w'))\nprint(globals())"
    file = hand_in(small, "somebody", code, ANSWER, cells=[prints]) / f"{NAME}.ipynb"
    names = ("json", "junit", "gradescope", "classroom50", "markdown")
    also = [w for n in names for w in ("--also", n, tmp_path / n)]
    status, out, err = grade(file, *also)
    assert status == 0
    texts = {name: (tmp_path / name).read_text() for name in names}
    for text in (out, err, *texts.values()):
        assert text or text is err
        assert not [m for m in (HIDDEN, SOLVED, "HIDDEN TESTS", "double(-2)") if m in text]


def test_several_notebooks_are_graded_and_summed(small, grade, tmp_path):
    folder = tmp_path / "course"
    shutil.copytree(small, folder)
    for kind in ("source", "release"):
        shutil.copy(folder / kind / NAME / f"{NAME}.ipynb", folder / kind / NAME / "more.ipynb")
    handed_in = hand_in(folder, "somebody", HALF)
    status, out, _ = grade(handed_in, "--format", "json", folder=folder)
    data = check_json(out)
    assert (status, data["mark"], data["out_of"]) == (0, 1.0, 5.0)
    assert "more.ipynb" in data["notes"][0]
    shutil.copy(hand_in(folder, "another") / f"{NAME}.ipynb", handed_in / "more.ipynb")
    _, out, _ = grade(handed_in, "--format", "json", folder=folder)
    data = check_json(out)
    assert data["mark"] == 3.5
    assert [cell["grade_id"] for cell in data["cells"] if cell["mark"] is not None] == [
        *("more/test_double", f"{NAME}/test_double"),
    ]


@pytest.mark.parametrize("which", ["small", "dropout"])
def test_sources_are_read_as_the_gradebook_has_them(small, course, which, tmp_path):
    if which == "small":
        folder, name = small, NAME
        database = small / GRADEBOOK
    else:
        folder, name = tmp_path / "course", "dropout"
        for part in ("source", "release"):
            shutil.copytree(course / part / name, folder / part / name)
        shutil.copy(course / "nbgrader_config.py", folder)
        assert nbgrader(folder, "generate_assignment", name).returncode == 0
        database = folder / "gradebook.db"
    with Gradebook(f"sqlite:///{database}") as gradebook:
        assert sources_in_files(load_course(folder, name)) == source_notebooks(gradebook, name)


def begun(small, tmp_path, file):
    """The command as a process, and the ids of those it has started to run the student's code."""
    # A run in the background ignores SIGINT, and what it starts does, too.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, "-m", "autograder", "grade", file, "--assignment", NAME]
    command += ["--course", small, "--format", "gradescope", "--output", tmp_path / "out"]
    process = subprocess.Popen(
        list(map(str, command)),
        cwd=Path(grade_command.__file__).parents[2],
        env=ENVIRONMENT | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    started = running_students_code(process.pid)
    assert process.poll() is None, process.stderr.read()
    return process, started


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_what_is_stopped_leaves_no_process_and_no_mark(small, tmp_path, monkeypatch, number):
    file = hand_in(small, "slow", SLOW.format(seconds=60)) / f"{NAME}.ipynb"
    process, started = begun(small, tmp_path, file)
    process.send_signal(number)
    status = process.wait(30)
    assert started
    assert all(gone(pid) for pid in started)
    process.stderr.close()
    if number == signal.SIGKILL:
        assert not (tmp_path / "out").exists()
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        remove_orphans()  # as the next run does
        assert not list(tmp_path.glob("autograder-*"))
        return
    assert status == 1
    assert "score" not in check_gradescope((tmp_path / "out").read_text())
    assert not list(tmp_path.glob("autograder-*"))


WRONG_CASES = ("keeps_with_1_minus_p", "q1_one_layer_only", "q3_lower")


def dropout(course, tmp_path, cells):
    nbformat.write(filled_in(course, "dropout", cells), tmp_path / "dropout.ipynb")
    return tmp_path / "dropout.ipynb"


def test_the_worked_solution_has_all_that_the_grader_gives(course, grade, tmp_path):
    file = dropout(course, tmp_path, reference_cells("dropout"))
    status, out, _ = grade(file, "--format", "json", assignment="dropout", folder=course)
    data = check_json(out)
    assert (status, data["mark"], data["out_of"], data["points"]) == (0, 82.0, 82.0, 100.0)
    assert data["misconceptions"] == []
    assert [part["points"] for part in data["parts"]] == [25, 15, 10, 25, 5, 20]


def test_three_misconceptions_are_all_named(course, grade, tmp_path):
    right, cases = reference_cells("dropout"), {c.name: c for c in load_cases("dropout")}
    wrong = dict(right)
    for name in WRONG_CASES:
        wrong |= {k: v for k, v in cases[name].cells.items() if v != right.get(k)}
    file, json_file = dropout(course, tmp_path, wrong), tmp_path / "json"
    also = ["--also", "json", json_file, "--also", "gradescope", tmp_path / "g"]
    also += ["--also", "junit", tmp_path / "j"]
    status, out, _ = grade(file, "--format", "markdown", *also, assignment="dropout", folder=course)
    assert status == 0
    meant = {cases[name].misconception for name in WRONG_CASES}
    found = check_json(json_file.read_text())["misconceptions"]
    assert {m["name"] for m in found} == meant
    assert len(meant) == 3
    data = check_gradescope((tmp_path / "g").read_text())
    check_junit((tmp_path / "j").read_text())
    for misconception in found:
        assert misconception["title"] in out
        assert any(misconception["title"] in test["output"] for test in data["tests"])
