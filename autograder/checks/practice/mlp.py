"""Checks of D2L's net: mlp_forward(params, X, dropout_1, dropout_2, training) and mlp_backward.

dropout_1 and dropout_2 are the probabilities of DROPPING a unit of the first and of the second
hidden layer. Facts checked: the scores in training are those of some pair of masks, drawn
independently at each layer's own rate; nothing happens to units otherwise; dropout_2 = 1 leaves
b3, and dropout_1 = 1 with dropout_2 = 0 leaves relu(b2) W3 + b3 (D2L 5.6; seed 004).
"""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice import mlp_backward, mlp_mistakes, mlp_reading
from autograder.checks.practice.d2l_calls import drop, forward
from autograder.checks.practice.every_mask import constant, drawn_params, passes
from autograder.checks.practice.masks import (
    require_fraction,
    require_fresh,
    require_independent,
)
from autograder.checks.practice.mlp_reading import (
    EXAMPLES,
    KEEPING,
    OTHERS,
    SETTINGS,
    TOLERANCE,
    UNITS,
    follows,
    masks_of,
    read,
)
from autograder.checks.practice.right_helpers import beside_right_layer

SIZES = (3, 4, 3, 4)
AT_TEST_TIME = ((0.6, 0.1), (0.25, 0.8), (0.0, 0.0), (1.0, 1.0))
# A layer that draws in float32 drops a unit at dropout = 0 once in 2 ** 24 draws. Of a dozen
# units, in three calls out of three: less than 1e-18.
TRIES = 3


def check_both_hidden_layers_are_dropped(trial):
    """The scores in training are those of masks of 0 and 1 / (1 - dropout) behind both ReLUs."""
    beside_right_layer(trial, _both_layers)


def check_each_layer_has_its_probability(trial):
    """Each layer is dropped at its own rate, every unit of every example anew."""
    beside_right_layer(trial, _own_probabilities)
    _require_no_seed(trial)


def check_nothing_is_dropped_at_test_time(trial):
    """With training = False the scores are those of the plain net, whatever the dropouts."""
    beside_right_layer(trial, _test_time)


def check_dropping_everything_leaves_biases(trial):
    """dropout = 1 in one or both layers leaves the biases behind it."""
    beside_right_layer(trial, _dropping_everything)


def check_mlp_gradients_are_right(trial):
    """The gradients are those of the scores that mlp_forward returned, masks included."""
    beside_right_layer(trial, mlp_backward.require_gradients)


def check_mlp_caches_are_kept_apart(trial):
    """A cache can be used late and twice: it belongs to its own call of mlp_forward."""
    beside_right_layer(trial, mlp_backward.require_caches)


def _both_layers(trial):
    for dropouts in SETTINGS:
        reading = read(trial, dropouts)
        _require_dropped(trial, reading)
        for number in (1, 2):
            # Another probability than its own is check_each_layer_has_its_probability's case.
            if follows(trial, number) is None:
                dropout = dropouts[number - 1]
                raise Failed(
                    reading.called,
                    f"multiplied the kept units of hidden layer {number} by "
                    f"{reading.layers[number - 1].scale:.6g}",
                    f"with dropout_{number} = {dropout:g} (the probability of dropping) it should "
                    f"be {1 / (1 - dropout):.6g}",
                    mlp_reading.scale_mistake(trial, number),
                )
        for examples in (20, 1):
            params, X = _mixed_net(trial.rng, SIZES, examples)
            made = forward(trial.candidate, params, X, dropouts, True)
            if masks_of(params, X, made, reading.layers) is None:
                raise Failed(
                    made.called,
                    "returned scores that belong to no masks on the two hidden layers",
                    "they should be those of affine - ReLU - dropout - affine - ReLU - dropout - "
                    "affine, for some masks",
                    mlp_mistakes.of_structure(params, X, made, reading.layers),
                )


def _require_dropped(trial, reading):
    """Both layers drop some units and keep some."""
    keep1, keep2 = (1 - dropout for dropout in reading.dropouts)
    n1, n2 = (layer.kept.size for layer in reading.layers)
    for keep in (keep1, 1 - keep1):  # seen to be so only behind a unit that is kept
        trial.ledger.enter((1 - keep * keep2) ** n1)
    for keep in (keep2, 1 - keep2):
        trial.ledger.enter((1 - keep) ** n2)
    idle = [n for n, layer in enumerate(reading.layers, 1) if not layer.drops_some]
    if not idle:
        return
    nothing = [n for n in idle if reading.layers[n - 1].kept.any()]
    where = "either hidden layer" if len(idle) == 2 else f"hidden layer {idle[0]}"
    raise Failed(
        reading.called,
        f"{'dropped no' if nothing else 'dropped every'} unit of {where}",
        "in training units of both hidden layers should be dropped at random",
        _idle_mistake(idle) if nothing else "practice-mlp-everything-dropped",
    )


def _idle_mistake(idle):
    return "practice-mlp-nothing-dropped" if len(idle) == 2 else "practice-mlp-one-layer-dropped"


