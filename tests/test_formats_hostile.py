"""Text that students have a hand in: it is shown, and does nothing, in every format."""

import html
import json
import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_standings import RUN, marked_cell, outcome, standing, written
from markdown_it import MarkdownIt
from published_formats import check_classroom50, check_gradescope, check_json, check_junit

from autograder.reports.formats import NAMES, format_called
from autograder.reports.formats.as_markdown import MOST_BYTES, escaped

HOSTILE = [
    "::error file=a.py::this is a command",
    "first\n::set-output name=x::y\n  ::add-mask::e\r\n::stop-commands::x",
    "##[error]an older command ##[group]",
    "</details></code><script>alert(1)</script><img src=x onerror=alert(1)>",
    "` `` ``` ~~~ | a | b |\n|---|---|\n# heading\n> quote\n- list\n1. list",
    "@octocat @org/team #1 org/repo#2 https://evil.example www.evil.example a@b.example",
    "[click](javascript:alert(1)) ![x](https://evil.example/track.png) <https://evil.example>",
    "\x00\x01\x08\x0b\x1b[31mred\x1b]0;title\x07 \x7f \x9b1m",
    "\u202egnp.exe \u2066 \u200f \u061c \u200b \ufeff \u2028 \u2029",
    "\ud800 lone half, \ufffe \uffff",
    "]]> &amp; &#64; &lt; <!-- <![CDATA[ ?> <?xml",
    "$x^2$ \\(a\\) \\[b\\] \\",
    "한글 é 🎉",
    "x" * 100_000,
]
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")


def holding(text):
    lost = outcome(called=text, returned=text, expected=text)
    return standing(
        marked_cell(lost, title=text), written(comment=text), notes=(text,), isolation=text
    )


def everything(text):
    found = holding(text)
    return {name: format_called(name).render(found, RUN) for name in NAMES}


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_no_format_can_be_broken_by_it(text):
    texts = everything(text)
    check_json(texts["json"])
    check_gradescope(texts["gradescope"])
    check_classroom50(texts["classroom50"])
    check_junit(texts["junit"])
    for made in texts.values():
        made.encode("utf-8")
        assert not UNSEEN.search(made)
        # Whatever is printed in a GitHub log, no line of it is a command.
        assert not [line for line in made.splitlines() if line.lstrip().startswith("::")]
        assert "##[" not in made
        assert len(made) < 60_000


@pytest.mark.parametrize("text", HOSTILE[:-1], ids=range(len(HOSTILE) - 1))
def test_markdown_shows_it_as_text(text):
    made = everything(text)["markdown"]
    assert "<script" not in made
    rendered = MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(made)
    tags = set(re.findall(r"<\s*/?\s*([a-zA-Z]\w*)", rendered))
    assert tags <= {
        *("h2", "h3", "p", "ul", "li", "strong", "code", "table", "thead", "tbody", "tr"),
        *("th", "td", "sub"),
    }
    assert rendered.count("<table>") == 1
    assert rendered.count("<h2>") == 1
    # A name is a mention only where it follows the @ at once; the same for #1 and addresses.
    assert not re.search(r"[@#]\w", html.unescape(rendered))
    assert not re.search(r"https?://|www\.", made)


def test_what_is_shown_is_what_was_said():
    said = "gave [1. 2.] & 'two' <b> at p = 0.5"
    rendered = MarkdownIt("gfm-like", {"linkify": False}).renderInline(escaped(said))
    assert html.unescape(rendered) == said
    suite = ET.fromstring(everything(said)["junit"])
    assert said in suite.find(".//failure").text
    assert json.loads(everything(said)["json"])["cells"][0]["checks"][0]["returned"] == said


def test_a_long_report_is_cut_with_a_notice_at_the_end_of_a_line():
    cells = [marked_cell(outcome(returned=f"gave {i} <&>" * 20)) for i in range(400)]
    made = format_called("markdown").render(standing(*cells), RUN)
    assert MOST_BYTES - 2_000 < len(made.encode()) <= MOST_BYTES
    assert "is cut here" in made.splitlines()[-1]
    assert not re.search(r"&#?\w*$", made[: made.rindex("\n\n**")])


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_any_text_leaves_every_format_whole(text):
    texts = everything(text)
    check_json(texts["json"])
    check_gradescope(texts["gradescope"])
    check_classroom50(texts["classroom50"])
    check_junit(texts["junit"])
    assert not re.search(r"[<>`|\[\]{}*~\\@]", escaped(text).replace("&#", ""))
