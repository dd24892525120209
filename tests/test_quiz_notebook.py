"""The quiz as a notebook: what students get, what they see, whose variant they are marked on."""

import re
import shutil
from pathlib import Path

import nbformat
import pytest
from marked_notebooks import NAMES
from nbclient import NotebookClient
from page_dom import parsed
from test_feedback_page import exporter
from traitlets.config import Config

from autograder.build import stale
from autograder.execute.grade_one import grade_one
from autograder.quiz.questions.draw import variant_of
from autograder.quiz.questions.variants import BASE
from autograder.validate.grade_cases import hand_in, reference_cells
from tests.processes import nbgrader

COURSE = Path(__file__).resolve().parents[1]
RELEASE = COURSE / "release" / "quiz8"
FORMULAS = (
    "test_forward_formula",
    "test_backward_formula",
    "test_small_convolution",
    "test_general_convolution",
    "test_small_gradients",
)


@pytest.fixture(scope="module")
def answers():
    return reference_cells("quiz8")


def marks(answers, tmp_path, **settings):
    """{grade_id: GradedCell} of a notebook with these answers. student, term_secret: as set."""
    student = settings.pop("student", "")
    file = tmp_path / "quiz8.ipynb"
    nbformat.write(hand_in(COURSE, "quiz8", answers), file)
    config = Config({"ExecuteSubmission": settings})
    return grade_one(file, COURSE, "quiz8", config, student=student).cells


def text_of(grade_id, text):
    return {grade_id: f"def {grade_id}():\n    return {text!r}\n"}


def test_committed_source_is_what_a_build_writes():
    """The notebook, and beside it the part of the grader that reads formulas."""
    assert stale("quiz8", COURSE) == []


