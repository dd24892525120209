"""The notebook `dropout` is what its master, its prose and the reference make of it."""

import re
import shutil
from pathlib import Path

import nbformat
import numpy as np
import pytest

from autograder.build import build, stale
from autograder.build.master import cut, render
from autograder.build.prose import read_sections
from autograder.marking.scheme import load_scheme
from solutions.cs231n.solver import Solver
from solutions.dropout import reference
from solutions.selfcheck import self_check

COURSE = Path(__file__).resolve().parents[1]
REFERENCE = (COURSE / "solutions/dropout/reference.py").read_text("utf-8")
STUBS = [
    "dropout_forward",
    "dropout_backward",
    "inline_question_1",
    "FullyConnectedNet",
    "inline_question_2",
    "inline_question_3",
]


@pytest.fixture
def course(tmp_path):
    """A copy of what a build reads, to be changed at will."""
    shutil.copytree(COURSE / "solutions", tmp_path / "solutions")
    (tmp_path / "source").mkdir()
    for name in ("dropout.master.py", "dropout.en.md"):
        shutil.copy(COURSE / "source" / name, tmp_path / "source")
    return tmp_path


@pytest.fixture(scope="module")
def source():
    """The instructors' notebook, freshly rendered."""
    return render("dropout", COURSE)[0]


def cells_of(notebook, **wanted):
    """Cells with nbgrader metadata that say what is wanted, such as grade=True."""
    return [
        cell
        for cell in notebook.cells
        if "nbgrader" in cell.metadata
        and all(cell.metadata.nbgrader[key] == value for key, value in wanted.items())
    ]


def section(name):
    """One section of the English prose, as written."""
    return read_sections(COURSE / "source" / "dropout.en.md")[name]


def test_committed_source_is_what_a_build_writes():
    """Nobody edited a generated file or forgot to build."""
    assert stale("dropout", COURSE) == []


def test_two_builds_are_the_same_to_the_byte(course):
    """Nothing random, such as a cell id, is in a build."""
    build("dropout", course)
    first = (course / "source/dropout/dropout.ipynb").read_bytes()
    shutil.rmtree(course / "source/dropout")
    build("dropout", course)
    assert (course / "source/dropout/dropout.ipynb").read_bytes() == first


def test_a_second_build_writes_nothing(course):
    """Only what has changed is written."""
    assert "source/dropout/dropout.ipynb" in build("dropout", course)
    assert build("dropout", course) == []


