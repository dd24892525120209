"""Rubrics stand beside the answers in formgrader, and nowhere that a student looks."""

import copy

import pytest
from nbformat import validate
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.execute.feedback import HideFromStudents
from autograder.pages.markdown import own_classes, to_html
from autograder.pages.rubrics import RubricsBesideAnswers

SCHEME = (
    "### BEGIN MARK SCHEME\n\n| points | for |\n|---|---|\n| 2 | RUBRIC |\n\n### END MARK SCHEME"
)
FORMGRADER = {"submission_id": "a submission"}


def cell(name, source, **kinds):
    kinds = {"grade": False, "solution": False, "locked": False, "task": False} | kinds
    nbgrader = {"schema_version": 3, "grade_id": name, **kinds}
    if kinds["grade"]:
        nbgrader["points"] = 6
    return new_markdown_cell(source, id=name, metadata={"nbgrader": nbgrader})


def question(source=f"Why?\n\n{SCHEME}\n\nThink.", name="question"):
    return cell(name, source, locked=True)


def answer(source="Because.", name="written"):
    return cell(name, source, grade=True, solution=True)


def shown(cells, resources=FORMGRADER):
    notebook, _ = RubricsBesideAnswers().preprocess(
        new_notebook(cells=copy.deepcopy(cells)), resources
    )
    validate(notebook)
    return notebook.cells


def test_the_rubric_moves_to_the_answer():
    """Past code and other text, out of the question, as a panel with its table."""
    code = new_code_cell("x = 1", id="code")
    cells = shown([question(), code, new_markdown_cell("text", id="text"), answer()])
    assert [c.id for c in cells] == ["question", "code", "text", "rubric-written", "written"]
    assert "RUBRIC" not in cells[0].source
    assert "SCHEME" not in cells[0].source
    assert cells[0].source.startswith("Why?")
    assert cells[0].source.endswith("Think.")
    page = to_html(cells[3].source, classes=own_classes(cells[3]))
    assert '<div class="alert alert-info">' in page
    assert "<td>RUBRIC</td>" in page
    assert "SCHEME" not in page


def test_each_answer_has_its_own():
    """Two questions, two answers; an answer whose question has none gets none."""
    first, second = (question(SCHEME.replace("RUBRIC", name), name) for name in "ab")
    cells = shown([first, answer(name="1"), second, answer(name="2"), answer(name="3")])
    assert [c.id for c in cells] == ["a", "rubric-1", "1", "b", "rubric-2", "2", "3"]
    assert "| a |" in cells[1].source
    assert "| b |" in cells[4].source


@pytest.mark.parametrize(
    "cells",
    [
        [question(), new_markdown_cell("an answer, but of no cell of the course's", id="added-1")],
        [answer(), question()],
        [new_markdown_cell(SCHEME, id="added-1"), answer()],
        [answer(SCHEME), answer(name="another")],
        [question("### BEGIN MARK SCHEME\nno end"), answer()],
    ],
    ids=["no answer", "answer before", "student's cell", "student's answer", "half a scheme"],
)
def test_what_is_no_question_with_an_answer_stays_as_it_is(cells):
    """A rubric without an answer after it is not lost, and a student's text is nobody's rubric."""
    assert shown(cells) == cells


def test_other_pages_are_left_alone():
    """Feedback does not know which submission formgrader shows: it takes rubrics out itself."""
    assert shown([question(), answer()], resources={}) == [question(), answer()]


def test_a_moved_rubric_is_still_hidden_from_students():
    """Should both preprocessors ever meet, nothing of it is left."""
    cells = [HideFromStudents().preprocess_cell(c, {}, 0)[0] for c in shown([question(), answer()])]
    assert len(cells) == 3
    assert not any("RUBRIC" in c.source for c in cells)
