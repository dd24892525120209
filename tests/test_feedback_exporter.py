"""The course's feedback exporter: whatever the notebook holds, the page stays the course's own."""

import copy
import shutil

import nbformat
import pytest
from feedback_pages import broken, everything, folded, skeleton, soup
from nbconvert.exporters import HTMLExporter
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell, new_notebook, new_output
from nbgrader.apps import NbGraderApp
from nbgrader.converters import GenerateFeedback
from page_dom import harmful, own_scripts, parsed
from test_safe_pages import hostile_notebook

from autograder.reports.feedback_page.exporter import FeedbackExporter, first_words
from autograder.reports.feedback_page.page import kind_of
from autograder.reports.feedback_page.pictures import NO_DESCRIPTION, described

FOLDED, CODE = ("text", "given", "work", "added"), ("answer", "code")
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
def pages(exporter_of):
    """{name: page}, all from one exporter."""
    ours = exporter_of(FeedbackExporter)
    return {name: page_of(ours, make()) for name, make in NOTEBOOKS.items()}


def test_the_course_uses_it(converter):
    """Nothing else makes plain `nbgrader generate_feedback` write this page."""
    assert converter.exporter_class is FeedbackExporter
    assert FeedbackExporter(parent=converter, config=converter.config).is_ours


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_breaks_out(pages, name):
    """Each cell is folded in the page itself, none in another, and the page ends as it should."""
    cells = NOTEBOOKS[name]().cells
    are_folded = [kind_of(c) in FOLDED or (kind_of(c), c.cell_type) == CODE for c in cells]
    assert folded(pages[name]) == sum(are_folded)
    html, _, (head, body) = skeleton(pages[name])
    assert (html, head[0], body[0]) == ("html", "head", "body")
    assert [tag for tag, *_ in body[2]] == ["header", "main", "footer"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_page_acts_and_loads_nothing(pages, name):
    """No script at all, nothing of a student's that loads, and the browser is told to refuse it."""
    assert own_scripts(pages[name]) == ([], [])
    assert harmful(pages[name]) == []
    dom = parsed(pages[name])
    assert not dom.find_all(["link", "base", "iframe"])
    assert dom.find("meta", attrs={"http-equiv": True})["content"].startswith("default-src 'none'")


def test_names_of_students_and_comments_are_words_only(exporter_of):
    """A student's name, a notebook's name and a marker's comment are text in the page."""
    exporter = exporter_of(FeedbackExporter)
    evil = "<script>alert(1)</script>"
    names = {"notebook": evil, "student": evil, "late_penalty": 1, "late_sentences": [evil]}
    notebook = everything()
    for cell in notebook.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.update(score=0, comment=f"{evil} <b onclick='x'>kept</b>")
    page, _ = exporter.from_notebook_node(notebook, resources={"nbgrader": names})
    assert own_scripts(page) == ([], [])
    assert harmful(page) == []
    assert page.count("&lt;script&gt;") >= 4
    assert "<b>kept</b>" in page


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


@pytest.mark.parametrize("template", ["classic", "lab"])
def test_another_template_is_nbconverts(converter, template):
    """A course that names a template has that page."""
    config = copy.deepcopy(converter.config)
    config.HTMLExporter.template_name = template
    notebook = new_notebook(cells=[new_markdown_cell("<div><b>open", id="a")])
    ours, stock = (
        page_of(kind(parent=converter, config=config), notebook)
        for kind in (FeedbackExporter, HTMLExporter)
    )
    assert "<h1>n</h1>" not in ours
    assert ours == stock


def test_the_page_is_cleaned_whatever_the_course_says(converter):
    """Formgrader may be let show raw HTML; a page that goes from hand to hand may not."""
    config = copy.deepcopy(converter.config)
    config.HTMLExporter.update(sanitize_html=False, filters={})
    page = page_of(FeedbackExporter(parent=converter, config=config), hostile_notebook())
    assert own_scripts(page) == ([], [])
    assert harmful(page) == []


def test_pictures_are_described_and_have_their_size(pages):
    """Each plot, with words of its own; those in students' HTML and Markdown too."""
    pictures = parsed(pages["everything"]).select("figure img")
    assert [p["alt"] for p in pictures] == [
        f"Plot {n} from: given" for n in range(1, len(pictures) + 1)
    ]
    assert len(pictures) == 6
    assert [p.get("width") for p in pictures] == ["300", None, None, None, None, None]
    assert {p["src"][:22] for p in pictures} == {
        "data:image/png;base64,",
        "data:image/jpeg;base64",
        "data:image/svg+xml;bas",
    }
    assert all("alt" in p.attrs for p in parsed(pages["everything"]).find_all("img"))


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


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("Complete `train_step` for `dropout_1`.", "Complete train_step for dropout_1."),
        ("## A heading\n\n_Slanted_ and **bold** words.", "Slanted and bold words."),
        ("# Only a heading", "Only a heading"),
    ],
)
def test_a_folded_text_is_named_by_its_first_words(source, words):
    """Without its marks; an underscore within a name is none."""
    assert first_words(source) == words
