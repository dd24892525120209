"""Whatever is handed in becomes a canonical notebook, or a clear sentence."""

import copy
import json
import os
import warnings

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from autograder.intake import Unreadable, canonical_notebook, read_notebook, rebuild


def cell(grade_id, source, solution=False, grade=False, kind="code"):
    make = new_code_cell if kind == "code" else new_markdown_cell
    nbgrader = {"grade_id": grade_id, "solution": solution, "grade": grade, "locked": not solution}
    return make(source, id=grade_id, metadata={"nbgrader": nbgrader})


@pytest.fixture
def release():
    """A small released notebook: given, stub, test, written."""
    return new_notebook(
        cells=[
            cell("setup", "import numpy as np"),
            cell("stub", "def f(x):\n    raise NotImplementedError", solution=True),
            cell("test", "# marked here", grade=True),
            cell("written", "YOUR ANSWER HERE", solution=True, grade=True, kind="markdown"),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )


@pytest.fixture
def rebuilt(release, tmp_path):
    """rebuilt(notebook): sources after intake of what a student saved, and the notes."""

    def run(notebook, version=4):
        path = tmp_path / "x.ipynb"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # copied cells share their id, and are meant to
            text = nbformat.writes(nbformat.convert(notebook, version))
        path.write_text(text, encoding="utf-8")
        canonical, notes = rebuild(release, read_notebook(path))
        nbformat.validate(canonical)
        return [c.source for c in canonical.cells], notes

    return run


def answered(release):
    """The release with its stub and its written answer filled in."""
    notebook = new_notebook(cells=[c.copy() for c in release.cells])
    notebook.cells[1].source = "def f(x):\n    return x"
    notebook.cells[3].source = "because"
    return notebook


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"  \n", "it is empty"),
        (b"{ not json", "it is not JSON"),
        (b"[1, 2]", "not a notebook"),
        (b'{"cells": 3}', "no list of cells"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not text"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook_is_named(tmp_path, content, words):
    """Each kind of unreadable file gets a sentence of its own."""
    path = tmp_path / "dropout.ipynb"
    path.write_bytes(content)
    with pytest.raises(Unreadable, match=words):
        read_notebook(path)


def test_links_and_pipes_are_not_opened(tmp_path):
    """A link to a file, a folder and a pipe are refused without being followed or waited for."""
    secret = tmp_path / "secret.ipynb"
    secret.write_text(nbformat.writes(new_notebook()), encoding="utf-8")
    (tmp_path / "link.ipynb").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe.ipynb")
    (tmp_path / "folder.ipynb").mkdir()
    for name in ("link", "pipe", "folder"):
        with pytest.raises(Unreadable):
            read_notebook(tmp_path / f"{name}.ipynb")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_are_recognised(tmp_path, release, encoding):
    """A byte order mark and UTF-16 lose nothing, Hangul included."""
    release.cells[1].source = "# 드롭아웃"
    path = tmp_path / "x.ipynb"
    path.write_bytes(nbformat.writes(release).encode(encoding))
    assert read_notebook(path)[1].source == "# 드롭아웃"


def test_odd_cells_do_not_stop_the_rest(tmp_path):
    """Cells that are no dictionaries, have no source or a lone surrogate are survived."""
    cells = [
        7,
        {"cell_type": "code"},
        {"cell_type": "code", "source": ["a = 1\n", "b = 2"], "metadata": None},
        {"cell_type": "markdown", "source": "\ud800", "metadata": {"nbgrader": 3}},
    ]
    path = tmp_path / "x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert [c.source for c in read_notebook(path)] == ["", "a = 1\nb = 2", "?"]


@pytest.mark.parametrize("version", [3, 4])
def test_answers_are_taken_and_all_else_is_the_releases(release, rebuilt, version):
    """Solutions come from the student, given and test cells from the release."""
    notebook = answered(release)
    notebook.cells[0].source = "import os"
    notebook.cells[2].source = "17.0"
    sources, _ = rebuilt(notebook, version)
    assert sources == [
        "import numpy as np",
        "def f(x):\n    return x",
        "# marked here",
        "because",
    ]


def test_added_cells_stay_where_they_were(release, rebuilt):
    """A helper above the stub stays above it, a scratch cell below it stays below."""
    notebook = answered(release)
    notebook.cells.insert(1, new_code_cell("def helper(): ..."))
    notebook.cells.insert(3, new_markdown_cell("my notes"))
    sources, notes = rebuilt(notebook)
    assert sources[1:4] == ["def helper(): ...", "def f(x):\n    return x", "my notes"]
    assert notes == []


def test_reworded_prose_is_replaced_not_doubled(release, rebuilt):
    """A course that changes its wording after handing out does not show both versions."""
    release.cells.insert(0, new_markdown_cell("new words", id="intro"))
    notebook = answered(release)
    notebook.cells[0].source = "old words"
    notebook.cells[2].source = "def f(x):\n    return x"
    assert rebuilt(notebook)[0][:2] == ["new words", "import numpy as np"]


def test_a_copied_test_cell_is_dropped_with_a_note(release, rebuilt):
    """A copied test cell (which stops stock nbgrader for the whole class) costs nothing."""
    notebook = answered(release)
    notebook.cells.insert(3, notebook.cells[2].copy())
    sources, notes = rebuilt(notebook)
    assert sources.count("# marked here") == 1
    assert "second copy" in notes[0]


def test_copies_of_a_solution_cell_are_all_kept(release, rebuilt):
    """The untouched twin of an answered cell is dropped; two different answers both run."""
    notebook = answered(release)
    notebook.cells.insert(1, release.cells[1].copy())
    assert rebuilt(notebook)[0][1] == "def f(x):\n    return x"
    twin = notebook.cells[2].copy()
    twin.source = "def f(x):\n    return 2 * x"
    notebook.cells.insert(3, twin)
    sources, notes = rebuilt(notebook)
    assert sources[1:3] == ["def f(x):\n    return x", "def f(x):\n    return 2 * x"]
    assert "'stub' was there 2 times" in notes[0]


def test_a_deleted_cell_is_said_and_its_test_stays(release, rebuilt):
    """Without its stub the notebook keeps its test cell, and the stub does not come back."""
    notebook = answered(release)
    notebook.cells = [notebook.cells[0], new_code_cell("def g(): ..."), notebook.cells[3]]
    sources, notes = rebuilt(notebook)
    assert "# marked here" in sources
    assert not any("NotImplementedError" in s for s in sources)
    assert notes == ["cell 'stub' was missing from the submission"]


def test_lost_metadata_is_made_up_for(release, rebuilt):
    """Where a tool stripped all metadata, cells are recognised by text and by definition."""
    notebook = answered(release)
    for c in notebook.cells:
        c.metadata = {}
    sources, _ = rebuilt(notebook)
    assert sources[:3] == ["import numpy as np", "def f(x):\n    return x", "# marked here"]


def test_an_unreadable_file_becomes_the_untouched_release_with_a_note(release, tmp_path):
    """The note names the file and says what to do."""
    nbformat.write(release, tmp_path / "release.ipynb")
    path = tmp_path / "dropout.ipynb"
    path.write_text("{", encoding="utf-8")
    notebook, notes = canonical_notebook(path, tmp_path / "release.ipynb")
    assert [c.source for c in notebook.cells[1:]] == [c.source for c in release.cells]
    assert "dropout.ipynb could not be read" in notes[0]
    assert "hand it in again" in notebook.cells[0].source


def test_a_pasted_test_cell_does_not_drag_its_neighbours_along(release, rebuilt):
    """Pasted on top without metadata, it is dropped; a helper above the stub stays above it."""
    notebook = answered(release)
    notebook.cells.insert(1, new_code_cell("def helper(): ..."))
    notebook.cells.insert(0, new_code_cell("# marked here\n\n"))
    sources, notes = rebuilt(notebook)
    assert sources[:3] == ["import numpy as np", "def helper(): ...", "def f(x):\n    return x"]
    assert notes == ["a second copy of cell 'test' was left out"]


def test_code_in_a_test_cell_is_dropped_with_a_note(release, rebuilt):
    """What a student writes over a test cell never runs in its place."""
    notebook = answered(release)
    notebook.cells[2].source = "17.0"
    assert rebuilt(notebook)[1] == [
        "the test cell 'test' had been changed; the released one was used"
    ]


def test_a_photograph_of_an_answer_is_kept_and_nothing_else_attached(release, tmp_path):
    """Attached pictures stay with a written answer; other attachments and metadata go."""
    notebook = answered(copy.deepcopy(release))
    notebook.cells[3]["attachments"] = {"a.png": {"image/png": "iVBO", "text/html": "<b>"}}
    notebook.cells[3].metadata["tags"] = ["remove_cell"]
    notebook.cells.append(new_markdown_cell("", attachments={"b.svg": {"image/svg+xml": "PHN2"}}))
    nbformat.write(notebook, tmp_path / "x.ipynb")
    canonical, _ = rebuild(release, read_notebook(tmp_path / "x.ipynb"))
    assert canonical.cells[3]["attachments"] == {"a.png": {"image/png": "iVBO"}}
    assert "tags" not in canonical.cells[3].metadata
    assert len(canonical.cells) == 4


def test_too_long_cells_and_too_many_are_left_out_with_a_note(release, rebuilt):
    """The rest of the notebook is marked."""
    notebook = answered(release)
    notebook.cells.append(new_code_cell("#" * 1_000_001))
    notebook.cells += [new_code_cell(f"{i}{'#' * 900_000}") for i in range(7)]
    sources, notes = rebuilt(notebook)
    assert sources[1] == "def f(x):\n    return x"
    assert sum(map(len, sources)) < 5_100_000
    assert "longer than 1,000,000 characters" in notes[0]
    assert "some added cells were left out" in notes[1]