def test_committed_release_is_what_nbgrader_makes(tmp_path):
    """Every file, to the byte, and no other."""
    shutil.copytree(COURSE / "source" / "quiz8", tmp_path / "source" / "quiz8")
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    done = nbgrader(tmp_path, "generate_assignment", "quiz8")
    assert done.returncode == 0, done.stderr

    def contents(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    assert contents(RELEASE) == contents(tmp_path / "release" / "quiz8")


def test_what_students_get_holds_no_answer():
    """No formula of the worked solution, no diagnosis, nothing that judges."""
    files = [p for p in RELEASE.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    everything = "\n".join(path.read_text("utf-8") for path in files)
    assert not [p for p in files if re.search("judge|diagnos|proof|paper/|answers", str(p))]
    for secret in (
        *("HIDDEN TESTS", "autograder.marking", "BEGIN SOLUTION", "judge("),
        *("D * Y / p", "dL/dH * D / p", "X11*W11", "sum_{k=1}^{HH}", "np.pad(x"),
        *("share =", "misconception"),
    ):
        assert secret not in everything, secret


def test_untouched_release_runs_and_says_what_is_missing():
    """Each question is shown; each answer is asked for."""
    notebook = nbformat.read(RELEASE / "quiz8.ipynb", as_version=4)
    resources = {"metadata": {"path": str(RELEASE)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    shown = {cell.id: str(cell.get("outputs", "")) for cell in notebook.cells}
    for name in ("forward_formula", "small_convolution", "general_convolution"):
        assert "text/markdown" in shown[f"ask_{name}"]
        assert f"`{name}` is not written yet" in shown[f"see_{name}"]
    assert "inverted" in shown["ask_forward_formula"]


def test_an_answer_is_shown_as_read_and_a_mistake_has_its_place(answers, tmp_path):
    """By the notebook's own cell, which students run as often as they like."""
    folder = tmp_path / "quiz8"
    shutil.copytree(RELEASE, folder)
    changed = answers | text_of("forward_formula", "D Y/2p")
    changed |= text_of("backward_formula", "dL/dH * D / p )(")
    notebook = hand_in(COURSE, "quiz8", changed)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=120, resources=resources).execute()
    shown = {c.id: [o.get("data", {}) for o in c.get("outputs", [])] for c in notebook.cells}
    (read,) = shown["see_forward_formula"]
    assert "Read as: $" in read["text/html"]
    assert "Two readings" in read["text/html"]
    (unread,) = shown["see_backward_formula"]
    caret = unread["text/plain"].splitlines()
    assert caret[0] == "dL/dH * D / p )("
    assert caret[1].index("^") == caret[0].index(")")


def test_the_worked_solution_has_all_points(answers, tmp_path):
    """The original quiz, as for everybody where no secret is set."""
    graded = marks(answers, tmp_path, student="ada")
    assert {name: cell.mark for name, cell in graded.items()} == {
        name: float(cell.points) for name, cell in graded.items()
    }


def test_each_student_is_marked_on_their_own_variant(answers, tmp_path):
    """Whatever code the notebook names; the original's answers are another paper's."""
    student = next(
        name
        for name in map("student-{}".format, range(100))
        if (v := variant_of(name, "s")).forward.activation not in "YD" and v.forward.value is None
    )
    own = variant_of(student, "s")
    assert own.code != BASE.code
    v = own.forward
    right = f"{v.output} = {v.mask} * {v.activation} / {v.keep}"
    changed = answers | text_of("forward_formula", right) | text_of("paper_code", BASE.code)
    graded = marks(changed, tmp_path, student=student, term_secret="s")
    assert graded["test_forward_formula"].mark == 3
    graded = marks(answers, tmp_path, student=student, term_secret="s")
    cell = graded["test_forward_formula"]
    assert cell.mark == 0
    assert [o["misconception"] for o in cell.result["outcomes"]] == ["quiz-other-variant"]
    assert graded["test_conv_forward_naive"].mark == 5


def test_a_secret_without_a_student_is_the_graders_fault(answers, tmp_path):
    """Nobody loses marks to a variant that nobody can know."""
    graded = marks(answers, tmp_path, term_secret="s")
    for name in FORMULAS:
        assert graded[name].mark is None
    assert graded["test_conv_forward_naive"].mark == 5


def test_messages_say_how_the_answer_was_read_and_what_is_wrong(answers, tmp_path):
    """A wrong formula by its diagnosis with part of the points, an unreadable one by its place."""
    changed = answers | text_of("forward_formula", "D ⊙ Y")
    changed |= text_of("general_convolution", "np.sum(x * w)")
    graded = marks(changed, tmp_path)
    (forward,) = graded["test_forward_formula"].result["outcomes"]
    assert forward["misconception"] == "quiz-forward-scale-missing"
    assert graded["test_forward_formula"].mark == 1.5
    assert forward["returned"] == "was read as D*Y"
    (general,) = graded["test_general_convolution"].result["outcomes"]
    assert general["misconception"] == "quiz-code"
    assert "^" in general["returned"]


def test_answers_in_several_lines_may_come_as_a_list_or_by_name(answers, tmp_path):
    """Text is asked for; what means the same is taken."""
    outputs = re.findall(r"O\d\d = .+", answers["small_convolution"])
    by_name = dict(line.split(" = ") for line in outputs)
    for value in (outputs, tuple(outputs), by_name):
        graded = marks(answers | text_of("small_convolution", value), tmp_path)
        assert graded["test_small_convolution"].mark == 4
    graded = marks(answers | text_of("small_convolution", 3), tmp_path)
    assert graded["test_small_convolution"].mark == 0


def test_a_bonus_left_out_costs_nothing_on_the_page(answers, tmp_path):
    """The page counts it on top, and names no lost mark."""
    file = tmp_path / "quiz8.ipynb"
    unwritten = "def small_gradients():\n    raise NotImplementedError()\n"
    nbformat.write(hand_in(COURSE, "quiz8", answers | {"small_gradients": unwritten}), file)
    graded = grade_one(file, COURSE, "quiz8")
    for cell in graded.notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            name = cell.metadata.nbgrader["grade_id"]
            cell.metadata.nbgrader["score"] = graded.cells[name].mark
    names = NAMES | {"assignment": "quiz8", "notebook": "quiz8"}
    page = parsed(exporter().from_notebook_node(graded.notebook, {"nbgrader": names})[0])
    total = " ".join(page.select_one(".total").get_text(" ").split())
    assert total == "20 of 20 points, and there are 5 bonus points"
    assert page.find(id="lost").get_text() == "No test lost points"
