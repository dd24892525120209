"""TeX becomes MathML, or is shown as it was written; what a student writes acts in neither."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from page_dom import harmful, own_scripts, parsed

from autograder.pages.formulas import MAX_CHARACTERS, mathml
from autograder.pages.markdown import to_page
from autograder.quiz.questions.questions import ITEMS, question
from autograder.quiz.questions.variants import BASE

PIECES = [
    *re.findall(
        r"\S+",
        r"""\frac \sqrt \left( \right) \begin{pmatrix} \end{pmatrix} \begin{aligned} \text{ \href{
        \hspace{999em} \color{red} \rule{9em}{9em} \operatorname*{ \substack{ \limits \style{ \\
        { } ^ _ & [ ] ( ) a 1 < > " ' $ % # 한 <script> onclick=1 javascript:1""",
    ),
    " ",
    "\x00",
]


@pytest.mark.parametrize(
    ("tex", "shown"),
    [
        (r"\frac{D \odot x}{p}", ["mfrac"]),
        (r"x_{1,2}^2", ["msubsup"]),
        (r"\begin{aligned}a &= b \\ c &= d\end{aligned}", ["mtable", "mtr", "mtd"]),
        (r"\sum_{i=1}^{n} w_i^2 \frac{1-p}{p}", ["munderover", "mfrac"]),
        (r"\begin{cases}x & r < p\\0 & r \ge p\end{cases}", ["mtable"]),
    ],
)
def test_formulas_are_mathml(tex, shown):
    """Whole: no TeX command is left, and no character is an entity read twice."""
    dom = parsed(mathml(tex, True))
    assert dom.math["display"] == "block"
    for name in shown:
        assert dom.find(name)
    assert not re.search(r"[\\]|&[a-z#]", dom.get_text())


def test_every_formula_of_the_course_is_set(course):
    """None of the notebook's text falls back to its source."""
    prose = Path(course, "source", "dropout.en.md").read_text("utf-8")
    texts = [prose.replace("{{", "").replace("}}", "")]
    texts += [question(item, BASE).text for item in ITEMS]
    for text in texts:
        dom = parsed(to_page(text))
        assert len(dom.find_all("math")) >= 3
        assert not [c for c in dom.find_all("code") if "\\" in c.get_text()]
        assert not [m for m in dom.find_all("math") if "\\" in m.get_text()]


@pytest.mark.parametrize(
    "tex", ["}{", "{" * 2000, r"\frac" * 500, r"\left(" * 300, "a" * (MAX_CHARACTERS + 1)]
)
def test_what_cannot_be_set_is_shown_as_it_was_written(tex):
    """A student finds the formula again."""
    assert parsed(mathml(tex)).code.get_text() == tex


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_nothing_acts_and_nothing_escapes(tex):
    """Whatever the TeX: one element, MathML's presentation only, no address, no event."""
    for source in (f"${tex}$", f"$$\n{tex}\n$$", f"[${tex}$](http://a.b 'x ${tex}$')"):
        page = f'<div class="text_cell_render">{to_page(source)}</div><p id="after">'
        assert harmful(page) == []
        assert own_scripts(page) == ([], [])
        assert parsed(page).find(id="after").parent.name == "[document]"
    formula = parsed(mathml(tex))
    assert [e.name for e in formula if e.name] in (["math"], ["code"])
    for element in formula.find_all(True):
        assert not {"href", "style", "class", "id", "src"} & set(element.attrs)


def test_code_and_attributes_keep_their_dollars():
    """Formulas are set in text only."""
    dom = parsed(to_page("`$a$`\n\n    $b$\n\n<b title='$c$'>$d$</b>\n\n![$e$](x.png)"))
    assert [c.get_text().strip() for c in dom.find_all("code")] == ["$a$", "$b$"]
    assert dom.b["title"] == "$c$"
    assert dom.img["alt"] == "e"
    assert [m.get_text() for m in dom.find_all("math")] == ["d"]


def test_a_formula_s_mark_cannot_be_written():
    """The characters that stand for formulas are the student's no more than others' formulas."""
    page = to_page("\ue0000\ue001 $x$ <b title='\ue0000\ue001'>b</b>")
    assert page.count("<math") == 1
    assert "\ufffd0\ufffd" in page


def test_very_many_formulas_cost_no_time_without_end():
    """Beyond some hundred a cell they are shown as written."""
    dom = parsed(to_page("$x$ " * 2000))
    assert len(dom.find_all("math")) == 400
    assert len(dom.find_all("code")) == 1600
