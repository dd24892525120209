"""The class report's page and command: what is on it, and what is never on it."""

import argparse
import re
import shutil
import sqlite3
import stat
from dataclasses import replace
from types import SimpleNamespace

import pytest
from page_dom import own_scripts, parsed

from autograder.checks.misconceptions import catalogue
from autograder.execute.course import load_course
from autograder.reports.class_report import command, page
from autograder.reports.class_report.page import write_page
from autograder.reports.from_gradebook import ClassStanding, standings
from autograder.reports.standing import CellStanding, Standing
from tests import small_course as small
from tests.processes import autograder
from tests.synthetic_class import NAME, Member, random_class, write_class

FAULT = "Traceback (most recent call last):\n  File \"/srv/mallory/x.py\"\nKeyError: 'mallory'"
SWAPPED = {"fraction_kept_is_p": (0, "keep-drop-swapped")}
CLASS = [
    Member(
        "ada1",
        names=("Ada", "Quick", "ada@example.org"),
        written=dict.fromkeys(("written_1", "written_2", "written_3"), 6),
    ),
    Member(
        "björn",
        lost=SWAPPED,
        names=("Björn", "O'Neil, Jr.", "b@example.org"),
        late=1.5,
        penalty=5,
    ),
    Member(
        "chidi",
        lost=SWAPPED | {"extreme_p": (0, "edge-p")},
        notes=("the file chidi-homework.ipynb could not be read: it is no JSON",),
        seconds=7.5,
    ),
    Member(
        "mallory",
        faults={"dout_is_left_alone": FAULT},
        comments={"written_1": "Call me, Mallory!"},
    ),
    Member("eun-ji", notes=("eun-ji.ipynb was graded as expected",), seconds=None),
    Member("zoltan", names=("Zoltán", "Absent", "z@example.org"), handed_in=False),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory, course):
    """A course with CLASS."""
    return write_class(tmp_path_factory.mktemp("report") / "course", course, CLASS)


@pytest.fixture(scope="module")
def found(made):
    """How CLASS stands."""
    return standings(load_course(made, NAME))


@pytest.fixture(scope="module")
def dom(found):
    """The page on it."""
    return parsed(write_page(found))


def text_of(dom, section):
    """The words of a section, by the id of its heading."""
    found = dom.find(id=section).find_parent("section")
    return re.sub(r"\s+", " ", found.get_text(" ")).replace(" ,", ",")


def run(folder, *words):
    """What `python -m autograder report ...` does."""
    parser = argparse.ArgumentParser()
    command.add_options(parser.add_subparsers(dest="command"))
    options, of_nbgrader = parser.parse_known_args(["report", *map(str, words)])
    options.of_nbgrader = tuple(of_nbgrader)
    return command.run(options, folder)


# What is on the page


def test_marks_and_who_is_missing(dom):
    lede = re.sub(r"\s+", " ", dom.find(class_="lede").get_text())
    # 100; 100 - 18 - 5 - 5; 100 - 18 - 6; 100 - 18 - 15; 100 - 18
    assert lede == "5 students graded. 4 marks are not final yet. 1 student handed in nothing."
    tiles = {d.dt.get_text(): d.dd.get_text() for d in dom.find(class_="tiles").find_all("div")}
    assert tiles == {
        "mean of 100 points": "79.4",
        "median": "76",
        "middle half": "72 to 82",
        "final marks": "1 of 5",
    }
    rows = [[c.get_text() for c in row.find_all(["th", "td"])] for row in dom.select(".bins tr")]
    assert rows[7:] == [
        ["60 to 70", "0", "1", "1"],
        ["70 to 80", "0", "2", "2"],
        ["80 to 90", "0", "1", "1"],
        ["90 to 100", "1", "0", "1"],
    ]
    assert "zoltan Zoltán Absent" in text_of(dom, "files")


def test_parts(dom):
    rows = [
        [c.get_text(" ") for c in row.find_all(["th", "td"])] for row in dom.select(".parts tr")
    ]
    # 25 + 20 + 19 + 25 + 25 of five times 25
    assert rows[1] == ["1. Dropout forward", "91 % 22.8 of 25", "3", "2", "0", "0"]
    assert rows[2] == ["2. Dropout backward", "100 % 15 of 15", "4", "0", "0", "1"]


def test_misconceptions_with_who_and_what_they_cost(dom):
    first, second = dom.select(".ranking > li")
    assert first.find("b").get_text() == "2"
    assert first.h3.get_text() == catalogue()["keep-drop-swapped"].title
    assert "KEEPING" in first.get_text()
    assert "It cost 5 points each, on average." in first.get_text()
    assert [one.bdi.get_text() for one in first.select(".who li")] == ["björn", "chidi"]
    assert catalogue()["edge-p"].advice in second.get_text()
    assert "It cost 1 point." in second.get_text()


