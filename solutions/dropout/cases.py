"""The catalogue of cases of `dropout`: see solutions/cases.py.

forward, backward and layer make up the layer; net and batchnorm the net; answers the inline
questions.
"""

from pathlib import Path

from solutions.cases import Catalogue

CELLS = (
    "dropout_forward",
    "dropout_backward",
    "FullyConnectedNet",
    "inline_question_1",
    "inline_question_2",
    "inline_question_3",
)
PARTS = {
    "forward": "layer",
    "backward": "layer",
    "layer": "layer",
    "net": "net",
    "batchnorm": "net",
    "answers": "answers",
}
CATALOGUE = Catalogue(Path(__file__).parent, CELLS, PARTS)


def reference_cells(path=None):
    """{grade_id: source} of the worked solution. Raises solutions.cases.CaseError."""
    return CATALOGUE.reference_cells(path)


def load_cases(folder=None):
    """All Cases below `folder` (default: beside this module). Raises solutions.cases.CaseError."""
    return CATALOGUE.load_cases(folder)
