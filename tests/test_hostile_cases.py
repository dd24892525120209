"""The hostile catalogue is well formed, and nobody in it gets anything that was not earned."""

import ast
import json
import re
import subprocess
import sys
from collections import Counter

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from autograder.sandbox import isolation
from autograder.validate.hostile import EVERY, with_honest
from autograder.validate.hostile_hand_in import hand_in
from autograder.validate.hostile_pages import active_content
from autograder.validate.hostile_secrets import Secrets, in_folder
from autograder.validate.hostile_verdict import Outcome, judge
from solutions.dropout.cases import reference_cells
from solutions.hostile.cases import (
    BASES,
    FAMILIES,
    PLACES,
    HostileCase,
    HostileCaseError,
    base_cells,
    load_cases,
)

CASES = load_cases()
# Whose cells are meant to be no Python.
NOT_PYTHON = {"errors_in_its_own_cells", "odd_json"}
VALUES = dict.fromkeys(PLACES, "7")
RELEASE = "release/dropout/dropout.ipynb"
BASE = {"test_forward_mask": 17.0, "test_net": 0.0}
# What every kind of isolation must stand, in a few minutes less than the whole catalogue.
FEW = (
    *("mark_replaced", "made_up_histories", "gradebook_rewritten", "shell_profiles_written"),
    *("daemon_left_over", "files_left_in_temporary", "parent_killed", "interrupts_ignored"),
    *("fork_bomb", "memory_hog", "hidden_tests_read", "environment_shown", "tcp_to_the_machine"),
    *("link_to_the_source", "pipe_for_a_notebook", "says_nothing", "script_in_an_output"),
    *("copied_test_cell", "magics_of_all_sorts", "processes_of_its_own"),
)


def case(**changes):
    """A case of the family forging that starts from the base 'layer'."""
    usual = {"what": "x", "stock": "marks", "marks": "as base", "edits": {}, "base": "layer"}
    return HostileCase("case", "forging", **(usual | changes))


def outcome(marks=None, text="why", **changes):
    """An Outcome with these marks instead of the base's."""
    marks = BASE | (marks or {})
    return Outcome("student", marks, dict.fromkeys(marks, text), **changes)


def problems(judged, found):
    """The kinds of problems of an outcome."""
    verdict = judge(judged, found, {"layer": BASE}, 20)
    return {kind for kind in verdict.KINDS if getattr(verdict, kind)}


def test_the_catalogue_is_as_large_as_promised():
    """At least 60 dishonest or broken submissions, ten honest ones, something in every family."""
    families = Counter(c.family for c in CASES)
    assert set(families) == set(FAMILIES)
    assert sum(families.values()) - families["honest"] >= 60
    assert min(families.values()) >= 10
    assert len({c.name for c in CASES}) == len(CASES)


def test_every_case_says_what_it_does_and_changes_something():
    """One sentence, an edit, and honest work never loses anything."""
    for found in CASES:
        assert found.what.endswith("."), found.name
        assert found.edits, found.name
        assert found.family != "honest" or found.marks == "as base", found.name


@pytest.mark.parametrize("found", CASES, ids=lambda c: c.name)
def test_sources_compile(found):
    """As IPython reads them, with every @NAME@ filled in."""
    if found.name in NOT_PYTHON:
        return
    edits = found.filled(VALUES)
    cells = [edits.get("first", ""), edits.get("last", "")]
    for kind in ("before", "after", "put"):
        cells += [s for name, s in edits.get(kind, {}).items() if not name.startswith("written")]
    for source in cells:
        ast.parse(TransformerManager().transform_cell(source.strip("\n")))


def test_grade_ids_exist(course):
    """An edit of a cell that is not there would change nothing, silently."""
    notebook = nbformat.read(course / RELEASE, as_version=4)
    known = {c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells}
    for found in CASES:
        for kind in ("before", "after", "put", "metadata", "outputs"):
            assert set(found.edits.get(kind, {})) <= known, found.name
        for kind in ("deleted", "copied"):
            assert set(found.edits.get(kind, ())) <= known, found.name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x]\nstock = 'marks'\nmarks = 'zero'", "'what' is missing"),
        ("[x]\nwhat = 'W.'\nstock = 'lots'\nmarks = 'zero'", "'lots' is none of"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'half'", "'half' is none of"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\nlsat = '1'", "unknown field 'lsat'"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\nlast = '<<no>>'", "no snippet 'no'"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\nlast = 5", "cannot be 5"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\nmessage = '('", "no regular expr"),
        ("[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\nfiles = [{path = 'a'}]", "path and"),
        ("x = 1", "a case is a table"),
        ("[x", "not valid TOML"),
    ],
)
def test_a_case_that_cannot_be_used_is_named(tmp_path, text, words):
    """The message says file, case and field."""
    (tmp_path / "forging.toml").write_text(text, "utf-8")
    with pytest.raises(HostileCaseError, match=r"forging\.toml") as caught:
        load_cases(tmp_path)
    assert words in str(caught.value)