def test_items(dom):
    rows = {
        row.th.find(string=True).strip(): [td.get_text(strip=True) for td in row.find_all("td")]
        for row in dom.select(".items tbody tr")
    }
    assert rows["Dropout forward: the mask"] == ["87 %", "too few"]  # 74 of 85
    assert rows["fraction kept is p"] == ["60 %", "too few"]
    assert rows["Dropout backward"] == ["100 %", "too few"]
    assert "4 of 5 judged" in text_of(dom, "items")


def test_what_awaits_a_person_and_what_the_grader_failed_in(dom):
    waiting = text_of(dom, "waiting")
    assert waiting.count("4 students") == 3
    assert "Inline question 1: why 6 points" in waiting
    faults = text_of(dom, "faults")
    assert "Dropout backward : dout is left alone KeyError: 'mallory' 1 student mallory" in faults
    assert "/srv/mallory/x.py" in dom.find("pre").get_text()


def test_files_late_work_and_grading(dom):
    files = text_of(dom, "files")
    assert "Could not be read: 1 student" in files
    assert "chidi-homework.ipynb" in files
    assert "Mended while reading: 1 student" in files
    late = text_of(dom, "late")
    assert "1 student handed in after the due date, by 36 h." in late
    assert "taken off 1 mark, 5 points together" in late
    assert "björn Björn O'Neil, Jr. 36 h 5" in late
    grading = text_of(dom, "grading")
    # 1, 1, 1 and 7.5 seconds; one was graded by another command.
    assert "took 1 s of computing (median), 7.5 s for the slowest ( chidi )" in grading
    assert "10 s for the 4 that it is known of" in grading
    assert "bubblewrap (4 students)" in grading
    assert "landlock (1 student)" in grading


def test_what_to_look_at_leads_to_it(dom):
    links = [(a["href"], a.get_text()) for a in dom.select(".look a")]
    assert links == [
        ("#faults", "The grader failed"),
        ("#files", "What 1 student handed in"),
        ("#waiting", "12 answers await a person"),
    ]
    for link in dom.find_all("a"):
        assert dom.find(id=link["href"][1:]) is not None


def test_the_page_needs_nothing_and_runs_nothing(found, dom):
    assert own_scripts(write_page(found)) == ([], [])
    assert not dom.find_all(["link", "img", "iframe", "object", "embed", "base", "form"])
    assert not [e for e in dom.find_all(True) if e.get("src") or e.get("srcset")]
    assert "url(http" not in dom.style.get_text()
    assert "@import" not in dom.style.get_text()
    assert dom.find("meta", {"http-equiv": "Content-Security-Policy"})["content"] == (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    )
    assert dom.html["lang"] == "en"
    assert len(dom.find_all("h1")) == 1
    ids = [e["id"] for e in dom.find_all(id=True)]
    assert len(ids) == len(set(ids))


def test_every_plot_is_described_and_every_bar_has_its_number(dom):
    plots = dom.select("svg[role=img]")
    assert len(plots) == 4  # two plots, wide and narrow
    for plot in plots:
        title, words = (dom.find(id=i).get_text() for i in plot["aria-labelledby"].split())
        assert title
        assert re.search(r"\d", words)
    for other in dom.select("svg:not([role=img])"):
        assert other["aria-hidden"] == "true"


def test_an_assignment_without_a_scheme(tmp_path, course):
    folder = small.new_course(tmp_path / "course", course)
    small.hand_in(folder, "half", small.HALF, small.ANSWER)
    assert autograder(folder, "class", small.NAME).returncode == 0
    assert run(folder, small.NAME) == 0
    dom = parsed((folder / "reports" / "small.html").read_text("utf-8"))
    assert dom.h1.get_text() == small.NAME
    assert "Marks by cell" in dom.find(id="parts").get_text()
    assert "No check has named a misconception." in text_of(dom, "misconceptions")
    assert "too few" in text_of(dom, "items")
    assert "1 student" in text_of(dom, "waiting")
    # It is nothing that a repository should take in.
    assert (folder / "reports" / ".gitignore").read_text() == "*\n"


@pytest.mark.parametrize("mark", [None, 0.0, 3.0])
def test_a_class_of_one_with_one_cell(mark):
    cell = CellStanding("c", "C", 0, 3.0, mark, "" if mark is not None else "person")
    found = ClassStanding("x", "X", 3.0, (Standing("s", "x", "X", (cell,)),))
    for names in (True, False):
        dom = parsed(write_page(found, names))
        assert dom.select(".tiles dd")[0].get_text() == f"{mark or 0:g}"


