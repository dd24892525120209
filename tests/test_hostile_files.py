"""Whatever lies in a submission's folder: everybody is graded, and nobody's file is touched."""

import base64
import copy
import json
import os
import shutil
import socket
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook
from page_dom import harmful
from processes import nbgrader

from autograder.intake import Unreadable, canonical_notebook, notebook_in, read_notebook
from autograder.intake.files import MAX_BYTES, list_folder

SCORED = """### BEGIN HIDDEN TESTS
from autograder.marking import mark

mark("dropout", "test_inline_question_3", globals())
### END HIDDEN TESTS
"""


def meta(name, solution=False, grade=False, points=4):
    nbgrader = {
        "grade_id": name,
        "grade": grade,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
    }
    return {"nbgrader": nbgrader | ({"points": points} if grade else {})}


def small_source():
    """One stub, one test cell, one written answer: as small as a course can be."""
    return new_notebook(
        cells=[
            new_code_cell("import math", id="setup", metadata=meta("setup")),
            new_code_cell(
                "def inline_question_3():\n    ### BEGIN SOLUTION\n    return 'raise'\n"
                "    ### END SOLUTION",
                id="inline_question_3",
                metadata=meta("inline_question_3", solution=True),
            ),
            new_code_cell(
                f"# Marked here\n{SCORED}",
                id="test_inline_question_3",
                metadata=meta("test_inline_question_3", grade=True),
            ),
            new_markdown_cell(
                "YOUR ANSWER", id="written_3", metadata=meta("written_3", True, True, 6)
            ),
        ],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


class Zoo:
    """Students' folders, made one by one. full, nothing: who is meant to get which marks."""

    def __init__(self, course, submitted):
        self.course, self.submitted = course, submitted
        self.full, self.nothing = [], []
        release = course / "release/dropout/dropout.ipynb"
        self.right = nbformat.read(release, as_version=4)
        self.right.cells[1].source = "def inline_question_3():\n    return 'raise'"
        self.right.cells[3].source = "because"

    def folder(self, student, right):
        (self.full if right else self.nothing).append(student)
        folder = self.submitted / student / "dropout"
        folder.mkdir(parents=True)
        return folder

    def text(self, student, text, right=True, name="dropout.ipynb"):
        path = self.folder(student, right) / name
        path.parent.mkdir(exist_ok=True)
        content = text if isinstance(text, bytes) else text.encode("utf-8")
        path.write_bytes(content)

    def edited(self, student, edit, right=True, name="dropout.ipynb"):
        """The right notebook's JSON, changed in place by `edit`."""
        notebook = json.loads(nbformat.writes(self.right))
        edit(notebook)
        self.text(student, json.dumps(notebook), right, name)

    def odd_files(self):
        """No files, or not such as one opens."""
        (self.folder("link", False) / "dropout.ipynb").symlink_to(
            self.course / "source/dropout/dropout.ipynb"
        )
        (self.folder("link-broken", False) / "dropout.ipynb").symlink_to("/nowhere")
        (self.folder("link-device", False) / "dropout.ipynb").symlink_to("/dev/zero")
        os.link(
            self.course / "source/dropout/dropout.ipynb",
            self.folder("hard-link", False) / "dropout.ipynb",
        )
        os.mkfifo(self.folder("pipe", False) / "dropout.ipynb")
        (self.folder("folder", False) / "dropout.ipynb").mkdir()
        with socket.socket(socket.AF_UNIX) as listener:
            path = self.folder("socket", False) / "dropout.ipynb"
            os.chdir(path.parent)  # such a path has room for 100 characters
            listener.bind(path.name)
        path = self.folder("sparse", False) / "dropout.ipynb"
        with path.open("wb") as file:
            file.truncate(3_000_000_000)
        folder = self.folder("linked-folder", False)
        folder.rmdir()
        folder.symlink_to(self.course / "source/dropout")
        self.folder("empty-folder", False)
        self.text("other-file", "essay", right=False, name="essay.txt")
        self.text("no-json", "{", right=False)

    def names(self):
        """Right notebooks under other names, in other places, and beside other files."""
        right = nbformat.writes(self.right)
        self.text("renamed", right, name="dropout (1).ipynb")
        self.text("case", right, name="Dropout.IPYNB")
        self.text("text-suffix", right, name="dropout.ipynb.txt")
        folder = self.folder("in-a-folder", True) / "dropout"
        folder.mkdir()
        (folder / "dropout.ipynb").write_text(right, encoding="utf-8")
        self.text("two-others", right, right=False, name="homework.ipynb")
        (self.submitted / "two-others/dropout/work.ipynb").write_text(right, "utf-8")
        folder = self.folder("with-files", True)
        (folder / "dropout.ipynb").write_text(right, encoding="utf-8")
        (folder / "nbgrader_config.py").write_text("raise SystemExit", encoding="utf-8")
        (folder / "given.py").write_text("raise SystemExit", encoding="utf-8")
        (folder / "zero").symlink_to("/dev/zero")
        (folder / "source").symlink_to(self.course / "source")
        os.mkfifo(folder / "pipe")
        os.mkfifo(folder / "timestamp.txt")
        (folder / "/".join("d" * 30)).mkdir(parents=True)  # nbgrader's walk fails at a thousand
        self.text("in-time", right)
        self.stamp("in-time", "2030-01-02 03:04:05.000 UTC")
        self.text("bad-time", right)
        self.stamp("bad-time", "when I was done")

    def stamp(self, student, text):
        path = self.submitted / student / "dropout/timestamp.txt"
        path.write_text(text, encoding="utf-8")

    def ways_of_writing(self):
        """Right notebooks written in other ways, and what is no notebook at all."""
        right = nbformat.writes(self.right)
        self.text("utf-16-no-mark", right.encode("utf-16-le"))
        self.text("bom", right.encode("utf-8-sig"))
        self.text("latin-1", right.replace("because", "naïve").encode("latin-1"))
        self.text("nan", right.replace('"metadata": {', '"metadata": {"n": NaN, "i": Infinity,', 1))
        huge = f'"metadata": {{"n": {"9" * 10_000},'
        self.text("huge-integer", right.replace('"metadata": {', huge, 1))
        self.text("duplicate-keys", right.replace('"cells"', '"cells": [], "cells"', 1))
        self.text("surrogate", right.replace("because", "\\ud800 because"))
        self.edited("odd-metadata", lambda n: n.update(metadata=[1], nbformat="four"))
        self.edited("odd-sources", lambda n: n["cells"][0].update(source=[1, None, "import os"]))
        self.edited("odd-outputs", lambda n: n["cells"][0].update(outputs="none"))
        self.edited("many-cells", lambda n: n.update(cells=n["cells"] * 25_000), right=False)
        self.edited("ids", lambda n: [cell.update(id="same") for cell in n["cells"]])
        self.text("nul", b"\0" * 1000, right=False)
        self.text("empty", "", right=False)
        self.text("nested", "[" * 200_000, right=False)
        self.text("containers", '{"cells": [' + "{}," * 2_100_000 + "{}]}", right=False)
        self.text("html", "<!DOCTYPE html><html>Sign in</html>", right=False)

    def contents(self):
        """Right answers among odd cells."""
        self.text("utf-16", nbformat.writes(self.right).encode("utf-16"))
        old = nbformat.convert(copy.deepcopy(self.right), 3)
        self.text("format-3", nbformat.writes(old, version=3))
        self.edited("odd-cells", lambda n: n["cells"].extend([7, None, [], {"cell_type": 3}, {}]))
        self.edited("long-cell", lambda n: n["cells"].append(code("#" * 2_000_000)))
        self.edited("copied-test", lambda n: n["cells"].insert(1, dict(n["cells"][2])))
        pasted = {"cell_type": "code", "source": self.right.cells[2].source, "metadata": {}}
        self.edited("pasted-test", lambda n: n["cells"].insert(0, pasted))
        self.edited("own-test", lambda n: n["cells"][2].update(source="print('hello')\n4.0"))
        self.edited("forged", self._forge, right=False)
        self.edited("tricks", self._play_tricks)
        self.edited("hostile-html", self._write_html)
        self.edited("nul-in-source", lambda n: n["cells"][1].update(source="x = '\0'"), right=False)

    def _forge(self, notebook):
        """A wrong answer, with everything that could make more of it."""
        answer, test = notebook["cells"][1:3]
        answer["source"] = "def inline_question_3():\n    return 'lower'"
        test["source"] = "4.0"
        test["metadata"]["nbgrader"] |= {"points": 1000, "schema_version": 99}
        test["metadata"]["tags"] = ["skip-execution", "raises-exception", "remove_cell"]
        test["outputs"] = [
            {"output_type": "execute_result", "data": {"text/plain": "4.0"}, "metadata": {}}
        ]
        extra = code("4.0")
        extra["metadata"] = meta("extra", grade=True, points=1000)
        notebook["cells"].append(extra)

    def _play_tricks(self, notebook):
        for cell in notebook["cells"]:
            cell["metadata"]["tags"] = ["skip-execution"]
            cell["metadata"]["nbgrader"] |= {"schema_version": 99, "locked": "yes", "extra": [1]}
        notebook["metadata"]["kernelspec"] = {"name": "missing", "display_name": "x"}

    def _write_html(self, notebook):
        bad = "<script>alert(1)</script><img src=x onerror=alert(1)>"
        notebook["cells"][3]["source"] = f"my answer {bad} ![x](attachment:a.svg) $\\frac12$"
        svg = base64.b64encode(b"<svg onload='alert(1)'/>").decode("ascii")
        notebook["cells"][3]["attachments"] = {"a.svg": {"image/svg+xml": svg, "text/html": bad}}
        notebook["cells"].append({"cell_type": "markdown", "source": bad, "metadata": {}})
        notebook["cells"].append({"cell_type": "raw", "source": bad, "metadata": {}})
        show = f"from IPython.display import HTML\ndisplay(HTML({bad!r}))\n### BEGIN HIDDEN TESTS"
        notebook["cells"].append(code(show))


def code(source):
    return {"cell_type": "code", "source": source, "metadata": {}, "outputs": []}


def contents(folder):
    """What lies in a folder, with the content of small files: to see that nothing changes."""
    found = {}
    for root, _, files in os.walk(folder / "submitted"):
        for name in files:
            path = Path(root, name)
            status = path.lstat()
            small = path.is_file() and not path.is_symlink() and status.st_size < 1_000_000
            found[path] = (status.st_size, status.st_ino, path.read_bytes() if small else b"")
    return found


@pytest.fixture(scope="module")
def zoo(course, tmp_path_factory):
    """All of them in one class, autograded in one run; (Zoo, process, folders before)."""
    folder = tmp_path_factory.mktemp("zoo")
    shutil.copy(course / "nbgrader_config.py", folder)
    (folder / "source/dropout").mkdir(parents=True)
    (folder / "source/dropout/given.py").write_text("x = 1", encoding="utf-8")
    nbformat.write(small_source(), folder / "source/dropout/dropout.ipynb")
    done = nbgrader(folder, "generate_assignment", "dropout")
    assert done.returncode == 0, done.stderr
    made, here = Zoo(folder, folder / "submitted"), Path.cwd()
    try:
        made.odd_files()
        made.names()
        made.contents()
    finally:
        os.chdir(here)
    made.text("z-last", nbformat.writes(made.right))
    before = contents(folder)
    return made, nbgrader(folder, "autograde", "dropout"), before


@pytest.fixture(scope="module")
def marks(zoo):
    """{student: the automatic marks of the test cell} as the gradebook has them."""
    made, _, _ = zoo
    found = {}
    with Gradebook(f"sqlite:///{made.course / 'gradebook.db'}") as gradebook:
        for student in (*made.full, *made.nothing):
            notebook = gradebook.find_submission_notebook("dropout", "dropout", student)
            found[student] = {g.name: g.auto_score for g in notebook.grades}
    return found


def test_every_student_has_the_marks_of_what_can_be_read(zoo, marks):
    """Full marks for right work however it came, zero for what is no notebook."""
    made, done, _ = zoo
    assert done.returncode == 0, done.stderr[-3000:]
    right = {s: marks[s]["test_inline_question_3"] for s in made.full}
    assert right == dict.fromkeys(made.full, 4.0)
    wrong = {s: marks[s]["test_inline_question_3"] for s in made.nothing}
    assert wrong == dict.fromkeys(made.nothing, 0.0)


def test_whoever_has_nothing_is_told_why(zoo):
    """The autograded notebook begins with the note, and the log has a line with the student."""
    made, done, _ = zoo
    for student in set(made.nothing) - {"forged", "nul-in-source"}:
        path = made.course / "autograded" / student / "dropout/dropout.ipynb"
        first = nbformat.read(path, as_version=4).cells[0]
        assert "could not be read" in first.source, student
        assert any(f"/{student}/" in x and "not be read" in x for x in done.stderr.splitlines())


@pytest.mark.parametrize(
    ("student", "words"),
    [
        ("link", "links are not followed"),
        ("hard-link", "the course's own file"),
        ("pipe", "a pipe"),
        ("folder", "a folder"),
        ("sparse", "larger than 50 MB"),
        ("linked-folder", "is a link"),
        ("other-file", "found: essay.txt"),
        ("two-others", "homework.ipynb, work.ipynb"),
        ("renamed", "dropout (1).ipynb was graded as dropout.ipynb"),
        ("with-files", "not used: given.py, nbgrader_config.py"),
        ("long-cell", "longer than 1,000,000 characters"),
        ("copied-test", "a second copy of cell 'test_inline_question_3'"),
        ("pasted-test", "a second copy of cell 'test_inline_question_3'"),
        ("own-test", "the test cell 'test_inline_question_3' had been changed"),
    ],
)
def test_the_note_names_what_was_found(zoo, student, words):
    """In the words of somebody who wants to put it right."""
    made, _, _ = zoo
    path = made.course / "autograded" / student / "dropout/dropout.ipynb"
    assert words in nbformat.read(path, as_version=4).cells[0].source.replace("&#x27;", "'")


def test_nothing_but_notebook_and_released_files_is_copied(zoo):
    """No link, no device's content, no file of a student's is in autograded/."""
    made, _, _ = zoo
    names = {p.name for p in (made.course / "autograded").glob("*/dropout/*")}
    assert names == {"dropout.ipynb", "given.py", "timestamp.txt"}
    given = made.course / "autograded/with-files/dropout/given.py"
    assert given.read_text("utf-8") == "x = 1"
    assert not any(p.is_symlink() for p in (made.course / "autograded").rglob("*"))


def test_no_file_of_a_students_is_changed_or_lost(zoo):
    """All is where it was, but for what nbgrader cannot read, which is moved beside it."""
    made, _, before = zoo
    after = contents(made.course)
    moved = {path for path in before if path not in after}
    assert {(p.parts[-3], p.name) for p in moved} == {
        ("with-files", "timestamp.txt"),
        ("bad-time", "timestamp.txt"),
    }
    assert all(after[path] == before[path] for path in before if path not in moved)
    aside = made.course / "submitted/bad-time/dropout.set-aside/timestamp.txt"
    assert aside.read_text("utf-8") == "when I was done"
    assert (made.course / "submitted/with-files/dropout.set-aside/d").is_dir()


def test_the_timestamp_goes_with_the_work(zoo):
    """nbgrader compares the two to see whether a later submission has come."""
    made, _, _ = zoo
    path = made.course / "autograded/in-time/dropout/timestamp.txt"
    assert path.read_text("utf-8").strip() == "2030-01-02 03:04:05.000 UTC"
    with Gradebook(f"sqlite:///{made.course / 'gradebook.db'}") as gradebook:
        assert gradebook.find_submission("dropout", "in-time").timestamp.year == 2030


def test_points_tags_and_metadata_are_the_releases(zoo):
    """What a student writes into metadata is in no autograded notebook."""
    made, _, _ = zoo
    for student in ("forged", "tricks"):
        path = made.course / "autograded" / student / "dropout/dropout.ipynb"
        notebook = nbformat.read(path, as_version=4)
        tests = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade")]
        assert [c.metadata.nbgrader["points"] for c in tests] == [4, 6]
        assert not any("tags" in c.metadata for c in notebook.cells)
        assert notebook.metadata.kernelspec.name == "python3"


def test_everybody_has_a_safe_feedback_page_without_secrets(zoo):
    """The hostile ones too, and the one with half a pair of markers in a cell."""
    made, _, _ = zoo
    done = nbgrader(made.course, "generate_feedback", "dropout")
    assert done.returncode == 0, done.stderr[-3000:]
    for student in (*made.full, *made.nothing):
        page = (made.course / f"feedback/{student}/dropout/dropout.html").read_text("utf-8")
        assert harmful(page) == [], student
        for secret in ("autograder.marking", str(made.course)):
            assert secret not in page, student
        assert student == "hostile-html" or "HIDDEN TESTS" not in page
    assert "my answer" in (made.course / "feedback/hostile-html/dropout/dropout.html").read_text()


def test_every_way_of_writing_is_read_or_named(zoo, tmp_path):
    """Right answers are found; where there are none, the note says that it could not be read."""
    made = Zoo(zoo[0].course, tmp_path)
    made.ways_of_writing()
    for student in (*made.full, *made.nothing):
        handed_in = notebook_in(tmp_path / student / "dropout", "dropout", ["dropout"])
        notebook, notes = canonical_notebook(
            handed_in.path, made.course / "release/dropout/dropout.ipynb", handed_in.notes
        )
        nbformat.validate(notebook)
        if student in made.full:
            assert "return 'raise'" in notebook.cells[-3].source, (student, notes)
            assert notes == [], student
        else:
            assert "could not be read" in notebook.cells[0].source, student


def test_reading_is_limited_in_size_and_never_waits(tmp_path):
    """A file that is one byte too long, a pipe that nobody writes to."""
    path = tmp_path / "long.ipynb"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    os.mkfifo(tmp_path / "pipe.ipynb")
    for name, words in (("long", "larger than"), ("pipe", "a pipe"), ("a\0b", "name")):
        with pytest.raises(Unreadable, match=words):
            read_notebook(f"{tmp_path}/{name}.ipynb")


def test_listing_a_folder_is_limited(tmp_path):
    """Thousands of files, and folders within folders, are not walked to the end."""
    for number in range(2_100):
        (tmp_path / f"{number:04}.txt").touch()
    found = list_folder(tmp_path)
    assert found.cut
    assert len(found.files) <= 2_000
    deep = tmp_path / "x"
    (deep / "/".join("abcdefghijk")).mkdir(parents=True)
    for path in tmp_path.glob("*.txt"):
        path.unlink()
    assert list_folder(tmp_path).deep == ("x",)


def test_a_files_name_is_no_markup(tmp_path):
    """Notes and logs repeat names of files; they are the student's to choose."""
    folder = tmp_path / "student" / "dropout"
    folder.mkdir(parents=True)
    (folder / "<img src=x onerror=alert(1)>.ipynb").touch()
    (folder / "](javascript:alert)\n\x1b[31m.txt").touch()
    notes = " ".join(notebook_in(folder, "dropout", ["dropout"]).notes)
    assert "?img src=x onerror=alert(1)?.ipynb was graded as dropout.ipynb" in notes
    assert not set("<>[]*`\n\x1b") & set(notes)