def test_the_same_name_twice_is_refused(tmp_path):
    """Also in two families."""
    for family in ("forging", "wire"):
        text = "[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'"
        (tmp_path / f"{family}.toml").write_text(text, "utf-8")
    with pytest.raises(HostileCaseError, match=r"wire\.toml: x: forging\.toml has this name"):
        load_cases(tmp_path)


def test_snippets_keep_the_line_s_indentation(tmp_path):
    """And @NAME@ is filled in inside them, unknown names left alone."""
    head = "[x]\nwhat = 'W.'\nstock = 'marks'\nmarks = 'zero'\n"
    (tmp_path / "snippets.toml").write_text("s = '''\na = '@TOKEN@'\nb = '@NO@'\n'''", "utf-8")
    (tmp_path / "wire.toml").write_text(f"{head}last = '''if 1:\n    <<s>>\n'''", "utf-8")
    (found,) = load_cases(tmp_path)
    assert found.filled({"TOKEN": "t"})["last"] == "if 1:\n    a = 't'\n    b = '@NO@'\n"


def test_bases_are_what_they_say():
    """Reference all, layer two cells of it; a wrong layer differs from both."""
    right = reference_cells()
    assert base_cells("reference") == right
    assert base_cells("untouched") == {}
    assert base_cells("layer")["dropout_forward"] == right["dropout_forward"]
    assert base_cells("wrong layer")["dropout_forward"] != right["dropout_forward"]
    assert all(base_cells(base) is not None for base in BASES)
    with pytest.raises(LookupError, match="no base 'mine'"):
        base_cells("mine")


def test_hand_in_writes_what_the_case_says(course, tmp_path):
    """Cells in their places, metadata merged, copies and saved outputs."""
    edits = {
        "first": "first()",
        "after": {"setup": "after('@TOKEN@')"},
        "put": {"dropout_forward": "mine"},
        "copied": ["test_net"],
        "deleted": ["plots"],
        "metadata": {"test_net": {"tags": ["t"], "nbgrader": {"points": 99}}},
        "outputs": {"test_backward": "15.0"},
    }
    hand_in(case(edits=edits), {}, course / RELEASE, tmp_path / "s", {"TOKEN": "tk"})
    notebook = json.loads((tmp_path / "s" / "dropout.ipynb").read_text("utf-8"))
    cells = notebook["cells"]
    sources = [c["source"] for c in cells]
    assert sources[0] == "first()"
    assert sources[sources.index("after('tk')") - 1].startswith("import matplotlib")
    named = {}
    for cell in cells:
        named.setdefault(cell["metadata"].get("nbgrader", {}).get("grade_id"), []).append(cell)
    assert named["dropout_forward"][0]["source"] == "mine"
    assert len(named["test_net"]) == 2
    assert "plots" not in named
    assert named["test_net"][0]["metadata"]["nbgrader"]["points"] == 99
    assert named["test_backward"][0]["outputs"][0]["data"]["text/plain"] == "15.0"


def test_hand_in_builds_folders_of_every_kind(course, tmp_path):
    """Links, pipes, folders, holes, modes, names that are no text."""
    files = [
        {"path": "dropout.ipynb", "link": "@COURSE@/x"},
        {"path": "pipe", "fifo": True},
        {"path": "folder", "directory": True},
        {"path": "hole", "size": 1_000_000_000},
        {"path": "%FFa/b", "text": "t", "times": 3},
        {"path": "closed", "nested": 5, "mode": 0o000},
        {"path": "bom", "notebook": "utf-16"},
    ]
    folder = tmp_path / "s"
    hand_in(case(edits={"files": files}), {}, course / RELEASE, folder, {"COURSE": "/c"})
    assert str((folder / "dropout.ipynb").readlink()) == "/c/x"
    assert (folder / "pipe").is_fifo()
    assert (folder / "folder").is_dir()
    assert (folder / "hole").stat().st_blocks < 100
    assert len(list((folder / "\udcffa").iterdir())) == 3
    assert (folder / "closed").stat().st_mode & 0o777 == 0
    assert (folder / "bom").read_bytes()[:2] == b"\xff\xfe"