def test_an_assignment_without_points():
    cell = CellStanding("c", "C", 0, 0.0, 0.0)
    found = ClassStanding("x", "X", 0.0, (Standing("s", "x", "X", (cell,)),))
    assert "0 to 0" in parsed(write_page(found)).find(class_="bins").get_text()


# Hostile words

HOSTILE = "<script>alert(1)</script>]]>\"' &amp; \u202eevil\u2066\x07\x1b[31m{{ 7*7 }}"


def test_hostile_words_stay_words(found):
    standing = found.handed_in[2]
    bad = replace(
        standing,
        student=HOSTILE,
        notes=(f"could not be read: {HOSTILE}",) * 30,
        isolation=HOSTILE,
        cells=tuple(
            replace(c, title=HOSTILE, reason=HOSTILE, mark=None, awaits=("grader", "person")[i % 2])
            for i, c in enumerate(standing.cells)
        ),
        parts=dict.fromkeys(range(9), HOSTILE),
    )
    group = replace(
        found,
        title=HOSTILE,
        assignment=HOSTILE,
        handed_in=(bad, *found.handed_in[3:]),
        absent=(HOSTILE + "2",),
        names={HOSTILE: (HOSTILE, HOSTILE, HOSTILE)},
        problems=((HOSTILE, HOSTILE),),
        late={HOSTILE: 5.0},
        seconds={HOSTILE: 3.0},
    )
    html = write_page(group, written=HOSTILE)
    dom = parsed(html)
    assert own_scripts(html) == ([], [])
    assert not set(html) & {"\u202e", "\u2066", "\x07", "\x1b"}
    assert dom.h1.get_text() == "<script>alert(1)</script>]]>\"' &amp; " + (
        "\\u202eevil\\u2066\\u0007\\u001b[31m{{ 7*7 }}"
    )
    assert dom.title.get_text() == f"Class report: {dom.h1.get_text()}"
    assert (
        len(dom.select(".said li")) == page.MOST_NOTES + 2
    )  # with another student's, and a problem
    # Each id stands by itself, so that its direction cannot turn the words around it.
    assert all(one.find("bdi") for one in dom.select(".who li"))


def test_a_broken_course_does_not_fill_the_page(found):
    """A different traceback for everybody, each of them endless."""
    standing = found.handed_in[3]

    def with_fault(number):
        def broken(cell):
            if not cell.result:
                return cell
            fault = {"status": "grader_fault", "mark": 0.0}
            outcomes = (
                replace(o, fault="x" * 100_000 + f"\nE{number}: no", **fault)
                for o in cell.result.outcomes
            )
            result = replace(cell.result, outcomes=tuple(outcomes))
            return replace(cell, result=result, mark=None, awaits="grader")

        return replace(standing, student=f"s{number}", cells=tuple(map(broken, standing.cells)))

    group = replace(found, handed_in=tuple(map(with_fault, range(20))))
    html = write_page(group)
    assert len(html) < 500_000
    assert "more kinds of failure" in html


# Without names


def names_of(members):
    """All that tells who somebody is."""
    for member in members:
        yield member.student
        yield from filter(None, member.names)
        yield from re.findall(r"[\w-]+\.ipynb", " ".join(member.notes))
        yield from member.comments.values()


def test_without_names_nobody_is_named(found):
    html = write_page(found, names=False)
    assert not [name for name in names_of(CLASS) if name.lower() in html.lower()]
    assert "KeyError" in html  # and no more of the fault, which speaks of a student
    # The search finds what is there.
    there = {name for name in names_of(CLASS) if name in write_page(found)}
    assert there >= {"björn", "chidi", "mallory", "eun-ji", "Zoltán", "chidi-homework.ipynb"}


def test_without_names_the_figures_are_the_same(found, dom):
    anonymous = parsed(write_page(found, names=False))
    for table in (".bins", ".parts", ".items", ".tiles"):
        assert anonymous.select_one(table).get_text() == dom.select_one(table).get_text()
    counts = [li.find("b").get_text() for li in anonymous.select(".ranking > li")]
    assert counts == ["2", "1"]
    assert "taken off 1 mark, 5 points together" in text_of(anonymous, "late")


def test_without_names_the_order_does_not_tell_either(tmp_path, course):
    """The same class under other names, in another order, gives the same page."""
    members = random_class(25, seed=3)
    for member in members:
        for check in member.faults:
            member.faults[check] = f"Traceback\nValueError: {member.student}"
    pages = []
    for number, order in enumerate((members, members[::-1])):
        for place, member in enumerate(order):
            member.student = f"s{place:02d}"
        folder = write_class(tmp_path / str(number), course, order)
        group = standings(load_course(folder, NAME))
        pages.append(write_page(group, names=False))
        assert group.handed_in[0].student < group.handed_in[1].student
    assert pages[0] == pages[1]


