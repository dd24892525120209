"""Which dropout layer the net is judged with: ours, and failing that the student's own.

A wrong dropout_forward has lost its marks in part 1 already, so the net is judged with a right
layer in its place. A net that relies on the student's own cache, or drops without calling
dropout_forward at all, is judged as it stands.
"""

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed


def right_layer(oracle):
    """The names to replace, and the reference's functions for them."""
    reference = oracle.reference()
    return {
        "dropout_forward": reference.dropout_forward,
        "dropout_backward": reference.dropout_backward,
    }


def judge_net(trial, holds):
    """Run holds(trial) with our dropout layer in place, and if that fails with the student's."""
    ours = trial.measure("with our layer", lambda: trial.beside(trial.candidate))
    try:
        with trial.candidate.replaced(right_layer(trial.oracle)):
            return holds(ours)
    except (Failed, CandidateError) as error:
        failure = error
    own = trial.measure("with their layer", lambda: trial.beside(trial.candidate))
    try:
        return holds(own)
    except (Failed, CandidateError):
        raise failure from None
