"""Nothing that leaves the course shows a hidden test: what is written for others is searched."""

import pytest

from tests import small_course as small
from tests.processes import autograder, nbgrader

SECRET = "SECRET_7f3a"
HIDDEN = f"1.5 * (double(-2) == -4) + 0 * len('{SECRET}')"
FORMATS = ("text", "json", "junit", "gradescope", "markdown")


@pytest.fixture(scope="module")
def artefacts(course, tmp_path_factory):
    """{name: text} of what students, platforms and colleagues get of a class of nine kinds."""
    folder, out = tmp_path_factory.mktemp("course"), tmp_path_factory.mktemp("out")
    small.new_course(folder, course)
    small.write_source(folder, hidden=HIDDEN)
    small.hand_in_class(folder)

    def command(*arguments):
        done = autograder(folder, *arguments)
        assert done.returncode in (0, 1), done.stderr
        return done.stdout + done.stderr

    found = {"class": command("class", small.NAME), "feedback": command("feedback", small.NAME)}
    found["report"] = command("report", small.NAME, "--to", out / "report.html")
    for kind in ("csv", "canvas", "moodle"):
        more = () if kind == "csv" else ("--provisional",)
        found[kind] = command("export", "--format", kind, *more, "--to", out / kind)
    assert nbgrader(folder, "export", f"--to={out / 'stock.csv'}").returncode == 0
    for student in ("wrong", "raises", "dies", "broken"):
        file = folder / "submitted" / student / small.NAME / f"{small.NAME}.ipynb"
        also = [word for n in FORMATS for word in ("--also", n, out / f"{student}.{n}")]
        found[student] = command("grade", file, "--assignment", small.NAME, *also)
    for place in (folder / "feedback", folder / "release", out):
        for path in place.rglob("*"):
            if path.is_file():
                found[str(path.relative_to(place.parent))] = path.read_text("utf-8")
    return found


def test_the_search_would_find_it(artefacts, course, tmp_path):
    """The secret is where it belongs, and what is searched is not empty."""
    source = small.source_notebook(hidden=HIDDEN)
    assert any(SECRET in cell.source for cell in source.cells)
    assert sum(name.endswith(".html") for name in artefacts) == 10
    assert all(text.strip() for name, text in artefacts.items() if "helper" not in name)
    assert len(artefacts) > 40


def test_no_artefact_holds_a_hidden_test(artefacts):
    """Neither the marker nor the test's own words."""
    for name, text in artefacts.items():
        for secret in (SECRET, "HIDDEN TESTS", "double(-2)"):
            assert secret not in text, name