@pytest.mark.parametrize(
    ("judged", "found", "kinds"),
    [
        (case(), outcome(), set()),
        (case(marks="zero"), outcome(), {"gained"}),
        (case(), outcome({"test_net": 19.0}), {"gained"}),
        (case(), outcome({"test_forward_mask": 3.0}), {"changed"}),
        (case(marks="at most base"), outcome({"test_forward_mask": 3.0}), set()),
        (case(marks={"test_net": 4.0}), outcome({"test_net": 4.0}), set()),
        (case(), outcome({"test_net": None}), {"unexplained"}),
        (case(awaits=True), outcome({"test_net": None}), set()),
        (case(), Outcome("student", None), {"unexplained"}),
        (case(marks="none", log="no notebook"), Outcome("s", None, log="no notebook"), set()),
        (case(), outcome(text=""), {"unexplained"}),
        (case(message="raised"), outcome(), {"unexplained"}),
        (case(), outcome(hung=True), {"hung"}),
        (case(), outcome(seconds=30.0), {"hung"}),
        (case(), outcome(secrets=["tests"]), {"secrets"}),
        (case(), outcome(active=["<script>"]), {"page"}),
    ],
)
def test_what_is_wrong_is_told_apart(judged, found, kinds):
    """Marks gained, marks lost, hangs, leaks, and students who are told nothing."""
    assert problems(judged, found) == kinds


@pytest.mark.parametrize(
    "page",
    [
        "<script>x = 'TK'</script>",
        "<img src=x onerror=\"alert('TK')\">",
        "<a href=' java\nscript:TK'>x</a>",
        "<img src='https://example.invalid/TK.png'>",
        "<form action=/TK></form>",
        "<svg><a xlink:href='javascript:TK'></a></svg>",
        "<p style='background: URL(//TK)'>",
        "<div style='position : fixed' title=TK>",
        "<div class='cell-result'><b>17 of 17 points TK</b></div>",
        "<style>p { content: 'TK' }</style>",
        "<iframe srcdoc='TK'></iframe>",
    ],
)
def test_active_content_is_found(page):
    """Whatever a student's piece of a page would do."""
    assert active_content(f"<html><body>{page}</body></html>", "TK")


@pytest.mark.parametrize(
    "page",
    [
        "<pre>&lt;script&gt;alert('TK')&lt;/script&gt;</pre>",
        "<a href='https://example.org/TK'>x</a>",
        "<p title='TK'>TK</p><script>other()</script>",
        "<div class='cell-result'>raised TK</div>",
    ],
)
def test_text_is_not_active(page):
    """A source that is shown, an ordinary link, a message."""
    assert active_content(page, "TK") == []


def test_secrets_are_found_but_not_in_locked_cells(tmp_path):
    """An autograded notebook holds the hidden tests; only what the student could see counts."""
    secrets = Secrets()
    locked = {"metadata": {"nbgrader": {"locked": True}}, "source": secrets.of["tests"]}
    shown = {"metadata": {}, "source": "", "outputs": [{"text": secrets.of["home"]}]}
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": [locked, shown]}), "utf-8")
    (tmp_path / "log.txt").write_text(secrets.of["gradebook"], "utf-8")
    (tmp_path / "link").symlink_to(tmp_path / "log.txt")
    found = {path.name: what for path, what in in_folder(tmp_path, secrets.found_in)}
    assert found == {"a.ipynb": ["home"], "log.txt": ["gradebook"]}


def test_honest_students_sit_between_the_others():
    """One after every few, one at the end, and nobody is lost."""
    cases = [case() for _ in range(3 * EVERY)]
    seats = with_honest(cases, "honest")
    assert [c.family for c in seats].count("forging") == 3 * EVERY
    assert seats[-1].base == "reference"
    assert all(c.family == "honest" for c in seats[EVERY :: EVERY + 1])


def hostile(course, *arguments):
    """Run the validator; returns what it printed, after it has found nothing wrong."""
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "validate", "hostile", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        timeout=3000,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    return done.stdout


@pytest.mark.parametrize("name", [n for n in ("bubblewrap", "landlock") if isolation.works(n)])
def test_some_of_every_kind_under_each_isolation(course, name):
    """Nothing is gained, read, changed, hung or left unexplained; `make hostile` grades all."""
    way = ["--by-class"] if name == "bubblewrap" else []  # each way of grading once
    line = hostile(course, "--isolation", name, *way, "--only", *FEW).splitlines()[-1]
    assert re.fullmatch(
        r"\d\d cases: 0 marks gained, 0 secrets read, 0 other students' marks changed, "
        "0 hangs, 0 left without a mark or a reason",
        line,
    )


@pytest.mark.sweep
@pytest.mark.parametrize("name", ["bubblewrap", "landlock"])
def test_the_catalogue_under_each_isolation(course, name):
    """All of it."""
    hostile(course, "--isolation", name)
