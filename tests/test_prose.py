"""The text files of a notebook: what they may hold, and how a second language is built."""

import shutil
from pathlib import Path

import nbformat
import pytest
from jinja2 import UndefinedError

from autograder.build import build, stale
from autograder.build.master import render
from autograder.build.prose import read_sections

COURSE = Path(__file__).resolve().parents[1]


@pytest.fixture
def course(tmp_path):
    """A copy of what a build reads, to be changed at will."""
    shutil.copytree(COURSE / "solutions", tmp_path / "solutions")
    (tmp_path / "source").mkdir()
    for name in ("dropout.master.py", "dropout.en.md"):
        shutil.copy(COURSE / "source" / name, tmp_path / "source")
    return tmp_path


def replace_in(path, old, new):
    """Change one place in a file."""
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), "utf-8")


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


def test_a_second_language_has_other_prose_and_the_same_code(course):
    """The cells of a made-up language agree with English in all but their prose."""
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
