"""The tests' browser sees what it is asked to see: faults, overflow, fetches, scripts."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser import headless, screenshot, serious_faults, sideways_scroll

PAGE = """<!doctype html><html lang="en"><head><title>t</title>
<meta name="viewport" content="width=device-width">{head}</head>
<body><main><h1>t</h1>{body}</main></body></html>"""
CLOSED = (
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">"
)


@pytest.fixture(scope="module")
def browser():
    with headless() as browser:
        yield browser


@pytest.fixture
def show(browser, tmp_path):
    """show(body, head="", **options): the page opened in the browser."""

    def run(body, head="", **options):
        path = tmp_path / "page.html"
        path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
        return browser.open_page(path, **options)

    return run


@pytest.mark.parametrize("head", ["", CLOSED])
def test_a_fault_is_found_whatever_the_page_forbids(show, head):
    """A picture without a text, named with its element; the same page with one has no fault."""
    picture = '<img {} src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
    faults = serious_faults(show(picture.format(""), head))
    assert len(faults) == 1
    assert faults[0].startswith("critical image-alt")
    assert "<img" in faults[0]
    assert serious_faults(show(picture.format('alt="a dot"'), head)) == []


def test_faint_text_is_found_in_the_light_that_it_is_faint_in(show):
    """Dark mode is the reader's preference, and its colours are the ones that are judged."""
    head = (
        "<style>body {background: #fff; color: #000} @media (prefers-color-scheme: dark)"
        " {body {background: #000; color: #333}}</style>"
    )
    assert serious_faults(show("<p>text</p>", head)) == []
    assert "color-contrast" in serious_faults(show("<p>text</p>", head, dark=True))[0]


def test_a_wide_page_is_measured(show):
    """On a phone, and only as far as it sticks out."""
    wide = '<div style="position:absolute; left:0; width:500px">wide</div>'
    assert sideways_scroll(show(wide, width=360)) == 140
    assert sideways_scroll(show(wide, width=800)) == 0


def test_a_page_that_a_phone_would_shrink_is_wide(browser, tmp_path):
    """Without a viewport of its own, a phone lays a page out as for a desk."""
    (tmp_path / "page.html").write_text("<!doctype html><title>t</title><p>text")
    assert sideways_scroll(browser.open_page(tmp_path / "page.html", width=360)) > 500


def test_what_a_page_would_fetch_elsewhere_is_seen(browser, show):
    """By an element, by a script, by a frame; and a page that fetches nothing has a clean record.

    Where the page's own policy forbids it, the complaint says so.
    """
    body = (
        '<img src="http://198.51.100.1/a.png" alt=""><iframe src="https://frame.example/"></iframe>'
        '<script>fetch("https://fetch.example/x").catch(() => document.title = "refused")</script>'
    )
    page = show(body)
    page.wait_for_function("() => document.title == 'refused'")
    assert sorted(browser.seen[page].outside) == [
        "http://198.51.100.1/a.png",
        "https://fetch.example/x",
        "https://frame.example/",
    ]
    page = show('<img src="http://198.51.100.1/a.png" alt="">', CLOSED)
    assert browser.seen[page].outside == []
    assert any("198.51.100.1" in said for said in browser.seen[page].complaints)
    quiet = browser.seen[show("<p>text</p>", CLOSED)]
    assert quiet.outside == quiet.complaints == quiet.dialogs == []


def test_what_runs_is_seen(browser, show):
    """A dialog is closed and remembered, an error is remembered, and the page's policy holds."""
    script = "<script>alert('hello'); nothing.at.all</script>"
    page = show(script)
    assert browser.seen[page].dialogs == ["hello"]
    assert any("nothing" in said for said in browser.seen[page].complaints)
    assert browser.seen[show(script, CLOSED)].dialogs == []


def test_a_screenshot_shows_the_whole_page(show, tmp_path):
    """Three windows high, not one: PNG keeps its height in bytes 20 to 24."""
    page = show('<div style="height: 2700px">high</div>', height=900)
    written = screenshot(page, tmp_path / "new" / "page.png").read_bytes()
    assert written.startswith(b"\x89PNG")
    assert int.from_bytes(written[20:24]) >= 2700


def test_asyncio_may_be_used_once_it_is_closed():
    """Playwright's loop is gone from the thread, and no other module's test stumbles over it."""

    def run():
        with headless() as browser:
            assert browser.seen == {}
        return asyncio.run(asyncio.sleep(0, "ran"))

    with ThreadPoolExecutor(1) as pool:  # a thread of its own: this one has a browser already
        assert pool.submit(run).result() == "ran"
