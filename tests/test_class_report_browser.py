"""The class report in a browser: for everybody to read, on a phone, at night, with no network."""

import shutil

import pytest

from autograder.execute.course import load_course
from autograder.reports.class_report.page import write_page
from autograder.reports.from_gradebook import standings
from tests.browser import headless, serious_faults, sideways_scroll
from tests.synthetic_class import NAME, random_class, write_class

SIZES = [(1280, False), (1280, True), (768, False), (360, False), (360, True), (320, False)]
LOOKED_INTO = (1280, 360)


@pytest.fixture(scope="module")
def browser():
    """A headless browser."""
    with headless() as browser:
        yield browser


@pytest.fixture(scope="module")
def page_file(tmp_path_factory, course):
    """The report on a class that has one of everything, all its details open."""
    members = random_class(60, seed=4)
    members[0].student = "a_very_long_name_" * 7
    members[0].notes = ("x" * 250 + " could not be read",)
    members[0].faults = {"extreme_p": "Traceback\nValueError: " + "y" * 400}
    folder = write_class(tmp_path_factory.mktemp("browser") / "course", course, members)
    broken = folder / "autograded" / members[1].student
    shutil.rmtree(broken)
    html = write_page(standings(load_course(folder, NAME)), written="now")
    file = folder / "report.html"
    file.write_text(html.replace("<details", "<details open"), "utf-8")
    return file


@pytest.fixture(
    scope="module", params=SIZES, ids=lambda size: f"{size[0]}-{'dark' if size[1] else 'light'}"
)
def opened(request, browser, page_file):
    """The page at some width, light or dark."""
    width, dark = request.param
    page = browser.open_page(page_file, width=width, dark=dark)
    yield page
    page.context.close()


def test_no_serious_fault_for_those_who_cannot_see_it_all(opened):
    if opened.viewport_size["width"] in LOOKED_INTO:
        assert serious_faults(opened) == []


def test_nobody_scrolls_sideways(opened):
    assert sideways_scroll(opened) == 0


def test_nothing_is_loaded_or_refused(browser, opened):
    seen = browser.seen[opened]
    assert (seen.outside, seen.complaints) == ([], [])


def test_each_plot_is_shown_once_and_its_text_can_be_read(opened):
    plots = opened.locator("svg[role=img]:visible")
    assert plots.count() == 2
    sizes = opened.evaluate(
        """() => [...document.querySelectorAll('svg[role=img]')]
            .filter(svg => svg.getClientRects().length)
            .flatMap(svg => [...svg.querySelectorAll('text')].map(text =>
                parseFloat(getComputedStyle(text).fontSize) * svg.getScreenCTM().a))"""
    )
    assert min(sizes) > 9.5  # CSS pixels


def test_keyboard_focus_can_be_seen(opened):
    opened.keyboard.press("Tab")
    focused = opened.locator(":focus")
    assert focused.get_attribute("href") == "#report"
    assert focused.bounding_box()["x"] >= 0
    opened.keyboard.press("Tab")
    assert opened.evaluate("() => getComputedStyle(document.activeElement).outlineStyle") == "solid"
