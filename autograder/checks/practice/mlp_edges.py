"""What mlp_forward and mlp_backward do at the ends of the range: dropout = 0 and dropout = 1.

dropout_2 = 1 leaves b3 of the scores and the gradient of b3 alone; dropout_1 = 1 with dropout_2 = 0
leaves relu(b2) W3 + b3, and the gradients of what is behind the first layer's units.
"""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice import mlp_mistakes
from autograder.checks.practice.d2l_calls import backward, forward
from autograder.checks.practice.every_mask import NAMES, constant, drawn_params, passes
from autograder.checks.practice.mlp_reading import (
    KEEPING,
    OTHERS,
    SETTINGS,
    follows,
    idle_mistake,
    mixed_net,
    near,
    plain_scores,
    read,
)

EDGES = ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (1, 1))
INPUTS, FEW, WIDE, CLASSES, EXAMPLES = 3, 4, 400, 4, 5
# Where a layer is dropped as a whole, it is WIDE: with dropout = .99 for 1, some unit is kept in
# each of the calls (2000 draws, .99 ** 2000 = 2e-9). A layer that draws in float32 may drop a unit
# at dropout = 0, once in 2 ** 24 draws: in two calls out of three, among 20 units, it does not.
TRIES, ENOUGH = 3, 2


def require_biases(trial):
    """dropout = 1 in one or both layers leaves the biases behind it. Raises Failed."""
    has_relus = _has_relus(trial)
    for dropouts in EDGES:
        first, second = _as_meant(trial, dropouts)
        sizes = (INPUTS, WIDE if first else FEW, WIDE if second else FEW, CLASSES)
        params, X = mixed_net(trial.rng, sizes, EXAMPLES)
        if not has_relus:
            params["b2"] = np.abs(params["b2"])  # a missing ReLU has cost its points
        kept = [constant(1 - d, EXAMPLES, n) for d, n in ((first, sizes[1]), (second, sizes[2]))]
        expected = passes(params, X, *kept).scores[0]
        what = "b3" if second else "relu(b2) W3 + b3" if first else "the scores without dropout"
        should = f"for every example {what} should be left"
        right = 0
        try:
            for _ in range(TRIES):
                made = forward(trial.candidate, params, X, dropouts, True)
                right += near(made.scores, expected)
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            cause = _cause_at_one(trial)
            raise Failed(error.called, error.problem, should, cause) from None
        if right < (TRIES if second else ENOUGH):
            raise Failed(made.called, "returned other scores", should, _cause_at_one(trial))


def require_gradients_at_one(trial):
    """Where nothing passes a layer its gradients are 0, not 0/0; otherwise half is lost.

    Judged where the student's own scores are right there. Raises Failed.
    """
    for dropouts, masks in (((0.3, 1.0), (1.0, 0.0)), ((1.0, 0.0), (0.0, 1.0))):
        params = drawn_params(trial.rng, (INPUTS, FEW, FEW, CLASSES))
        X = trial.rng.uniform(0.5, 1.5, (2, INPUTS))
        dscores = trial.rng.uniform(0.5, 1.5, (2, CLASSES))
        net = passes(params, X, *(constant(mask, 2, FEW) for mask in masks))
        try:
            made = forward(trial.candidate, params, X, dropouts, True)
        except CandidateError:
            continue  # check_dropping_everything_leaves_biases says so
        if not near(made.scores, net.scores[0]):
            continue
        truth = {name: g[0] for name, g in net.gradients(dscores).items()}
        zero = ", ".join(name for name in NAMES if not truth[name].any())
        should = f"the gradients of {zero} should be 0, the others those of the units that are left"
        problem = None
        try:
            called, found, _ = backward(trial.candidate, dscores, made)
        except CallTimeout:
            raise
        except CandidateError as error:
            called, problem = error.called, error.problem
        else:
            wrong = [name for name in NAMES if not _agrees(found.get(name), truth[name])]
            if wrong:
                problem = f"returned another gradient of {', '.join(wrong)}"
        if problem:
            raise Failed(called, problem, should, "practice-mlp-backward-edges", credit=0.5)


def _agrees(found, truth):
    if found is None or found.size != truth.size:
        return False
    return mlp_mistakes.first_difference(found.reshape(truth.shape), truth) is None


def _as_meant(trial, dropouts):
    """The dropouts that the two layers go by: what is wrong at every dropout is another check's
    case, be it another layer's probability or, in one of the layers, no dropout at all.
    """
    try:
        reading = read(trial, SETTINGS[0])
        idle = [not layer.drops_some for layer in reading.layers]
        meant = [n if follows(trial, n) != OTHERS else 3 - n for n in (1, 2)]
    except (Failed, CandidateError):
        return dropouts
    if all(idle):
        return dropouts
    return [0.0 if idle[i] else float(dropouts[n - 1]) for i, n in enumerate(meant)]


def _cause_at_one(trial):
    """What goes wrong at every dropout has nothing to do with dropout = 1."""
    try:
        if KEEPING in (follows(trial, 1), follows(trial, 2)):
            return "practice-mlp-dropout-taken-for-keeping"
        idle = [n for n in (1, 2) if not read(trial, SETTINGS[0]).layers[n - 1].drops_some]
    except (Failed, CandidateError):
        idle = []
    return idle_mistake(idle) if idle else "practice-mlp-all-dropped"


def _has_relus(trial):
    """Whether the net without dropout is right where ReLUs are shut."""
    params, X = mixed_net(trial.rng, (INPUTS, FEW, FEW, CLASSES), 4)
    try:
        made = forward(trial.candidate, params, X, (0.5, 0.5), False)
    except CandidateError:
        return True
    return near(made.scores, plain_scores(params, X))
