"""`dropout_in_practice` as a notebook: what students get, and what it keeps to itself."""

import ast
import io
import re
import shutil
import tokenize
from pathlib import Path

import nbformat
import pytest
from page_dom import parsed

from autograder.build import stale
from autograder.build.prose import read_sections
from autograder.marking.scheme import load_scheme
from autograder.pages.markdown import to_page
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.cases import CELLS
from tests.processes import nbgrader

NAME = "dropout_in_practice"
COURSE = Path(__file__).resolve().parents[1]
RELEASE = COURSE / "release" / NAME
PROSE = read_sections(COURSE / "source" / f"{NAME}.en.md")
SCHEME = load_scheme(NAME)
CONVENTIONS = {1: "KEEPING", 2: "KEEPING", 3: "DROPPING", 4: "DROPPING", 5: "KEEPING"}


@pytest.fixture(scope="module")
def release():
    """The students' notebook."""
    return nbformat.read(RELEASE / f"{NAME}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def beside():
    """{name: text} of the files beside it."""
    paths = [p for p in RELEASE.rglob("*.py") if "__pycache__" not in p.parts]
    return {path.relative_to(RELEASE).as_posix(): path.read_text("utf-8") for path in paths}


# ---- the files ----


def test_committed_source_is_what_a_build_writes():
    """The notebook and the files beside it."""
    assert stale(NAME, COURSE) == []


def test_committed_release_is_what_nbgrader_makes(tmp_path):
    """Every file, to the byte, and no other."""
    shutil.copytree(COURSE / "source" / NAME, tmp_path / "source" / NAME)
    shutil.copy(COURSE / "nbgrader_config.py", tmp_path)
    done = nbgrader(tmp_path, "generate_assignment", NAME)
    assert done.returncode == 0, done.stderr

    def contents(folder):
        return {
            path.relative_to(folder).as_posix(): path.read_bytes()
            for path in folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    assert contents(RELEASE) == contents(tmp_path / "release" / NAME)


def test_every_cell_of_the_marking_scheme_is_there_in_its_order(release):
    """With its points, and each function's stub before the test of it."""
    cells = {cell.id: cell for cell in release.cells}
    order = list(cells)
    graded = [i for i, c in cells.items() if c.metadata.get("nbgrader", {}).get("grade")]
    assert sorted(graded) == sorted([*SCHEME.cells, *SCHEME.written])
    assert [i for i in graded if i in SCHEME.cells] == list(SCHEME.cells)
    for grade_id, cell in (SCHEME.cells | SCHEME.written).items():
        assert cells[grade_id].metadata.nbgrader["points"] == cell.points
    for name in CELLS:
        assert order.index(name) < order.index(f"test_{name}")
    for name in SCHEME.written:
        assert order.index(f"{name}_question") == order.index(name) - 1


# ---- what it keeps to itself ----


def test_release_holds_no_line_of_solutions_rubrics_and_model_answers(release, beside):
    """Every line of theirs is looked for, but for the shortest."""
    text = "\n".join([cell.source for cell in release.cells] + list(beside.values()))
    assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", text)
    assert "autograder" not in text
    source = Path(reference.__file__).read_text("utf-8")
    secret = re.findall(r"### BEGIN SOLUTION\n(.*?)### END SOLUTION", source, re.DOTALL)
    secret += [PROSE[name] for name in SCHEME.written]
    secret += [PROSE[f"{name}_rubric"] for name in SCHEME.written]
    lines = [line.strip() for part in secret for line in part.splitlines()]
    lines = [line for line in lines if len(line) > 20]
    assert len(lines) > 100
    assert [line for line in lines if line in text] == []
    for short in ("return dout * mask / p", "0.5987", '"d", 0.', "** 2 * rate"):
        assert short not in text


def test_files_beside_define_nothing_that_students_write(beside):
    """Nor do they call it by its name: functions are handed to them."""
    for name, text in beside.items():
        tokens = tokenize.generate_tokens(io.StringIO(text).readline)
        assert not {t.string for t in tokens if t.type == tokenize.NAME} & set(CELLS), name


def test_the_page_before_a_fault_is_found_does_not_name_it(release):
    """No word of the right descriptions in the text of part 5 and in its programs."""
    cells = {cell.id: cell for cell in release.cells}
    ids = list(cells)
    part_5 = ids[ids.index("part_5") : ids.index("hand_in")]
    shown = " ".join(
        cells[i].source for i in part_5 if i not in CELLS and not i.startswith(("see_", "test_"))
    )
    assert not re.search(r"normal|uniform|distribution|scal(e|ing) missing|1/p|\$1 / p", shown)
    assert not re.search(r"#[^\n]*W[23]|weights", shown)


# ---- what is said of probabilities ----


def test_each_part_says_which_probability_it_means():
    """At its head, in capitals; and the table of parts as well."""
    for part, word in CONVENTIONS.items():
        head = PROSE[f"part_{part}"]
        assert re.search(rf"\*\*[^*]*probability of {word} a unit", head), part
        other = {"KEEPING": "DROPPING", "DROPPING": "KEEPING"}[word]
        assert other not in head
        row = re.search(rf"^\| {part} \|.*$", PROSE["how_it_is_marked"], re.MULTILINE)[0]
        assert word.lower() in row
    assert "KEEPING" in PROSE["intro"]
    assert "DROPPING" in PROSE["intro"]


def test_every_function_says_which_probability_it_takes(release, beside):
    """An argument p keeps, one whose name holds `dropout` drops, and none takes both."""
    found = 0
    code = [cell.source for cell in release.cells if cell.cell_type == "code"]
    for source in [*code, beside["practice_training.py"]]:
        for node in ast.walk(ast.parse(source)):
            if not isinstance(node, ast.FunctionDef):
                continue
            names = [a.arg for a in (*node.args.args, *node.args.kwonlyargs)]
            drops = any("dropout" in name for name in names)
            assert not (drops and "p" in names), node.name
            words = ast.get_docstring(node) or ""
            assert "KEEPING" in words or "p" not in names, node.name
            assert "DROPPING" in words or not drops, node.name
            found += drops or "p" in names
    assert found > 20


def test_every_formula_is_set_and_every_table_is_one():
    """In the pages that are made of the notebook."""
    for key, text in PROSE.items():
        dom = parsed(to_page(re.sub(r"\{\{.*?\}\}", "1", text)))
        assert not [c for c in dom.find_all("code") if "\\" in c.get_text()], key
        assert not [m for m in dom.find_all("math") if "\\" in m.get_text()], key
        assert not [p for p in dom.find_all("p") if "|---" in p.get_text()], key


def test_points_of_each_rubric_are_those_of_its_answer():
    """The first column of the table adds up to what formgrader lets one give."""
    for name, cell in SCHEME.written.items():
        rows = re.findall(r"^\| ([\d.]+) \|", PROSE[f"{name}_rubric"], re.MULTILINE)
        assert sum(map(float, rows)) == cell.points, name
