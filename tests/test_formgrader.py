"""Marking by hand in nbgrader's own formgrader, in a browser without a network."""

import json
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import pytest

from autograder.sample.hand_in import Student, hand_in
from tests import small_course as small
from tests.browser import headless
from tests.processes import ENVIRONMENT, autograder, nbgrader

RUBRIC = "What the written answer earns"
ANSWER = "The mean is $p\\,x$ in training, and $\\frac{1}{p^L}$ times that afterwards."
HOSTILE = """An answer with $\\frac{1}{p}$ in it.

<script>alert('script')</script><img src=x onerror="alert('event')">
<img src="http://evil.example/seen.png"><a href="javascript:alert('link')">linked</a>

$\\href{javascript:alert('formula')}{formula}$ <iframe srcdoc="<script>alert(1)</script>"></iframe>
"""
COMMENT = "A sound reason; say also what becomes of it & why x < 1/p."
# formgrader.loaded alone says nothing of the marks; what is typed before they are there is lost.
READY = """() => window.formgrader?.loaded && formgrader.grades.loaded
    && formgrader.comments.loaded && MathJax.loaded"""
LISTED = "() => window.models?.loaded"
SECONDS = 120  # patience with a loaded machine


@dataclass
class Server:
    """A running Jupyter server. url: ends with a slash. log: the file of what it said."""

    url: str
    log: Path

    def submissions(self, assignment):
        """{student: formgrader's id of the notebook}, in formgrader's order."""
        address = f"{self.url}formgrader/api/submitted_notebooks/{assignment}/{assignment}"
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:
            rows = json.load(answer)
        return {row["student"]: row["id"] for row in sorted(rows, key=lambda row: row["index"])}


@pytest.fixture(scope="module")
def folder(course, tmp_path_factory):
    """A course with both assignments graded; `small`'s test cell fails through its own fault."""
    folder = tmp_path_factory.mktemp("marking") / "course"
    folder.mkdir()
    shutil.copy(course / "nbgrader_config.py", folder)
    small.write_source(folder, hidden="1 / 0")
    for student in ("anna", "ben"):
        small.hand_in(folder, student, answer="Because.")
    source = folder / "source" / "dropout"
    source.symlink_to(course / "source" / "dropout", target_is_directory=True)
    assert nbgrader(folder, "generate_assignment", "dropout").returncode == 0
    layer = {"only": ["dropout_forward", "inline_question_1"], "written": False}
    written = dict.fromkeys(("written_1", "written_2", "written_3"), ANSWER)
    for student in (
        Student("anna", "solution", None, layer | {"cells": written}),
        Student("ben", "solution", None, layer | {"cells": dict.fromkeys(written, HOSTILE)}),
        Student("unreadable", "file", None, {"file": "dropout.ipynb", "text": "no notebook"}),
    ):
        released = folder / "release" / "dropout" / "dropout.ipynb"
        hand_in(student, "dropout", released, folder / "submitted" / student.id / "dropout")
    assert autograder(folder, "class", "dropout").returncode == 0
    assert autograder(folder, "class", small.NAME).returncode == 1  # the cell without a mark
    return folder