def test_the_template_is_given_no_names(found, monkeypatch):
    given = []
    template = SimpleNamespace(render=lambda context: given.append(context) or "")
    monkeypatch.setattr(page, "_template", lambda: template)
    write_page(found, names=False)
    told = repr({k: v for k, v in given[0].items() if "plot" not in k})
    assert not [name for name in names_of(CLASS) if name in told]


# The command


def test_it_is_written_where_students_do_not_get_it(made, capsys):
    assert run(made) == 0
    file = made / "reports" / f"{NAME}.html"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert capsys.readouterr().out == f"written: {file} (5 students; it names students)\n"
    assert (
        list(file.parent.iterdir()) == [file.parent / ".gitignore", file]
        or len(list(file.parent.iterdir())) == 2
    )


def test_to_a_file_without_names(made, tmp_path, capsys):
    file = tmp_path / "new" / "page.html"
    assert run(made, "--to", file, "--no-names") == 0
    assert capsys.readouterr().out == f"written: {file} (5 students)\n"
    assert "mallory" not in file.read_text("utf-8")


@pytest.mark.parametrize("folder", ["source", "release", "submitted", "feedback"])
def test_it_does_not_go_where_students_look(made, folder, capsys, monkeypatch):
    monkeypatch.chdir(made)
    assert run(made, "--to", f"{folder}/{NAME}/report.html") == 2
    assert run(made, "--to", f"reports/../{folder}/report.html") == 2
    assert f"lies in {folder}/" in capsys.readouterr().err
    assert not (made / folder / NAME / "report.html").exists()


def one_line(capsys):
    """What was said on stderr, which must be one line."""
    said = capsys.readouterr().err
    assert said.count("\n") == 1, said
    return said


def test_an_unknown_assignment(made, capsys):
    assert run(made, "other") == 2
    assert "no assignment 'other'" in one_line(capsys)
    assert not (made / "reports" / "other.html").exists()


def test_nobody_is_graded(tmp_path, course, capsys):
    folder = write_class(tmp_path / "course", course, [replace(CLASS[0], handed_in=False)])
    assert run(folder) == 2
    assert "nobody has been graded" in one_line(capsys)


def test_no_gradebook(tmp_path, capsys):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    assert run(tmp_path) == 2
    assert "there is no gradebook" in one_line(capsys)
    assert list(tmp_path.iterdir()) == [tmp_path / "nbgrader_config.py"]


def test_a_gradebook_that_is_none(tmp_path, capsys):
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n")
    (tmp_path / "gradebook.db").write_text("no database at all" * 100)
    assert run(tmp_path) == 2
    assert "the gradebook cannot be read" in one_line(capsys)


def test_a_configuration_that_cannot_be_used(tmp_path, capsys):
    (tmp_path / "nbgrader_config.py").write_text("raise RuntimeError('a slip')\n")
    assert run(tmp_path) == 2
    assert "nbgrader_config.py cannot be used: RuntimeError: a slip" in one_line(capsys)


def test_a_target_that_cannot_be_written(made, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    for target in (tmp_path, tmp_path / "file" / "page.html", tmp_path / ("x" * 300)):
        assert run(made, "--to", target) == 2
        assert str(target) in one_line(capsys)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_what_could_not_be_read_is_named_and_the_rest_is_written(tmp_path, course, capsys):
    folder = write_class(tmp_path / "course", course, CLASS)
    (folder / "autograded" / "björn" / NAME / f"{NAME}.ipynb").write_text("{")
    assert run(folder, "--to", tmp_path / "page.html") == 1
    assert one_line(capsys) == "NOT READ björn: autograded dropout.ipynb is no notebook\n"
    dom = parsed((tmp_path / "page.html").read_text("utf-8"))
    assert "Graded notebooks missing or broken: 1 student" in text_of(dom, "files")
    assert dom.select(".tiles dd")[0].get_text() == "79.4"  # the gradebook has the marks


def test_an_earlier_page_stays_when_the_new_one_cannot_be_written(made, tmp_path, monkeypatch):
    file = tmp_path / "page.html"
    file.write_text("before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(command.os, "replace", full)
    assert run(made, "--to", file) == 2
    assert file.read_text() == "before"
    assert list(tmp_path.iterdir()) == [file]


def test_another_gradebook(made, tmp_path, capsys):
    other = shutil.copy(made / "gradebook.db", tmp_path / "other.db")
    with sqlite3.connect(other) as connection:
        connection.execute("update assignment set name = 'winter'")
    assert run(made, f"--db=sqlite:///{other}") == 2
    assert "it has winter" in one_line(capsys)
