"""Text that a spreadsheet would take for a formula, made harmless so that it can be undone.

A student who is called `=HYPERLINK(...)` must not act in the instructor's spreadsheet. As OWASP
advises, an apostrophe is put before such text; programs that read the file see one character more,
which `undo` takes away again.
"""

import re

# What Excel, LibreOffice or Google Sheets may take for a formula's beginning; the full-width forms
# are taken so in Chinese, Japanese and Korean Excel. Apostrophes before it are part of the pattern:
# what begins so already gets one more, or undoing could not tell the two apart.
_FORMULA = re.compile("'*[=+\\-@\t\r\n\0＝＋－＠]")


def defuse(text):
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if _FORMULA.match(text) else text


def undo(text):
    """The text that `defuse` was given."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text
