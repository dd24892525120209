"""The notebook `dropout` is what its master, its prose and the reference make of it."""

import io
import os
import re
import shutil
import sys
import tokenize
from pathlib import Path

import nbformat
import pytest
from jinja2 import UndefinedError
from nbclient import NotebookClient
from nbgrader.apps import NbGraderAPI
from traitlets.config import Config

from autograder.build import build, stale
from autograder.build.master import cut, render
from autograder.build.prose import read_sections
from autograder.marking.scheme import load_scheme

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


def replace_in(path, old, new):
    """Change one place in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


# ---- the source ----


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


# ---- the text files ----


def test_a_key_without_text_is_an_error_that_names_file_and_key(course):
    """A translator forgot a section."""
    path = course / "source/dropout.en.md"
    replace_in(path, "<!-- key: hand_in -->", "")
    with pytest.raises(KeyError, match=r"dropout\.en\.md has no section `hand_in`"):
        render("dropout", course)


def test_text_that_no_cell_uses_is_an_error_that_names_file_and_key(course):
    """A misspelt key, or text for a cell that is gone."""
    path = course / "source/dropout.en.md"
    path.write_text(path.read_text("utf-8") + "\n<!-- key: farewell -->\n\nBye.\n", "utf-8")
    with pytest.raises(ValueError, match=r"dropout\.en\.md has sections .*: farewell"):
        render("dropout", course)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<!-- key: a -->\nA\n<!-- key: a -->\nB\n", r"t\.md:3: key `a` stands there twice"),
        ("<!-- key: a -->\n<!-- key: b -->\nB\n", r"t\.md: the section of key `a` is empty"),
        ("<!-- key: a -->\nA\n<!-- key b -->\nB\n", r"t\.md:3: a key line is"),
    ],
)
def test_malformed_text_files_are_refused(tmp_path, text, message):
    """With the file and the line or key in the message."""
    (tmp_path / "t.md").write_text(text, "utf-8")
    with pytest.raises(ValueError, match=message):
        read_sections(tmp_path / "t.md")


def test_text_before_the_first_key_is_a_note_and_not_read(tmp_path):
    """It tells translators what to do."""
    (tmp_path / "t.md").write_text("A note.\n\n<!-- key: a -->\n\nA\n\nB\n", "utf-8")
    assert read_sections(tmp_path / "t.md") == {"a": "A\n\nB"}


def test_an_unknown_name_in_a_template_is_an_error(course):
    """In the master and in the prose: nothing renders to an empty string."""
    replace_in(course / "source/dropout.en.md", "{{ total_points }}", "{{ all_points }}")
    with pytest.raises(UndefinedError, match="all_points"):
        render("dropout", course)


def test_an_unknown_cell_or_reference_is_an_error(course):
    """The message names it."""
    master = course / "source/dropout.master.py"
    replace_in(master, '{{ stub_cell("dropout_backward") }}', '{{ stub_cell("dropout_back") }}')
    with pytest.raises(KeyError, match="dropout_back"):
        render("dropout", course)


def test_cut_keeps_decorators_and_trailing_comments():
    """END SOLUTION is such a comment."""
    text = "import a\n\n\n@deco\ndef f():\n    return 1\n    # END\n\n\n# about g\ndef g():\n    pass\n"
    assert cut(text, "f") == "@deco\ndef f():\n    return 1\n    # END"
    assert cut(text, "g") == "def g():\n    pass"


# ---- a second language ----


def test_a_second_language_has_other_prose_and_the_same_code(course):
    """The cells of a made-up language agree with English but for plain prose and written answers."""
    english = read_sections(course / "source/dropout.en.md")
    (course / "source/dropout.xx.md").write_text(
        "".join(f"<!-- key: {key} -->\n\nxx {key} prose\n\n" for key in english), "utf-8"
    )
    written = build("dropout", course, language="xx")
    assert "source/dropout-xx/dropout.ipynb" in written
    assert "source/dropout-xx/selfcheck.py" in written
    assert stale("dropout", course, language="xx") == []

    ours, _ = render("dropout", course)
    theirs = nbformat.read(course / "source/dropout-xx/dropout.ipynb", as_version=4)
    assert [c.id for c in theirs.cells] == [c.id for c in ours.cells]
    for mine, other in zip(ours.cells, theirs.cells, strict=True):
        assert other.metadata == mine.metadata
        if mine.cell_type == "code":
            assert other.source == mine.source
        else:
            assert other.source.startswith("xx ")


def test_a_language_without_text_is_an_error_that_names_the_file(course):
    """And nothing is written."""
    with pytest.raises(FileNotFoundError, match=r"dropout\.ko\.md"):
        build("dropout", course, language="ko")
    assert not (course / "source/dropout-ko").exists()


# ---- the release ----


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
    lines = [line.strip() for line in section(key).splitlines() if len(line.strip()) > 20]
    assert lines
    assert [line for line in lines if line in text] == []


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
