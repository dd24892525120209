"""What nbgrader makes of the built notebook for students: it tells nothing and runs."""

import io
import os
import re
import shutil
import sys
import tokenize
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.build import build
from autograder.build.prose import read_sections

COURSE = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def release_folder(tmp_path_factory):
    """What nbgrader generates for students from a fresh build, in a course of its own."""
    course = tmp_path_factory.mktemp("course")
    (course / "source").mkdir()
    shutil.copytree(COURSE / "solutions", course / "solutions")
    for name in ("dropout.master.py", "dropout.en.md"):
        shutil.copy(COURSE / "source" / name, course / "source")
    build("dropout", course)

    config = Config()
    config.CourseDirectory.root = str(course)
    config.CourseDirectory.db_url = f"sqlite:///{course / 'gradebook.db'}"
    config.ClearMarkScheme.enforce_metadata = False  # as in nbgrader_config.py
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader starts `alembic` by name, which lies beside this Python.
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        outcome = NbGraderAPI(config=config).generate_assignment("dropout")
    assert outcome["success"], outcome["log"]
    return course / "release" / "dropout"


@pytest.fixture(scope="module")
def release(release_folder):
    """The students' notebook."""
    return nbformat.read(release_folder / "dropout.ipynb", as_version=4)


def test_release_holds_no_solution_hidden_test_or_rubric(release):
    """Neither nbgrader's markers nor what stood between them."""
    text = "\n".join(cell.source for cell in release.cells)
    assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", text)
    for secret in (
        "autograder",
        "mark(",
        "np.random.rand(*x.shape)",
        "dout * mask",
        "dropout_forward(h",
        "dropout_backward(dh",
        "0.25, 4.0",
        'without["train"]',
        'return "raise"',
        "less dropout",  # from the name of a check that gives question 3 away
    ):
        assert secret not in text, secret


@pytest.mark.parametrize(
    "key", ["q1_rubric", "q2_rubric", "q3_rubric", "written_1", "written_2", "written_3"]
)
def test_release_holds_no_line_of_rubrics_and_model_answers(release, key):
    """Every line of theirs is looked for, but for the shortest ones."""
    text = "\n".join(cell.source for cell in release.cells)
    lines = [
        line.strip()
        for line in read_sections(COURSE / "source/dropout.en.md")[key].splitlines()
        if len(line.strip()) > 20
    ]
    assert lines
    assert [line for line in lines if line in text] == []


def test_files_beside_the_release_hold_no_solution(release_folder):
    """The given package has no dropout layer, and no comment that tells."""
    for path in release_folder.rglob("*.py"):
        names = {
            token.string
            for token in tokenize.generate_tokens(io.StringIO(path.read_text("utf-8")).readline)
            if token.type == tokenize.NAME
        }
        assert not names & {"dropout_backward", "FullyConnectedNet", "inline_question_1"}, path


def test_untouched_release_runs_from_top_to_bottom_and_says_what_is_missing(release_folder):
    """No cell raises; every task that is not done is named."""
    notebook = nbformat.read(release_folder / "dropout.ipynb", as_version=4)
    resources = {"metadata": {"path": str(release_folder)}}
    NotebookClient(notebook, timeout=300, resources=resources).execute()

    said = {
        cell.id: "".join(output.get("text", "") for output in cell.outputs)
        for cell in notebook.cells
        if cell.cell_type == "code"
    }
    assert "`dropout_forward` is not written yet" in said["see_dropout_forward"]
    assert "is not written yet" in said["see_dropout_backward"]
    assert "2.3004790897684924" in said["see_net"]  # keep probability 1 needs no dropout layer
    assert "`FullyConnectedNet.loss` is not written yet" in said["see_net"]
    assert "is not written yet" in said["experiment"]
    assert "`histories` does not exist yet" in said["plots"]
    for number in (1, 2, 3):
        name = f"inline_question_{number}"
        assert f"`{name}` is not written yet" in said[f"see_{name}"]


def test_committed_release_is_what_nbgrader_makes(release_folder):
    """Every file of release/dropout, to the byte, and no other."""

    def contents(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    committed, made = contents(COURSE / "release" / "dropout"), contents(release_folder)
    assert sorted(committed) == sorted(made)
    assert [name for name in made if committed[name] != made[name]] == []
