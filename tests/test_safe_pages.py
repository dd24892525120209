"""Pages show plots, tables and formulas of students, and nothing of theirs acts or loads."""

import base64
import html as entities
import io
import shutil
import types

import matplotlib.pyplot as plt
import nbformat
import pytest
from matplotlib.figure import Figure
from nbconvert.exporters import HTMLExporter, NotebookExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output, new_raw_cell
from nbgrader.apps import NbGraderApp
from nbgrader.converters import GenerateFeedback
from nbgrader.preprocessors import CheckCellMetadata
from nbgrader.server_extensions.formgrader.formgrader import FormgradeExtension
from page_dom import harmful, own_scripts, parsed

from autograder.execute.feedback import HideFromStudents
from autograder.marking.cell import RESULT_MIME
from autograder.pages.html import clean
from autograder.pages.images import picture
from autograder.pages.markdown import safe_source, to_html
from autograder.pages.paths import PathMask
from autograder.pages.sanitize import SanitizeNotebook
from autograder.pages.svg import clean_svg

HTML = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    '<img src="http://evil.example/seen.png">',
    '<img src="/formgrader/submissions/1/next">',
    '<img srcset="http://evil.example/seen.png 2x">',
    '<a href="javascript:alert(1)">x</a>',
    '<a href="jav&#x0A;ascript:alert(1)">x</a>',
    '<a href=" &#14; javascript:alert(1)">x</a>',
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    '<a href="vbscript:x" target="_top">x</a>',
    '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
    "<object data='data:text/html,x'></object><embed src='x.swf'>",
    '<form action="/formgrader/api"><input class="score" id="test_net"><button>ok</button></form>',
    '<base href="http://evil.example/"><meta http-equiv="refresh" content="0;url=http://e.example">',
    '<link rel="stylesheet" href="http://evil.example/x.css">',
    "<style>.score {display: none} @import 'http://evil.example/x.css';</style>",
    '<div style="position:fixed;top:0;left:0;width:100%;height:100%;z-index:9">19 / 19</div>',
    '<p style="width:expression(alert(1));background:url(http://evil.example/p.png)">x</p>',
    '<p style="margin-top:-500px;color:url(http://evil.example/)">x</p>',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    '<svg><animate attributeName="href" values="javascript:alert(1)"/></svg>',
    '<svg><foreignObject><iframe src="http://evil.example"></iframe></foreignObject></svg>',
    '<math><mi xlink:href="javascript:alert(1)">x</mi></math>',
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',  # noqa: E501
    "</textarea></div></div></body></html><h1 onclick=alert(1) id=comment>x</h1>",
    "<div id='test_net' class='score btn nbgrader_cell' data-link='x' name='submission_id'>x</div>",
    "<!--[if IE]><script>alert(1)</script><![endif]-->",
    '<video src="http://evil.example/v" onplay=alert(1)></video>',
    "<details ontoggle=alert(1) open><summary>x</summary></details>",
    "<xmp><img src=x onerror=alert(1)></xmp><plaintext><script>alert(1)</script>",
    "<" * 200 + "script>alert(1)",
    "<div>" * 3000 + "deep",
]
MARKDOWN = [
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "![x](http://evil.example/seen.png)",
    '![x](x.png"onerror="alert(1))',
    "![gone](attachment:gone.png)",
    "# test_net",
    "```mermaid\n<script>alert(1)</script>\n```",
    "`<script>alert(1)</script>`",
    "$$\\href{javascript:alert(1)}{x}$$",
    ">" * 5000,
    "\\begin{a}" * 5000,
    "[" * 50_000,
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def graded(name, source, kind="code", solution=False, points=5):
    """A released cell that is marked, with the metadata that nbgrader gives it."""
    make = new_code_cell if kind == "code" else new_markdown_cell
    nbgrader = {
        "grade_id": name,
        "grade": True,
        "solution": solution,
        "locked": not solution,
        "task": False,
        "schema_version": 3,
        "points": points,
    }
    return make(source, id=name, metadata={"nbgrader": nbgrader})


def display(data, **metadata):
    return new_output("display_data", data=data, metadata=metadata)


def png():
    """A real plot, in base64."""
    buffer = io.BytesIO()
    Figure(figsize=(1, 1)).savefig(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def hostile_notebook():
    """Everything above, in every place that a student's work has on a page."""
    cells = [new_markdown_cell(text, id=f"m{i}") for i, text in enumerate(HTML + MARKDOWN)]
    cells += [graded("written", "\n\n".join(HTML[:20]), kind="markdown", solution=True)]
    cells += [new_raw_cell(text, id=f"r{i}") for i, text in enumerate(HTML)]
    outputs = [display({"text/html": text, "text/plain": text}) for text in HTML]
    outputs += [display({"text/markdown": text}) for text in MARKDOWN]
    outputs += [display({"text/latex": f"$\\href{{javascript:alert(1)}}{{x}}${HTML[2]}"})]
    outputs += [
        display({"application/javascript": "alert(1)"}),
        display({"application/vnd.jupyter.widget-view+json": {"model_id": "x"}}),
        display({"text/html": "<p>x</p>"}, **{"text/html": {"isolated": True}}),
        display({"image/png": png()}, **{"image/png": {"width": "1 onload=alert(1)"}}),
        display({"image/png": png()}, filenames={"image/png": "http://evil.example/x.png"}),
        display({"image/png": 'x" onerror="alert(1)'}),
        display({"image/svg+xml": SVG.format("<script>alert(1)</script>")}),
        display({"text/html": HTML[0], RESULT_MIME: {"mark": 19}}),
        new_output("stream", name="stdout", text="\x1b[31m<script>alert(1)</script>\x1b]8;;x\x07"),
        new_output("error", ename=HTML[0], evalue=HTML[2], traceback=HTML[:3]),
    ]
    cells.append(new_code_cell("'</textarea><script>alert(1)</script>'", id="c", outputs=outputs))
    cells[-1].metadata = {"tags": ["x' onclick='alert(1)"], "transient": {"remove_source": True}}
    cells.append(graded("test_net", "# marked here", points=19))
    cells[-1].outputs = [display({"text/html": '<div class="cell-result"><p>19 of 19</p></div>'})]
    notebook = new_notebook(cells=cells)
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    notebook.metadata["title"] = "</title><script>alert(1)</script>"
    return notebook


@pytest.fixture(scope="module")
def pages(course, tmp_path_factory):
    """pages(notebook): {"feedback": page, "formgrader": page}, by the course's configuration."""
    folder = tmp_path_factory.mktemp("course")
    shutil.copy(course / "nbgrader_config.py", folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        app = NbGraderApp()
        app.load_config_file()
        formgrader = FormgradeExtension()  # as its load_jupyter_server_extension makes it
        formgrader.root_dir = str(folder)
        formgrader.initialize([])
        webapp = types.SimpleNamespace(settings={})
        formgrader.init_tornado_settings(webapp)
    feedback = GenerateFeedback(coursedir=formgrader.coursedir, config=app.config)
    exporters = {
        "feedback": feedback.exporter_class(parent=feedback, config=feedback.config),
        "formgrader": webapp.settings["nbgrader_exporter"],
    }
    for name in ("GetGrades", "HideFromStudents"):  # the first needs a gradebook
        assert any(str(p).endswith(name) for p in feedback.preprocessors)
    exporters["feedback"].register_preprocessor(HideFromStudents, enabled=True)
    resources = {
        "nbgrader": {"notebook": "n", "score": 0, "max_score": 1, "late_penalty": 0},
        "notebook_id": "n",
        "assignment_id": "a",
        "submission_id": "s",
        "base_url": "",
        "index": 0,
        "total": 1,
        "student": "s",
        "notebook_path": "x",
    }

    def run(notebook):
        notebook = nbformat.from_dict(notebook)
        for cell in notebook.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader["score"] = 0  # as GetGrades does
        return {
            name: exporter.from_notebook_node(notebook, resources=dict(resources))[0]
            for name, exporter in exporters.items()
        }

    return run


@pytest.fixture(scope="module")
def hostile_pages(pages):
    return pages(hostile_notebook())


@pytest.mark.parametrize("which", ["feedback", "formgrader"])
def test_nothing_of_a_students_acts_or_loads(hostile_pages, which):
    """No active element, event, foreign address, id or overlay where students' work stands."""
    page = hostile_pages[which]
    assert "<h1>" in page  # the students' parts are there, and are found
    assert harmful(page) == []


@pytest.mark.parametrize("which", ["feedback", "formgrader"])
def test_the_pages_own_scripts_stay_its_only_ones(hostile_pages, pages, which):
    """The hostile page has the scripts and events of an empty one: nothing broke out."""
    empty = pages(new_notebook(cells=[]))[which]
    assert own_scripts(hostile_pages[which]) == own_scripts(empty)


def test_formgraders_fields_are_its_own(hostile_pages):
    """One field of the test cell's id, and no other element of a class that its scripts use."""
    dom = parsed(hostile_pages["formgrader"])
    assert [e.name for e in dom.find_all(id="test_net")] == ["input"]
    assert len(dom.select(".score")) == 2  # the test cell's and the written answer's
    assert len(dom.select("textarea")) == 1


def test_only_a_test_cell_has_the_look_of_a_result(hostile_pages, pages):
    """The class that a result has is the student's nowhere."""
    fake = new_notebook(
        cells=[
            new_markdown_cell('<div class="cell-result">fake</div>', id="a"),
            new_code_cell("x", id="b", outputs=[display({"text/html": '<p class="cell-result">'})]),
        ]
    )
    for page in (hostile_pages, pages(fake)):
        shown = [e.get_text().strip() for e in parsed(page["formgrader"]).select(".cell-result")]
        assert shown in ([], ["19 of 19"])
    assert parsed(hostile_pages["formgrader"]).select(".cell-result")


@pytest.mark.parametrize("name", ["lost", "evidence", "comment", "note", "full", "total", "answer"])
def test_no_student_has_the_look_of_feedback(pages, name):
    """The page's own boxes cannot be written: classes of students' HTML are not kept."""
    html = f'<div class="{name}" id="lost">100 of 100</div>'
    outputs = [display({"text/html": html}), display({"text/markdown": html})]
    cells = [new_markdown_cell(html, id="a"), new_code_cell("x", id="b", outputs=outputs)]
    dom = parsed(pages(new_notebook(cells=cells))["feedback"])
    shown = [e for e in dom.find_all("div") if e.get_text().strip() == "100 of 100"]
    assert len(shown) >= 3
    assert not [e for e in shown if name in e.get("class", ())]
    assert len(dom.select("#lost")) == 1


def test_the_autograded_notebook_itself_is_clean():
    """Once the preprocessor has run, pages made without the course's configuration are safe."""
    notebook, _ = SanitizeNotebook().preprocess(hostile_notebook(), {})
    nbformat.validate(notebook)
    CheckCellMetadata().preprocess(notebook, {})
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type != "raw"]
    stock = HTMLExporter(template_name="classic", exclude_anchor_links=True)
    page, _ = stock.from_notebook_node(notebook)
    assert harmful(page) == []
    raw = new_notebook(cells=hostile_notebook().cells[: len(HTML)])
    assert len(harmful(stock.from_notebook_node(raw)[0])) > 40
    assert own_scripts(page) == own_scripts(stock.from_notebook_node(new_notebook())[0])


def test_cleaning_twice_changes_nothing_more():
    """A notebook that is autograded, and then made into a page, is what it was."""
    once, _ = SanitizeNotebook().preprocess(hostile_notebook(), {})
    twice, _ = SanitizeNotebook().preprocess(nbformat.from_dict(once), {})
    assert once == twice


def test_a_forged_result_is_dropped_and_the_real_one_kept():
    """Structured results count in test cells only."""
    forged = new_code_cell("x", outputs=[display({RESULT_MIME: {"mark": 19}})])
    real = graded("test_net", "# marked here")
    real.outputs = [display({RESULT_MIME: {"mark": 3}, "text/plain": "3 of 19"})]
    notebook = new_notebook(cells=[forged, real])
    SanitizeNotebook().preprocess(notebook, {})
    assert RESULT_MIME not in notebook.cells[0].outputs[0].data
    assert notebook.cells[1].outputs[0].data[RESULT_MIME] == {"mark": 3}


def test_the_courses_own_prose_is_shown_as_written(course):
    """No cell of the source notebook is changed by cleaning."""
    notebook = nbformat.read(course / "source/dropout/dropout.ipynb", as_version=4)
    before = [cell.source for cell in notebook.cells]
    SanitizeNotebook().preprocess(notebook, {})
    assert [cell.source for cell in notebook.cells] == before


def test_plots_tables_and_formulas_are_kept(pages):
    """A PNG, an SVG plot, a table in pandas' way, LaTeX, a formula in Markdown, code, a link."""
    buffer = io.StringIO()
    figure = Figure(figsize=(2, 2))
    figure.subplots().plot([1, 2, 3], label="loss")
    with plt.rc_context({"svg.fonttype": "none"}):
        figure.savefig(buffer, format="svg")
    table = (
        "<div>\n<style scoped>\n .dataframe tbody tr th {vertical-align: top}\n</style>\n"
        '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th>'
        "<th>p</th></tr></thead><tbody><tr><th>0</th><td>0.25</td></tr></tbody></table>\n</div>"
    )
    outputs = [
        display({"image/png": png(), "text/plain": "<Figure>"}, **{"image/png": {"width": 300}}),
        display({"image/svg+xml": buffer.getvalue(), "text/plain": "<Figure>"}),
        display({"text/html": table, "text/plain": "  p"}),
        display({"text/latex": "$\\displaystyle x^2$", "text/plain": "x**2"}),
    ]
    prose = (
        "If $a<b$ then $$\\frac{a}{b} \\le 1$$\n\n```python\nx = [1]\n```\n\n[a](https://a.org/b)"
    )
    notebook = new_notebook(
        cells=[
            new_markdown_cell(prose, id="a"),
            new_markdown_cell(f"![p](data:image/png;base64,{png()})", id="b"),
            new_markdown_cell(
                "![p](attachment:p.png)", id="e", attachments={"p.png": {"image/png": png()}}
            ),
            new_code_cell("x", id="c", outputs=outputs),
        ]
    )
    SanitizeNotebook().preprocess(notebook, {})
    assert notebook.cells[0].source == prose
    for which, page in pages(notebook).items():
        dom = parsed(page)
        images = [i["src"] for i in dom.find_all("img")]
        assert sum(src == f"data:image/png;base64,{png()}" for src in images) == 3
        svg = next(src for src in images if src.startswith("data:image/svg+xml;base64,"))
        assert "<path" in (drawn := base64.b64decode(svg.partition(",")[2]).decode("utf-8"))
        assert "clip-path" in drawn
        assert dom.find("table", class_="dataframe").find("td").get_text() == "0.25"
        text = dom.get_text()
        assert ".dataframe tbody" not in text
        if which == "formgrader":  # MathJax sets them there
            assert "$\\displaystyle x^2$" in text
            assert "If $a<b$ then $$\\frac{a}{b} \\le 1$$" in text
        else:
            formulas = [m.get_text() for m in dom.find_all("math")]
            assert formulas == ["a<b", "ab≤1", "x2"]
            assert "$" not in text
        assert dom.find("a", href="https://a.org/b")
        assert dom.select(".highlight .mi")


@pytest.mark.parametrize("source", [*HTML, *MARKDOWN])
def test_markdown_is_rendered_without_harm_wherever(source):
    """Cleaned source, rendered by nbconvert's own filter, is as harmless as the page's."""
    from nbconvert.filters import markdown2html

    for rendered in (to_html(source), markdown2html(safe_source(source))):
        body = rendered if "<h1 id=" not in rendered else ""  # stock anchors; pages have none
        assert harmful(f'<div class="text_cell_render">{body}</div>') == []
        assert "\\href" not in parsed(body).get_text() or "<pre>" in body


@pytest.mark.parametrize(
    "text",
    [
        "$\\href{javascript:alert(1)}{x}$",
        "$\\\\href{javascript:alert(1)}{x}$",
        "$\\&#104;ref{javascript:alert(1)}{x}$",
        "$&bsol;href{javascript:alert(1)}{x}$",
        "$\\let\\x\\href \\require{html} \\cssId{test_net}{x} \\htmlClass{score}{x}$",
    ],
)
def test_formulas_link_load_and_name_nothing(text):
    """The commands are taken apart, however they are written; code is left as it is."""
    shown = entities.unescape(clean(text))
    assert not any(f"\\{c}" in shown for c in ("href", "require", "cssId", "htmlClass"))
    assert "\\href" in clean("<code>\\href</code>")


@pytest.mark.parametrize(
    "content",
    [
        "<script>alert(1)</script>",
        '<rect onload="alert(1)" width="1"/>',
        "<foreignObject><p>x</p></foreignObject>",
        '<a xlink:href="javascript:alert(1)"><text>x</text></a>',
        '<use xlink:href="http://evil.example/x.svg#a"/>',
        '<image xlink:href="http://evil.example/x.png"/>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        "<style>@import 'http://evil.example/x.css';</style>",
        '<rect style="fill:url(http://evil.example/x)" width="1"/>',
    ],
)
def test_svg_keeps_shapes_only(content):
    """Nothing that acts or loads is left, and the shape beside it is."""
    cleaned = clean_svg(SVG.format(content + '<path d="M0 0"/>'))
    assert "M0 0" in cleaned
    for word in ("alert", "evil", "foreignObject", "animate", "<a"):
        assert word not in cleaned


def test_svg_that_multiplies_is_dropped():
    """Copies of copies, and entities of entities."""
    copies = "".join(
        f'<g id="a{i}">' + f'<use xlink:href="#a{i - 1}"/>' * 10 + "</g>" for i in range(1, 20)
    )
    cleaned = clean_svg(SVG.format(f'<g id="a0"><path d="M0 0"/></g>{copies}'))
    assert cleaned.count("<use") == 10  # those of the first group only
    bomb = '<!DOCTYPE svg [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + SVG.format("&b;")
    assert clean_svg(bomb) is None
    assert clean_svg(SVG.format("<g>" * 5000 + "</g>" * 5000)) is None


def test_pictures_are_pictures_of_a_sane_size():
    """Other content under a picture's name, and a picture of gigapixels, are not shown."""
    assert picture("image/png", png())
    assert picture("image/jpeg", png()) is None
    assert picture("image/png", base64.b64encode(b"<script>").decode()) is None
    huge = bytearray(base64.b64decode(png()))
    huge[16:24] = (60_000).to_bytes(4, "big") * 2
    assert picture("image/png", base64.b64encode(bytes(huge)).decode()) is None


def test_the_instructors_paths_are_masked(tmp_path, monkeypatch):
    """In streams, errors, plain text, HTML and results; what follows a place stays readable."""
    monkeypatch.chdir(tmp_path)
    import numpy

    inside = f"{tmp_path}/source/dropout/cs231n/layers.py"
    cell = graded("test_net", "# marked here")
    texts = [inside, numpy.__file__]
    traceback = [f"\x1b[32m{text}\x1b[0m" for text in texts]
    cell.outputs = [
        new_output("stream", name="stderr", text=f'File "{inside}", line 3'),
        new_output("error", ename="E", evalue=inside, traceback=traceback),
        display({"text/html": f"<p>{inside}</p>", "text/plain": inside, RESULT_MIME: {"a": texts}}),
    ]
    notebook = new_notebook(cells=[cell])
    SanitizeNotebook().preprocess(notebook, {})
    written = nbformat.writes(notebook)
    assert str(tmp_path) not in written
    assert str(numpy.__path__[0]) not in written
    assert "…/source/dropout/cs231n/layers.py" in cell.outputs[0].text
    assert "site-packages/numpy/__init__.py" in cell.outputs[1].traceback[1]
    assert PathMask("/home/prof")("/home/professor/x, /home/prof/x") == "/home/professor/x, …/x"


def test_hidden_tests_leave_the_page_and_a_students_marker_does_no_harm(pages):
    """Half a pair of markers in a student's cell would otherwise stop the page."""
    secret = "### BEGIN HIDDEN TESTS\nSECRET_1 = 1\n### END HIDDEN TESTS"
    rubric = "### BEGIN MARK SCHEME\nSECRET_2\n### END MARK SCHEME"
    question = graded("question", f"Why?\n{rubric}", kind="markdown")
    question.metadata.nbgrader.grade = False
    notebook = new_notebook(
        cells=[
            graded("test_net", f"# marked here\n{secret}"),
            question,
            new_code_cell("x = 'kept'\n### BEGIN HIDDEN TESTS", id="a"),
            new_markdown_cell("### BEGIN MARK SCHEME\n\nmy answer", id="b"),
        ]
    )
    page = pages(notebook)["feedback"]
    assert "SECRET" not in page
    assert "kept" in page
    assert "my answer" in page


def test_nbgrader_s_way_of_registering_it_is_enough():
    """Preprocessors of nbconvert's own kind are switched off there, and nothing would say so."""
    cell = new_code_cell("HTML(...)")
    cell.outputs = [
        new_output("display_data", {"text/html": "<script>alert(1)</script><b>kept</b>"})
    ]
    exporter = NotebookExporter()
    exporter.register_preprocessor("autograder.pages.sanitize.SanitizeNotebook")
    written, _ = exporter.from_notebook_node(new_notebook(cells=[cell]))
    assert "kept" in written
    assert "<script" not in written
