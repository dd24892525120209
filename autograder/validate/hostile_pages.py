"""What in an HTML page would act: run, load, cover the page, or pass for the grader's words.

Each hostile piece carries the run's token. As text it may appear, in an active place it may not.
"""

from html.parser import HTMLParser

NEVER = ("script", "style", "iframe", "object", "embed", "base", "meta", "link", "frame")
FORM = ("form", "input", "button", "textarea", "select", "dialog", "template")
ADDRESSES = (
    *("src", "srcset", "srcdoc", "data", "action", "formaction"),
    *("poster", "background", "ping", "values"),
)
LINKS = ("href", "xlink:href")
HARMLESS_LINKS = ("http://", "https://", "mailto:", "#")
FULL = ("100 of 100 points", "17 of 17 points")
# What the grader's own words stand in, in formgrader and on the feedback page.
BOXES = {"cell-result", "total", "lost", "evidence", "note", "full"}
# An element without an end.
VOID = ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr")


def active_content(page, token):
    """Sentences, one for each place of the page where the token stands and would act."""
    finder = _Finder(token)
    finder.feed(page)
    finder.close()
    return finder.found


class _Finder(HTMLParser):
    def __init__(self, token):
        super().__init__()
        self._token, self._open, self.found = token, [], []

    def handle_starttag(self, tag, attributes):
        self._look(tag, attributes)
        if tag not in VOID:
            box = not BOXES.isdisjoint((dict(attributes).get("class") or "").split())
            self._open.append((tag, box))

    def handle_startendtag(self, tag, attributes):
        self._look(tag, attributes)

    def handle_endtag(self, tag):
        for place in range(len(self._open) - 1, -1, -1):
            if self._open[place][0] == tag:
                del self._open[place:]
                return

    def handle_data(self, data):
        if self._token not in data:
            return
        for tag, box in self._open:
            if tag in ("script", "style"):
                self.found.append(f"<{tag}> holds the student's text")
            if box and any(full in data for full in FULL):
                self.found.append("a box of the grader's holds the student's words")

    def _look(self, tag, attributes):
        for name, value in attributes:
            if self._token not in (value or ""):
                continue
            if _acts(tag, name, "".join(value.split()).lower()):
                self.found.append(f"<{tag} {name}={value[:60]!r}>")
        if self._token in str(attributes):
            named = {name: value or "" for name, value in attributes}
            if "position:" in named.get("style", "").replace(" ", "").lower():
                self.found.append(f"<{tag}> covers the page")
            if not BOXES.isdisjoint(named.get("class", "").split()):
                self.found.append("a box that looks like the grader's")


def _acts(tag, name, value):
    """Whether an attribute with a student's value, in small letters without spaces, does more
    than say something."""
    if name.startswith("on") or tag in (*NEVER, *FORM) or name in ADDRESSES:
        return True
    if name in LINKS:
        return tag != "a" or not value.startswith(HARMLESS_LINKS)
    return name == "style" and any(word in value for word in ("url(", "fixed", "absolute"))
