"""The catalogue of cases of `dropout_in_practice`: see solutions/cases.py."""

from pathlib import Path

from solutions.cases import Catalogue

CELLS = (
    "train_step",
    "predict",
    "to_inverted",
    "all_masks",
    "linear_ensemble",
    "softmax_ensemble",
    "relu_ensemble",
    "dropout_layer",
    "mlp_forward",
    "mlp_backward",
    "swap_effect",
    "best_and_last",
    "relu_dropout_variance",
    "mc_predict",
    "head_variance",
    "dropout_penalty",
    "beyond_additive",
    "dropconnect",
    "output_covariances",
    "bishop_noise",
    "my_noise",
    "fault_1",
    "mended_1",
    "fault_2",
    "mended_2",
    "fault_3",
    "mended_3",
)
# Named after the topics, the modules of autograder/checks/practice.
PARTS = {topic: topic for topic in ("vanilla", "ensemble", "d2l", "exercises", "noise", "faults")}
CATALOGUE = Catalogue(Path(__file__).parent, CELLS, PARTS)


def reference_cells(path=None):
    """{grade_id: source} of the worked solution. Raises solutions.cases.CaseError."""
    return CATALOGUE.reference_cells(path)


def load_cases(folder=None):
    """All Cases below `folder` (default: beside this module). Raises solutions.cases.CaseError."""
    return CATALOGUE.load_cases(folder)
