"""The preprocessor that makes a notebook safe to open."""

from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.pages.images import TYPES, picture
from autograder.pages.markdown import own_classes, safe_source
from autograder.pages.outputs import clean_outputs
from autograder.pages.paths import PathMask

NOTEBOOK_METADATA = ("kernelspec", "language_info")
CELL_METADATA = ("nbgrader", "deletable", "editable")


class SanitizeNotebook(NbGraderPreprocessor):
    """Cleans outputs and Markdown, drops metadata that acts on pages, masks paths.

    The last of Autograde's preprocessors, and one of every page's. nbconvert's own SanitizeHTML
    cleans the Markdown's source instead of what is rendered from it, which breaks formulas and
    code, and it drops tables and pictures.
    """

    def preprocess(self, nb, resources):
        """Clean nb in place; returns (nb, resources). Doing it twice changes nothing more."""
        mask = PathMask()
        _keep(nb.metadata, NOTEBOOK_METADATA)
        for cell in nb.cells:
            _keep(cell.metadata, CELL_METADATA)
            if cell.cell_type == "code":
                cell.outputs = clean_outputs(cell, mask)
                continue
            if "attachments" in cell:
                cell.attachments = _pictures(cell.attachments)
            if cell.cell_type == "markdown":
                attachments = cell.get("attachments")
                cell.source = safe_source(cell.source, attachments, own_classes(cell))
        return nb, resources


def _keep(metadata, names):
    for name in [name for name in metadata if name not in names]:
        del metadata[name]


def _pictures(attachments):
    kept = {}
    for name, bundle in attachments.items():
        found = {mime: picture(mime, bundle.get(mime)) for mime in TYPES}
        kept[name] = {mime: data for mime, data in found.items() if data}
    return kept
