"""The course's feedback page is nbconvert's, though nobody parses it a second time."""

import re
import shutil

import nbformat
import pytest
from feedback_pages import broken, cells_of, dom, everything, soup
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader.apps import NbGraderApp
from nbgrader.converters import GenerateFeedback
from page_dom import harmful, own_scripts
from test_safe_pages import hostile_notebook

from autograder.reports.feedback_exporter import NO_DESCRIPTION, FeedbackExporter, described

GRADES = "GetGrades"  # needs a gradebook


@pytest.fixture(scope="module")
def converter(course, tmp_path_factory):
    """nbgrader's GenerateFeedback by the course's configuration."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(course / "nbgrader_config.py", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        app = NbGraderApp()
        app.load_config_file()
    return GenerateFeedback(config=app.config)


@pytest.fixture(scope="module")
def exporter_of(converter):
    """exporter_of(class, **settings), with all preprocessors that need no gradebook."""

    def make(kind, **settings):
        exporter = kind(parent=converter, config=converter.config)
        for preprocessor in converter.preprocessors:
            if not str(preprocessor).endswith(GRADES):
                exporter.register_preprocessor(preprocessor)
        for name, value in settings.items():
            setattr(exporter, name, value)
        return exporter

    return make


def page_of(exporter, notebook):
    """The page of a notebook whose marked cells have marks and comments."""
    notebook = nbformat.from_dict(notebook)
    for number, cell in enumerate(notebook.cells):
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(score=number / 3, comment="see <b>above</b> & $a<b$")
    names = {"notebook": "n", "score": 7.125, "max_score": 19, "late_penalty": 0.5}
    return exporter.from_notebook_node(notebook, resources={"nbgrader": names})[0]


NOTEBOOKS = {
    "everything": everything,
    "broken": broken,
    "soup": soup,
    "hostile": hostile_notebook,
    "empty": new_notebook,
}


@pytest.fixture(scope="module")
def both(exporter_of):
    """{name: (nbconvert's page, ours)}, all of ours from one exporter."""
    stock, ours = exporter_of(HTMLExporter), exporter_of(FeedbackExporter)
    return {
        name: (page_of(stock, make()), page_of(ours, make())) for name, make in NOTEBOOKS.items()
    }


def test_the_course_uses_it(converter):
    """Nothing else makes plain `nbgrader generate_feedback` fast, and nothing would say so."""
    assert converter.exporter_class is FeedbackExporter
    assert FeedbackExporter(parent=converter, config=converter.config).is_clean


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_page_is_nbconverts(both, name):
    """The same elements, attributes and texts, in a browser's eyes."""
    stock, ours = both[name]
    assert dom(ours) == dom(stock)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_breaks_out(both, name):
    """Each cell lies in the notebook's container itself, and none elsewhere."""
    shown = [c for c in NOTEBOOKS[name]().cells if c.cell_type != "raw"]
    assert cells_of(both[name][1]) == (len(shown), len(shown))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_page_has_no_scripts_but_its_own(both, name):
    """Nothing of a student's acts or loads."""
    assert own_scripts(both[name][1]) == own_scripts(both["empty"][1])
    assert harmful(both[name][1]) == []


def test_the_worked_notebook_has_the_same_page_whoever_came_before(exporter_of, course):
    """What is remembered of one student is not shown to another."""
    notebook = nbformat.read(course / "source/dropout/dropout.ipynb", as_version=4)
    other = nbformat.from_dict(notebook)
    for cell in other.cells:
        cell.source += "\nx = 1"
        if cell.cell_type == "code":
            cell.outputs = [new_output("stream", text="other")]
    exporter = exporter_of(FeedbackExporter)
    first = page_of(exporter, notebook)
    assert page_of(exporter, other) == page_of(exporter_of(FeedbackExporter), other)
    assert page_of(exporter, notebook) == first
    assert dom(first) == dom(page_of(exporter_of(HTMLExporter), notebook))


def as_it_is(text):
    """A filter that cleans nothing."""
    return str(text)


@pytest.mark.parametrize(
    "settings",
    [
        {"sanitize_html": False},
        {"filters": {"clean_html": as_it_is}},
        {"filters": {}},
        {"template_name": "classic"},
        {"template_name": "lab"},
    ],
)
def test_what_is_not_cleaned_is_parsed_as_before(exporter_of, settings):
    """A course that lets HTML through, or has another template, has nbconvert's page."""
    notebook = new_notebook(
        cells=[new_markdown_cell("<div><b>open", id="a"), everything().cells[2]]
    )
    ours, stock = (
        page_of(exporter_of(kind, **settings), notebook)
        for kind in (FeedbackExporter, HTMLExporter)
    )
    assert ours == stock


def test_pictures_without_a_description_have_one():
    """Also between quotes that hold what looks like a picture; one that is there stays."""
    alt = f' alt="{NO_DESCRIPTION}"'
    for before, after in [
        ('<img src="a">', f'<img src="a"{alt}>'),
        ('<img src="a"/>', f'<img src="a"{alt}/>'),
        ("<img\n  src=a width=3\n>", f"<img\n  src=a width=3{alt}\n>"),
        ('<img alt="" src="a">', '<img alt="" src="a">'),
        ('<img src="a" ALT>', '<img src="a" ALT>'),
        ('<img title="alt=1">', f'<img title="alt=1"{alt}>'),
        ("<p title='<img src=\"a\">'>x</p>", "<p title='<img src=\"a\">'>x</p>"),
        ('<a title="&quot;<img>">&lt;img&gt;</a>', '<a title="&quot;<img>">&lt;img&gt;</a>'),
    ]:
        assert described(before) == after


def test_pictures_are_described_on_the_page(both):
    """Each picture, the drawn ones too, and in nbconvert's words."""
    page = both["everything"][1]
    assert len(re.findall("<img", page)) == len(re.findall("<img[^>]* alt=", page)) == 10
    assert page.count(NO_DESCRIPTION) == 7


class Breaks(Preprocessor):
    """Leaves a notebook that is none."""

    def preprocess(self, nb, resources):
        nb.cells[0].source = 3
        return nb, resources


def test_a_notebook_that_is_none_is_refused_though_it_is_looked_at_once(exporter_of, monkeypatch):
    """After the last preprocessor; looking after each changes no page."""
    looked = []
    validate = FeedbackExporter._validate_preprocessor
    monkeypatch.setattr(
        FeedbackExporter,
        "_validate_preprocessor",
        lambda *of: looked.append(of) or validate(*of),
    )
    page_of(exporter_of(FeedbackExporter), everything())
    assert len(looked) == 1
    pages = {
        once_only: page_of(
            exporter_of(FeedbackExporter, optimistic_validation=once_only), everything()
        )
        for once_only in (True, False)
    }
    assert pages[True] == pages[False]
    exporter = exporter_of(FeedbackExporter)
    exporter.register_preprocessor(Breaks, enabled=True)
    with pytest.raises(nbformat.ValidationError):
        page_of(exporter, everything())
