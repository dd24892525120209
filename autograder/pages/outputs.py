"""What a cell shows, cleaned: known kinds of output with known kinds of data, and no more."""

import html as entities
import re

from nbformat import NotebookNode

from autograder.marking.cell import RESULT_MIME
from autograder.pages.html import clean, is_too_much, without_tex_commands
from autograder.pages.images import TYPES, picture
from autograder.pages.markdown import own_classes, safe_source
from autograder.pages.svg import clean_svg

MAX_TEXT = 200_000
LEFT_OUT = "[the rest is left out: it is too long]"
NOTHING_LEFT = "[this output is left out: it is of a kind that is not shown]"
# Control characters except line ends, tabs, and what makes the colours of a traceback.
CONTROLS = re.compile(
    r"\x1b\][^\x07\x1b\n]*(\x07|\x1b\\)?|\x1b(?!\[)|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
)


def clean_outputs(cell, mask):
    """The outputs of a code cell, made anew from what of them is harmless.

    mask: a function that masks paths in a text (autograder.pages.paths).
    """
    return [output for old in cell.get("outputs", ()) if (output := _clean_output(old, cell, mask))]


def _clean_output(old, cell, mask):
    kind = old.get("output_type")
    if kind == "stream":
        name = "stderr" if old.get("name") == "stderr" else "stdout"
        return _output("stream", name=name, text=_text(old.get("text"), mask))
    if kind == "error":
        traceback = old.get("traceback")
        return _output(
            "error",
            ename=_text(old.get("ename"), mask)[:200],
            evalue=_text(old.get("evalue"), mask),
            traceback=[_text(t, mask) for t in traceback] if isinstance(traceback, list) else [],
        )
    if kind not in ("display_data", "execute_result"):
        return None
    data, metadata = _clean_data(old.get("data"), old.get("metadata"), cell, mask)
    count = old.get("execution_count")
    numbered = {"execution_count": count if type(count) is int else None}
    return _output(
        kind, data=data, metadata=metadata, **(numbered if kind == "execute_result" else {})
    )


def _output(kind, **fields):
    # nbformat's new_output looks each one up in the schema; the exporter does that for all.
    output = NotebookNode(output_type=kind)
    output.update(fields)
    return output


def _clean_data(data, metadata, cell, mask):
    data = data if isinstance(data, dict) else {}
    kept, sizes = {}, {}
    if "text/plain" in data:
        kept["text/plain"] = _text(data["text/plain"], mask)
    for mime in TYPES:
        found = picture(mime, data.get(mime))
        if found:
            kept[mime] = found
            sizes |= _size(mime, metadata)
    svg = clean_svg(_joined(data.get("image/svg+xml")))
    if svg:
        kept["image/svg+xml"] = mask(svg)
    html = _html(data, cell, mask)
    if html:
        kept["text/html"] = html
    markdown = _joined(data.get("text/markdown"))
    if markdown:
        kept["text/markdown"] = safe_source(mask(markdown))
    result = data.get(RESULT_MIME)
    if own_classes(cell) and isinstance(result, dict):  # the grader's own, from a test cell
        kept[RESULT_MIME] = _masked(result, mask)
    return kept or {"text/plain": NOTHING_LEFT}, sizes


def _html(data, cell, mask):
    html = _joined(data.get("text/html"))
    if html and not (is_too_much(html) and "text/plain" in data):
        cleaned = clean(mask(html), own_classes(cell))
        # Where only the active parts had anything to show, the other kinds of data are shown.
        return cleaned if re.sub(r"<(?!img)[^>]*>|\s", "", cleaned) else ""
    latex = _joined(data.get("text/latex"))
    if latex and len(latex) <= MAX_TEXT:
        # As HTML, so that a page boxes it in like everything else; MathJax finds it there too.
        return f"<div>{entities.escape(without_tex_commands(mask(latex)))}</div>"
    return ""


def _size(mime, metadata):
    """{mime: width and height}, if they are numbers: templates write them into a tag unquoted."""
    found = metadata.get(mime) if isinstance(metadata, dict) else None
    found = found if isinstance(found, dict) else {}
    sides = {
        side: found[side]
        for side in ("width", "height")
        if type(found.get(side)) in (int, float) and 0 < found[side] <= 4000
    }
    return {mime: sides} if sides else {}


def _joined(value):
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = "".join(value)
    return value if isinstance(value, str) else ""


def _text(value, mask):
    text = CONTROLS.sub("", _joined(value))
    return mask(text) if len(text) <= MAX_TEXT else f"{mask(text[:MAX_TEXT])}\n{LEFT_OUT}"


def _masked(value, mask):
    if isinstance(value, dict):
        return {key: _masked(item, mask) for key, item in value.items()}
    if isinstance(value, list):
        return [_masked(item, mask) for item in value]
    return mask(value) if isinstance(value, str) else value
