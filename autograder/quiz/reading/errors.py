"""The one exception of reading: what is wrong, where, and what is allowed."""

import unicodedata

AROUND = 36  # characters shown on either side of the place
MARKED = "\N{REPLACEMENT CHARACTER}"


class Unreadable(ValueError):
    """A text that is no formula we can read.

    message: what is wrong. position: where in the text, in characters, or None. hint: what is
    allowed. kind: 'blank', 'too-large', 'character', 'word', 'code' or 'syntax'.
    """

    def __init__(self, message, position=None, *, hint="", kind="syntax"):
        super().__init__(message)
        self.message = message
        self.position = position
        self.hint = hint
        self.kind = kind
        self.text = ""

    def of(self, text):
        """The same error, knowing its text."""
        self.text = text
        return self

    @property
    def rendering(self):
        """The line with a caret under the place, then the message and the hint."""
        lines = []
        if self.position is not None and self.text:
            lines += _caret(self.text, min(self.position, len(self.text)))
        lines.append(self.message)
        if self.hint:
            lines.append(self.hint)
        return "\n".join(lines)

    def __str__(self):
        return self.rendering


def visible(text):
    """The text with what cannot be seen, or would move the rest, marked."""
    return "".join(c if _is_plain(c) else MARKED for c in text)


def _is_plain(character):
    # Marks (Mn, Me) are kept off the rendering too: they would move the caret.
    return character == " " or unicodedata.category(character)[0] in "LNPS"


def _caret(text, position):
    start = max(text.rfind("\n", 0, position) + 1, position - AROUND)
    end = text.find("\n", position)
    end = min(len(text) if end < 0 else end, position + AROUND)
    before = visible(text[start:position])
    width = sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in before)
    return [before + visible(text[position:end]), " " * width + "^"]