def _own_probabilities(trial):
    # What is not dropped at all, in one of the layers, is check_both_hidden_layers_are_dropped's.
    first = {dropouts: read(trial, dropouts) for dropouts in SETTINGS}
    shown = [n for n in (1, 2) if all(r.layers[n - 1].drops_some for r in first.values())]
    if not shown:
        _require_dropped(trial, first[SETTINGS[0]])
        _require_dropped(trial, first[SETTINGS[1]])
    for number in shown:
        dropouts = SETTINGS[number - 1]
        called = f"{first[dropouts].called}: hidden layer {number}"
        keep = 1 - dropouts[number - 1]
        once, again = (
            read(trial, dropouts, call).layers[number - 1].filled(trial.rng, keep)
            for call in range(2)
        )
        sharing = mlp_mistakes.of_sharing(once)
        require_independent(trial, called, once, sharing, axes=("example", "unit"))
        require_fresh(trial, called, once, again, "practice-mlp-frozen-masks")
    for number in shown:
        for dropouts, reading in first.items():
            layer = reading.layers[number - 1]
            require_fraction(
                trial,
                f"{reading.called}: hidden layer {number}",
                layer.kept[layer.visible],
                1 - dropouts[number - 1],
                f"dropout_{number} = {dropouts[number - 1]:g}",
                lambda number=number: mlp_reading.rate_mistake(trial, number),
            )


def _require_no_seed(trial):
    """mlp_forward fixes no masks by a seed: a right layer in its helper's place would not show it,
    for that draws from elsewhere. Raises Failed.
    """
    try:
        once, again = (read(trial, SETTINGS[0], call) for call in range(2))
    except (Failed, CandidateError):
        return  # with the student's own layer nothing can be told
    for first, second in zip(once.layers, again.layers, strict=True):
        same = np.array_equal(first.kept, second.kept)
        if first.drops_some and same and not _own_layer_is_frozen(trial):
            raise Failed(
                once.called,
                "called twice, dropped the same units",
                "every call should draw anew",
                "practice-mlp-frozen-masks",
            )


def _own_layer_is_frozen(trial):
    """Whether the masks of dropout_layer by itself are always the same, which has its own check."""
    X = np.ones((EXAMPLES, UNITS))
    try:
        first, second = (drop(trial.candidate, X, 0.6) for _ in range(2))
    except CandidateError:
        return False
    return np.array_equal(first.kept, second.kept)


def _test_time(trial):
    for dropouts in AT_TEST_TIME:
        params = drawn_params(trial.rng, SIZES)
        X = trial.rng.uniform(0.5, 1.5, (4, SIZES[0]))
        made = forward(trial.candidate, params, X, dropouts, False)
        if not _close(made.scores, _plain_scores(params, X)):
            raise Failed(
                made.called,
                "returned other scores than the net without dropout",
                "with training = False no unit should be dropped and none scaled",
                mlp_mistakes.at_test_time(trial, params, X, dropouts, made),
            )


def _dropping_everything(trial):
    params, X = _mixed_net(trial.rng, SIZES, 2)
    if not _has_relus(trial):
        params["b2"] = np.abs(params["b2"])  # a missing ReLU has cost its points
    for dropouts in ((0.0, 1.0), (1.0, 1.0), (1.0, 0.0), (1, 1)):
        first, second = _as_meant(trial, dropouts)
        kept = [constant(1 - d, 2, n) for d, n in ((first, SIZES[1]), (second, SIZES[2]))]
        expected = passes(params, X, *kept).scores[0]
        what = "b3" if second else "relu(b2) W3 + b3" if first else "the scores without dropout"
        should = f"for every example {what} should be left"
        try:
            for _ in range(TRIES):
                made = forward(trial.candidate, params, X, dropouts, True)
                if _close(made.scores, expected):
                    break
            else:
                raise Failed(made.called, "returned other scores", should, _cause_at_one(trial))
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            cause = _cause_at_one(trial)
            raise Failed(error.called, error.problem, should, cause) from None


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
    return _idle_mistake(idle) if idle else "practice-mlp-all-dropped"


def _has_relus(trial):
    """Whether the net without dropout is right where ReLUs are shut."""
    params, X = _mixed_net(trial.rng, SIZES, 4)
    try:
        made = forward(trial.candidate, params, X, (0.5, 0.5), False)
    except CandidateError:
        return True
    return _close(made.scores, _plain_scores(params, X))


def _mixed_net(rng, sizes, examples):
    """(params, X): weights, biases and inputs of either sign, so that some ReLUs are shut."""
    params = drawn_params(rng, sizes)
    params = {name: rng.choice((-1.0, 1.0), w.shape) * w for name, w in params.items()}
    return params, rng.uniform(-1.5, 1.5, (examples, sizes[0]))


def _plain_scores(params, X):
    ones = [constant(1.0, len(X), params[name].shape[1]) for name in ("W1", "W2")]
    return passes(params, X, *ones).scores[0]


def _close(found, expected):
    return bool(np.all(np.abs(found - expected) <= TOLERANCE * (1 + np.abs(expected).max())))
