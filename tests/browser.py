"""A headless Chromium for tests, without a network, and what one asks of the pages it shows.

A module that needs it has this fixture; it skips where Playwright or a browser is missing:

    @pytest.fixture(scope="module")
    def browser():
        with headless() as browser:
            yield browser

Module scope, because asyncio.run() fails in this thread as long as Playwright's loop lives in it.
"""

import contextlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
NARROW = 600  # px; what is narrower is laid out as on a phone
MILLISECONDS = 60_000  # patience with a loaded machine; nothing waits that long on a sound page


@dataclass
class Seen:
    """What a page did beside showing itself."""

    outside: list = field(default_factory=list)  # addresses it tried to load that are not ours
    complaints: list = field(default_factory=list)  # its uncaught errors and the console's
    dialogs: list = field(default_factory=list)  # the text of each alert, confirm and prompt


class Headless:
    """A running browser. seen: {page: Seen} of every page that open_page has opened."""

    def __init__(self, chromium):
        self._chromium = chromium
        self.seen = {}

    def open_page(self, where, width=1280, dark=False, height=900, script=""):
        """Open a file's path or an address; returns Playwright's page once it has loaded.

        width, height: of the window, in CSS pixels; dark: whether the reader prefers dark pages;
        script: JavaScript to run in the page before its own. The page's own
        Content-Security-Policy holds: what it forbids is among seen[page].complaints.
        """
        phone = width < NARROW
        context = self._chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            is_mobile=phone,  # obeys, and misses, the page's <meta name="viewport">
            has_touch=phone,
            service_workers="block",
        )
        context.set_default_timeout(MILLISECONDS)
        if script:
            context.add_init_script(script)
        seen = Seen()

        def fetch(route):
            if _is_ours(route.request.url):
                route.continue_()
            else:
                seen.outside.append(route.request.url)
                route.abort()

        def ask(dialog):
            seen.dialogs.append(dialog.message)
            dialog.dismiss()

        def connect(socket):
            if not _is_ours(socket.url):
                seen.outside.append(socket.url)

        context.route("**/*", fetch)
        page = context.new_page()
        page.on("dialog", ask)
        page.on("websocket", connect)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("console", lambda said: said.type == "error" and seen.complaints.append(said.text))
        self.seen[page] = seen
        where = str(where)
        page.goto(where if "://" in where else Path(where).resolve().as_uri())
        return page


@contextlib.contextmanager
def headless():
    """A browser, closed at the end; the test is skipped where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="no Playwright (requirements-browser.lock)"
    )
    pytest.importorskip(
        "axe_playwright_python", reason="no axe-playwright-python (requirements-browser.lock)"
    )
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"no browser: none of {', '.join(PROGRAMS)} is installed")
    arguments = [
        "--disable-gpu",
        "--disable-dev-shm-usage",
        # A second wall: what is no request of a page's, as a look-up ahead, finds no host either.
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    ]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root otherwise
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(
            executable_path=program, args=arguments, timeout=MILLISECONDS
        )
        try:
            yield Headless(chromium)
        finally:
            chromium.close()


def serious_faults(page):
    """What axe-core finds serious or critical: a sentence an element, best none."""
    from axe_playwright_python.sync_playwright import Axe

    return [
        f"{node['impact']} {fault['id']}: {fault['help']}: {node['html'][:160]}"
        for fault in Axe().run(page).response["violations"]
        for node in fault["nodes"]
        if node["impact"] in ("serious", "critical")
    ]


def sideways_scroll(page):
    """How many CSS pixels the document is wider than the window; 0: nobody scrolls sideways."""
    width = page.evaluate("() => document.documentElement.scrollWidth")
    return max(0, width - page.viewport_size["width"])


def screenshot(page, path):
    """Write the whole page, not only what the window shows, as a PNG file; returns its path."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path, full_page=True)
    return path


def _is_ours(url):
    parts = urlsplit(url)
    if parts.scheme in ("http", "https", "ws", "wss"):
        return parts.hostname in LOOPBACK
    return parts.scheme in ("file", "data", "blob", "about")