@pytest.fixture(scope="module")
def jupyter(folder):
    """The server of `jupyter notebook` and `jupyter lab`, at an address as JupyterHub has them."""
    beside = folder.parent
    places = ("config", "data", "runtime")
    environment = ENVIRONMENT | {f"JUPYTER_{p.upper()}_DIR": str(beside / p) for p in places}
    command = [sys.executable, "-m", "jupyter_server", "--no-browser", "--allow-root"]
    command += ["--ServerApp.ip=127.0.0.1", "--ServerApp.port=0", "--IdentityProvider.token="]
    command += [f"--ServerApp.root_dir={folder}", "--ServerApp.base_url=/of/somebody/"]
    log = beside / "server.log"
    with (
        log.open("w") as said,
        subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield Server(_url(process, beside / "runtime", log), log)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def _url(process, runtime, log):
    """Where the server listens: it writes that beside its process's id when it does."""
    file, deadline = runtime / f"jpserver-{process.pid}.json", time.monotonic() + SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            return json.loads(file.read_text())["url"]
        except (FileNotFoundError, json.JSONDecodeError):  # not yet, or half of it
            time.sleep(0.1)
    raise AssertionError(f"the server did not start:\n{log.read_text()}")


@pytest.fixture(scope="module")
def browser():
    with headless() as browser:
        yield browser


@pytest.fixture
def server(jupyter):
    """The running server; what it says during a test is shown if that fails."""
    before = jupyter.log.stat().st_size
    yield jupyter
    print("The server's log:", jupyter.log.read_text()[before:][-6000:], sep="\n")


@pytest.fixture
def submission(browser, server):
    """submission(student, assignment): formgrader's page of it, ready to be typed into."""

    def run(student, assignment="dropout"):
        number = server.submissions(assignment)[student]
        page = browser.open_page(f"{server.url}formgrader/submissions/{number}/")
        page.wait_for_function(READY)
        return page

    return run


def put(page, kind, act):
    """Do what makes formgrader save a `grade` or `comment`; waits until the server has it."""
    with page.expect_response(
        lambda answer: answer.request.method == "PUT" and f"/api/{kind}/" in answer.url
    ) as answer:
        act()
    assert answer.value.ok


def mark(page, cell, points):
    """Type a mark and leave its field."""
    field = page.locator(f"#{cell}")
    field.fill("")
    field.press_sequentially(str(points))
    put(page, "grade", field.blur)


def comment_of(folder, student, cell):
    """The comment that a person gave."""
    rows = small.gradebook_rows(folder)["comment"]
    return next(row[-1] for row in rows if row[0] == student and row[2] == cell)


def panel_of(page, cell):
    """The panel with a cell's fields: the student's answer, its mark and comment."""
    return page.locator(".nbgrader_cell", has=page.locator(f"#{cell}"))


def test_an_answer_is_marked_and_the_student_reads_it(folder, browser, server):
    """From the list of assignments to the feedback page: rubric, points, comment, database."""
    page = browser.open_page(f"{server.url}formgrader/gradebook")
    for address in ("gradebook/dropout", "gradebook/dropout/dropout"):  # its only notebook
        page.locator("#main-table").get_by_role("link", name="dropout", exact=True).click()
        page.wait_for_url(f"**/{address}")
    page.wait_for_function(LISTED)
    page.get_by_role("button", name="Show All Names").click()
    waiting = page.locator("#main-table tr", has_text="anna").locator(".needs-manual-grade")
    assert waiting.locator(".glyphicon-ok").count() == 1
    page.get_by_role("link", name="anna", exact=True).click()
    page.wait_for_function(READY)

    assert page.get_by_text(RUBRIC).count() == 3
    assert page.get_by_text("it works at a scale it was not trained on").is_visible()
    answer = panel_of(page, "written_1")
    assert "The mean is" in answer.inner_text()
    assert answer.locator("#written_1.needs_manual_grade").count() == 1
    assert small.grade_of(folder, "anna", "written_1") == (None, None, True)

    mark(page, "written_1", 4.5)
    field = page.locator("#written_1-comment")
    field.press_sequentially(COMMENT)
    put(page, "comment", field.blur)
    assert small.grade_of(folder, "anna", "written_1") == (None, 4.5, False)
    assert comment_of(folder, "anna", "written_1") == COMMENT
    assert small.grade_of(folder, "anna", "written_2") == (None, None, True)
    assert browser.seen[page].outside == browser.seen[page].dialogs == []

    written = folder / "feedback" / "anna" / "dropout" / "dropout.html"
    for make in (nbgrader, autograder):
        written.unlink(missing_ok=True)
        command = "generate_feedback" if make is nbgrader else "feedback"
        done = make(folder, command, "dropout", "--student=anna")
        assert done.returncode == 0, done.stderr
        text = browser.open_page(written).locator("body").inner_text()
        beside = re.search(f"(?s).{{0,900}}{re.escape(COMMENT)}.{{0,300}}", text)
        assert beside, f"{command}: no comment in\n{text}"
        assert "4.5" in beside[0]
        assert RUBRIC not in text


def test_formulas_are_set_and_shortcuts_work_without_a_network(folder, server, submission, browser):
    """The server's own MathJax; Tab, Escape, and Control with a full stop to the next student."""
    page = submission("anna")
    rubric = page.locator(".alert-info").first
    assert rubric.locator(".MathJax").count() >= 5
    assert "$" not in panel_of(page, "written_2").locator(".rendered_html").inner_text()
    page.locator(".help").click()
    page.get_by_text("Move to the next score or comment input").wait_for()
    page.get_by_role("dialog").get_by_text("Close", exact=True).click()
    page.locator("#help-dialog").wait_for(state="detached")

    page.locator("#written_2").click()
    page.keyboard.type("3")
    put(page, "grade", lambda: page.keyboard.press("Tab"))  # to the extra points
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.id") == "written_2-comment"
    page.keyboard.type("half of it")
    put(page, "comment", lambda: page.keyboard.press("Escape"))
    assert small.grade_of(folder, "anna", "written_2") == (None, 3, False)
    assert comment_of(folder, "anna", "written_2") == "half of it"

    order = server.submissions("dropout")
    place = list(order).index("anna")
    key, other = ("Control+.", place + 1) if place == 0 else ("Control+,", place - 1)
    page.locator("#written_3").click()
    page.keyboard.type("6")
    put(page, "grade", lambda: page.keyboard.press(key))
    # formgrader saves and leaves twice, so that its first way there is broken off.
    page.wait_for_function(f"() => window.submission_id === '{list(order.values())[other]}'")
    page.wait_for_function(READY)
    page.wait_for_function("() => document.activeElement.id === 'written_3'")  # the same question
    assert small.grade_of(folder, "anna", "written_3") == (None, 6, False)
    assert browser.seen[page].outside == []


def test_a_rubric_stands_right_above_its_answer(submission):
    """Nothing lies between the two, and the question is there without it."""
    page = submission("anna")
    for number in (1, 2, 3):
        rubric = panel_of(page, f"written_{number}").locator("xpath=../preceding-sibling::*[1]")
        assert RUBRIC in rubric.inner_text()
        assert "MARK SCHEME" not in rubric.inner_text()
    assert page.get_by_text("MARK SCHEME").count() == 0
    assert page.get_by_text("Part 3: inline question 1").is_visible()


def test_nothing_of_an_answer_runs_in_the_markers_page(submission, browser):
    """Scripts, events, links in formulas, pictures from elsewhere: what is left is text."""
    page = submission("ben")
    answer = panel_of(page, "written_3").locator(".rendered_html")
    assert "An answer with" in answer.inner_text()
    assert answer.locator(".MathJax").count() >= 1
    for link in answer.locator("a").all():
        link.click()
    page.wait_for_function(READY)  # still there, and alive
    seen = browser.seen[page]
    assert seen.dialogs == seen.outside == []
    assert answer.locator("a[href^=javascript], script[src], iframe, [onerror]").count() == 0


def test_without_mathjax_on_the_server_marking_works_too(folder, submission):
    """Formulas stay as written; the page's scripts do not stop there."""
    page = submission("ben")
    page.context.route("**/jupyter_server_mathjax/**", lambda route: route.abort())
    page.reload()
    page.wait_for_function(READY)
    assert "$\\frac{1}{p}$" in panel_of(page, "written_1").inner_text()
    page.locator("#written_1").click()
    page.keyboard.type("1")
    put(page, "grade", lambda: page.keyboard.press("Escape"))
    assert small.grade_of(folder, "ben", "written_1") == (None, 1, False)


def test_a_file_that_could_not_be_read_says_so(submission):
    """The note stands on top, where nobody scrolls past it."""
    page = submission("unreadable")
    note = page.locator(".alert-warning")
    assert "could not be read" in note.inner_text()
    assert note.bounding_box()["y"] < 300


def test_what_the_grader_failed_in_awaits_a_person(folder, submission):
    """No mark, the field marked, the reason below; a person's mark settles it."""
    page = submission("anna", small.NAME)
    assert page.get_by_text("the grader failed in this cell").is_visible()
    field = page.locator("#test_double")
    assert field.input_value() == ""
    assert "needs_manual_grade" in field.get_attribute("class")
    assert small.grade_of(folder, "anna", "test_double") == (None, None, True)
    mark(page, "test_double", 2)
    assert small.grade_of(folder, "anna", "test_double") == (None, 2, False)
    assert "needs_manual_grade" not in field.get_attribute("class")


def test_a_mark_given_by_hand_is_asked_for_again_once_the_answer_is_another(folder, submission):
    """It stays in its field, and one click says that it is right for the new answer too."""
    page = submission("ben", small.NAME)
    mark(page, "why", 2)
    small.hand_in(folder, "ben", answer="Because twice is more.")
    assert autograder(folder, "class", small.NAME).returncode == 1
    page.reload()
    page.wait_for_function(READY)
    assert "twice is more" in panel_of(page, "why").inner_text()
    assert page.locator("#why").input_value() == "2"
    assert "needs_manual_grade" in page.locator("#why").get_attribute("class")
    assert small.grade_of(folder, "ben", "why") == (None, 2, True)
    put(page, "grade", panel_of(page, "why").get_by_role("button", name="Resolve").click)
    assert small.grade_of(folder, "ben", "why") == (None, 2, False)