@pytest.mark.parametrize("name", ["dropout.ipynb", "selfcheck.py", "cs231n/layers.py"])
def test_an_edited_generated_file_is_stale(course, name):
    """stale names it by its path from the course root."""
    build("dropout", course)
    with (course / "source/dropout" / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert stale("dropout", course) == [f"source/dropout/{name}"]


def test_missing_and_foreign_files_are_stale(course):
    """A solution that lies in the folder would be handed to students."""
    build("dropout", course)
    (course / "source/dropout/selfcheck.py").unlink()
    (course / "source/dropout/reference.py").write_text(REFERENCE, "utf-8")
    assert stale("dropout", course) == [
        "source/dropout/reference.py",
        "source/dropout/selfcheck.py",
    ]


def test_what_python_and_jupyter_leave_behind_is_neither_copied_nor_stale(course):
    """Caches and checkpoints."""
    cache = course / "solutions/cs231n/__pycache__"
    cache.mkdir(exist_ok=True)
    (cache / "layers.cpython-311.pyc").write_bytes(b"")
    build("dropout", course)
    assert not (course / "source/dropout/cs231n/__pycache__").exists()
    (course / "source/dropout/.ipynb_checkpoints").mkdir()
    (course / "source/dropout/.ipynb_checkpoints/dropout-checkpoint.ipynb").write_text("{}")
    assert stale("dropout", course) == []


def test_beside_the_notebook_lie_only_given_files():
    """No master, no prose file, no reference, no oracle."""
    folder = COURSE / "source/dropout"
    files = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    given = {f"cs231n/{path.name}" for path in (COURSE / "solutions/cs231n").glob("*.py")}
    assert files == {"dropout.ipynb", "selfcheck.py"} | given


@pytest.mark.parametrize("name", STUBS)
def test_solution_cells_are_cut_from_the_reference(source, name):
    """Character for character, with every marker."""
    (cell,) = cells_of(source, grade_id=name)
    assert cell.source in REFERENCE
    assert cell.source.startswith((f"def {name}(", f"class {name}"))
    assert cell.source.count("BEGIN SOLUTION") == cell.source.count("END SOLUTION") >= 1


def test_every_solution_of_the_reference_is_in_the_notebook(source):
    """No region of the reference is left out."""
    in_cells = sum(c.source.count("### BEGIN SOLUTION") for c in cells_of(source, grade=False))
    assert in_cells == REFERENCE.count("### BEGIN SOLUTION")
    assert [c.id for c in cells_of(source, grade=False, solution=True)] == STUBS


def test_points_are_those_of_the_marking_scheme_and_make_100(source):
    """Test cells and written answers, in the scheme's order within each kind."""
    scheme = load_scheme("dropout")
    tests = cells_of(source, grade=True, solution=False)
    written = cells_of(source, grade=True, solution=True)
    assert [c.id for c in tests] == list(scheme.cells)
    assert [c.id for c in written] == list(scheme.written)
    for cell in tests:
        assert cell.metadata.nbgrader.points == scheme.cells[cell.id].points
    for cell in written:
        assert cell.metadata.nbgrader.points == scheme.written[cell.id].points
    assert sum(c.metadata.nbgrader.points for c in tests + written) == 100


def test_the_points_shown_to_students_add_up(source):
    """The table of parts against its total, and each part's heading against the table."""
    (overview,) = [c for c in source.cells if c.id == "how_it_is_marked"]
    shown = re.findall(r"^\| (\d) \| .* \| (\d+) \|$", overview.source, re.MULTILINE)
    headings = re.findall(
        r"^## Part (\d): .*\((\d+) points\)$",
        "\n".join(c.source for c in source.cells),
        re.MULTILINE,
    )
    assert headings == shown
    assert sum(int(points) for _, points in shown) == 100
    assert "| **100** |" in overview.source


def test_every_cell_has_an_id_and_graded_cells_one_name(source):
    """The id is the grade_id, and ids are unique."""
    nbformat.validate(source)
    ids = [cell.id for cell in source.cells]
    assert len(set(ids)) == len(ids)
    assert all(cell.metadata.nbgrader.grade_id == cell.id for cell in cells_of(source))


def test_code_cells_are_python_with_nothing_but_ascii(source):
    """They parse, and travel through any tool."""
    for cell in source.cells:
        if cell.cell_type == "code":
            compile(cell.source, cell.id, "exec")
            assert cell.source.isascii(), cell.id


def test_cut_keeps_decorators_and_trailing_comments():
    """END SOLUTION is such a comment."""
    f = "@deco\ndef f():\n    return 1\n    # END"
    text = f"import a\n\n\n{f}\n\n\n# about g\ndef g():\n    pass\n"
    assert cut(text, "f") == f
    assert cut(text, "g") == "def g():\n    pass"


# ---- what instructors see ----


def test_instructors_see_rubrics_and_model_answers(source):
    """The rubric in its question's cell, where formgrader shows it."""
    for number in (1, 2, 3):
        (question,) = cells_of(source, grade_id=f"q{number}_question")
        (answer,) = cells_of(source, grade_id=f"written_{number}")
        inside = question.source.split("### BEGIN MARK SCHEME\n")[1]
        assert inside.endswith("### END MARK SCHEME")
        assert section(f"q{number}_rubric") in inside
        assert answer.source == section(f"written_{number}")


def test_points_of_each_rubric_are_those_of_its_cell():
    """The first column of the table adds up to what formgrader lets one give."""
    for number in (1, 2, 3):
        rows = re.findall(r"^\| (\d+) \|", section(f"q{number}_rubric"), re.MULTILINE)
        assert sum(map(int, rows)) == load_scheme("dropout").written[f"written_{number}"].points


# ---- the experiment ----


@pytest.mark.parametrize("shape", [(64,), (3, 32, 32)], ids=["digits", "CIFAR-10"])
def test_experiment_records_plain_numbers_for_either_data_set(source, shape):
    """Accuracies at the start, every other epoch and at the end; 5 steps an epoch."""
    (cell,) = cells_of(source, grade_id="experiment")
    names = {**vars(reference), "Solver": Solver, "self_check": self_check}
    exec(cell.source.split("\nwith self_check")[0], names)

    rng = np.random.RandomState(0)
    data = {}
    for part, count in (("train", 600), ("val", 100)):
        data[f"X_{part}"] = rng.randn(count, *shape).astype(np.float32)
        data[f"y_{part}"] = rng.randint(10, size=count)
    history = names["run_experiment"](0.5, data, num_epochs=3)
    assert history.pop("epoch") == [0, 2, 3]
    assert {name: len(values) for name, values in history.items()} == {
        "loss": 15,
        "train": 3,
        "val": 3,
    }
    assert all(type(value) is float for values in history.values() for value in values)
