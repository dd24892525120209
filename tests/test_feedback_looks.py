"""The feedback page in a browser: on a phone and a desk, light and dark, by eye and by ear."""

import itertools

import nbformat
import pytest
from browser import headless, serious_faults, sideways_scroll
from feedback_pages import everything
from marked_notebooks import NAMES, answer, notebook, text, three_misconceptions
from test_feedback_page import exporter
from test_safe_pages import hostile_notebook

FORMULAS = r"""$$\text{out} = \frac{D \odot x}{p}, \qquad \mathrm{Var} = \mathbf{s}^2
\left(\frac{1}{2p} - \frac{1}{2\pi}\right) + x_1 + x_2 + x_3 + x_4 + x_5 + x_6 + x_7 + x_8$$

| a | b | c | d | e | f | g | h |
|---|---|---|---|---|---|---|---|
| 1000000 | 1000000 | 1000000 | 1000000 | 1000000 | 1000000 | 1000000 | 1000000 |"""
OPEN_ALL = "document.querySelectorAll('details').forEach(d => d.open = true)"


def wide():
    """Formulas and tables that are wider than a phone, and a word that has no end."""
    return notebook(
        text(f"## Part 1\n\n{FORMULAS}", "a"),
        answer("w", f"{FORMULAS}\n\n{'word' * 200}", comment=f"{FORMULAS}\n\n`{'code' * 100}`"),
    )


MADE = {
    "misconceptions": three_misconceptions,
    "everything": everything,
    "wide": wide,
    "hostile": hostile_notebook,
}


@pytest.fixture(scope="module")
def browser():
    with headless() as started:
        yield started


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """{name: file of a page}."""
    folder, found = tmp_path_factory.mktemp("pages"), {}
    for name, make in MADE.items():
        made = nbformat.from_dict(make())
        for cell in made.cells:
            if "nbgrader" in cell.metadata:
                cell.metadata.nbgrader.setdefault("score", 1.0)
        page, _ = exporter().from_notebook_node(made, {"nbgrader": dict(NAMES)})
        found[name] = folder / f"{name}.html"
        found[name].write_text(page, "utf-8")
    return found


@pytest.mark.parametrize(
    ("name", "look"), list(itertools.product(MADE, ((360, True), (1280, False))))
)
def test_everybody_can_read_it(browser, files, name, look):
    """No serious fault, nothing to scroll sideways, nothing fetched or refused; folded or not."""
    page = browser.open_page(files[name], *look)
    for _ in range(2):
        assert serious_faults(page) == []
        assert sideways_scroll(page) == 0
        page.evaluate(OPEN_ALL)
    seen = browser.seen[page]
    assert (seen.outside, seen.dialogs) == ([], [])
    # A picture of a student's that is not there is refused or missing, and that is all.
    assert [c for c in seen.complaints if "ERR_FILE_NOT_FOUND" not in c] == []
    page.context.close()


def test_the_first_lost_mark_is_on_the_second_screen_at_most(browser, files):
    """Nobody has to look for what was lost."""
    for width, height in ((1280, 900), (360, 740)):
        page = browser.open_page(files["misconceptions"], width=width, height=height)
        top = page.evaluate("document.querySelector('article.lost').getBoundingClientRect().top")
        assert top < 2 * height
        page.context.close()


def test_a_keyboard_is_enough(browser, files):
    """The first stop skips to the marks; a link to the text ends at a summary that opens it."""
    page = browser.open_page(files["misconceptions"])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    link = page.locator("article.lost .advice a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("location.hash.length > 1")
    page.keyboard.press("Tab")  # from the place of the link's target on
    target = page.evaluate("location.hash")
    page.locator(target).focus()
    page.keyboard.press("Enter")
    assert page.locator(f"details:has({target})").first.get_attribute("open") is not None
    page.context.close()


def test_formulas_are_set(browser, files):
    """A fraction is taller than a letter: the browser draws MathML, and no TeX is left over."""
    page = browser.open_page(files["wide"])
    page.evaluate(OPEN_ALL)
    height = page.evaluate("document.querySelector('mfrac').getBoundingClientRect().height")
    assert height > 20
    assert "\\frac" not in page.inner_text("main")
    page.context.close()
