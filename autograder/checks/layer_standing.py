"""How the student's dropout layer stands: what the checks of the net rest on."""

from autograder.checks import backward, forward, forward_interface

CHECKS = tuple(
    function
    for module in (forward, forward_interface, backward)
    for name, function in vars(module).items()
    if name.startswith("check_")
)


def layer_is_right(trial):
    """Whether the layer has passed every check of its own in this submission's earlier cells.

    False where they have not been run: then the layer is not relied on.
    """
    return trial.has_passed(CHECKS)
