"""What is remembered from page to page decides nothing: answers are those of the first time."""

import pytest
from feedback_pages import broken, everything
from nbconvert.filters.highlight import Highlight2HTML
from nbformat.v4 import new_output
from test_safe_pages import HTML, hostile_notebook, png

from autograder.pages import html, markdown
from autograder.pages.once import ANSWERS, MAX_CHARACTERS, once
from autograder.pages.sanitize import SanitizeNotebook
from autograder.reports.feedback_page.exporter import remembered


def test_outputs_are_what_nbformat_makes():
    """Made without looking each up in the schema, and of nbformat's own kind."""
    for notebook in (everything(), hostile_notebook(), broken()):
        SanitizeNotebook().preprocess(notebook, {})
        outputs = [o for c in notebook.cells if c.cell_type == "code" for o in c.outputs]
        assert outputs
        for output in outputs:
            made = new_output(**output)
            assert made == output
            assert [type(v) for v in made.values()] == [type(v) for v in output.values()]


def test_code_is_highlighted_as_by_nbconvert():
    """The same text in another language, by a cell's magic or the notebook's lexer, is another."""
    for lexer in ("ipython3", "rust", None):
        stock = Highlight2HTML(pygments_lexer=lexer)
        ours = remembered(stock)
        for source in ("x = 1 # a\n", "%%html\n<b>x</b>", "", "é\x00", *HTML[:9]):
            for arguments in ({}, {"metadata": {"magics_language": "html"}}, {"language": "c"}):
                for _ in range(2):
                    assert ours(source, **arguments) == stock(source, **arguments)


def test_only_whole_answers_to_short_texts_are_kept():
    """Each once; long ones, and failures, anew."""
    asked = []

    @once
    def answer(text, more=0):
        asked.append((text, more))
        if text == "bad":
            raise RecursionError
        return len(text) + more

    assert [answer("a"), answer("a"), answer("a", 1), answer("a", 1)] == [1, 1, 2, 2]
    assert asked == [("a", 0), ("a", 1)]
    long = "x" * (MAX_CHARACTERS + 1)
    assert [answer(long), answer(long)] == [len(long)] * 2
    for _ in range(2):
        with pytest.raises(RecursionError):
            answer("bad")
    assert len(asked) == 6
    for number in range(ANSWERS):
        answer(f"other {number}")
    answer("a")
    assert asked[-1] == ("a", 0)  # forgotten meanwhile


def test_what_else_counts_is_part_of_the_question():
    """A cell's own classes and attached pictures, not the text alone, decide."""
    text = '<p class="alert cell-result">x</p>'
    assert html.clean(text) == "<p>x</p>"
    assert html.clean(text, ("alert",)) == '<p class="alert">x</p>'
    assert html.clean(text) == "<p>x</p>"
    source = "![p](attachment:p.png)"
    assert png() not in markdown.to_html(source)
    assert png() in markdown.to_html(source, {"p.png": {"image/png": png()}})
    assert png() not in markdown.to_html(source)
