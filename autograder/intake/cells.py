"""One cell of a handed-in notebook, whatever stands in it."""

from dataclasses import dataclass, field

CELL_TYPES = ("code", "markdown", "raw")
IMAGE_TYPES = ("image/png", "image/jpeg", "image/gif")
MAX_ATTACHED = 8_000_000  # characters of base64 in all the pictures of a cell


@dataclass
class SubmittedCell:
    """A cell's type, source, nbgrader metadata if that is a dictionary, id, attached pictures."""

    cell_type: str
    source: str
    nbgrader: dict = field(default_factory=dict)
    id: str | None = None
    attachments: dict = field(default_factory=dict)

    @property
    def grade_id(self):
        found = self.nbgrader.get("grade_id")
        return found if isinstance(found, str) else None


def cell_of(raw):
    """The SubmittedCell of one entry of a notebook's list of cells, or None if it is none."""
    if not isinstance(raw, dict):
        return None
    kind = raw.get("cell_type")
    source = raw.get("source", raw.get("input", ""))
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if kind == "heading":  # format 3
        kind, source = "markdown", f"# {source}"
    if kind not in CELL_TYPES or not isinstance(source, str):
        return None
    metadata = raw.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return SubmittedCell(
        kind,
        _writable(source),
        nbgrader if isinstance(nbgrader, dict) else {},
        raw.get("id") if isinstance(raw.get("id"), str) else None,
        _pictures(raw.get("attachments")) if kind == "markdown" else {},
    )


def _writable(text):
    # A lone surrogate is valid JSON but cannot be written again; NUL is no text anywhere.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "\ufffd")


def _pictures(attachments):
    """The attachments that are pictures: a photograph of a written answer, say."""
    kept, size = {}, 0
    for name, bundle in attachments.items() if isinstance(attachments, dict) else ():
        if not isinstance(bundle, dict):
            continue
        found = {k: v for k, v in bundle.items() if k in IMAGE_TYPES and isinstance(v, str)}
        size += sum(map(len, found.values()))
        if found and size <= MAX_ATTACHED:
            kept[_writable(name)] = {k: _writable(v) for k, v in found.items()}
    return kept
