"""Checks of D2L's net: mlp_forward(params, X, dropout_1, dropout_2, training) and mlp_backward.

dropout_1 and dropout_2 are the probabilities of DROPPING a unit of the first and of the second
hidden layer. Facts checked: the scores in training are those of some pair of masks, drawn
independently at each layer's own rate; nothing happens to units otherwise; dropout_2 = 1 leaves
b3, and dropout_1 = 1 with dropout_2 = 0 leaves relu(b2) W3 + b3 (D2L 5.6; seed 004).
"""

import math

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.practice import mlp_backward, mlp_edges, mlp_mistakes, mlp_reading
from autograder.checks.practice.d2l_calls import drop, forward
from autograder.checks.practice.every_mask import drawn_params
from autograder.checks.practice.masks import (
    require_fraction,
    require_fresh,
    require_independent,
)
from autograder.checks.practice.mlp_reading import (
    EQUAL,
    EXAMPLES,
    SETTINGS,
    UNITS,
    follows,
    idle_mistake,
    masks_of,
    mixed_net,
    near,
    plain_scores,
    read,
)
from autograder.checks.practice.right_helpers import beside_right_layer
from autograder.checks.statistics import agree_by_pairs

SIZES = (3, 4, 3, 4)
AT_TEST_TIME = ((0.6, 0.1), (0.25, 0.8), (0.0, 0.0), (1.0, 1.0))


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
    beside_right_layer(trial, mlp_edges.require_biases)


def check_mlp_gradients_are_right(trial):
    """The gradients are those of the scores that mlp_forward returned, masks included."""
    beside_right_layer(trial, mlp_backward.require_gradients)


def check_mlp_caches_are_kept_apart(trial):
    """A cache can be used late and twice: it belongs to its own call of mlp_forward."""
    beside_right_layer(trial, mlp_backward.require_caches)


def _both_layers(trial):
    readings = [read(trial, dropouts) for dropouts in SETTINGS]
    for reading in readings:
        _require_dropped(trial, reading)
    for number in (1, 2):
        # Another probability than its own is check_each_layer_has_its_probability's case.
        if follows(trial, number) is None:
            _fail_for_scale(trial, readings, number)
    for reading in readings:
        for examples in (20, 1):
            params, X = mixed_net(trial.rng, SIZES, examples)
            made = forward(trial.candidate, params, X, reading.dropouts, True)
            if masks_of(params, X, made, reading.layers) is None:
                raise Failed(
                    made.called,
                    "returned scores that belong to no masks on the two hidden layers",
                    "they should be those of affine - ReLU - dropout - affine - ReLU - dropout - "
                    "affine, for some masks",
                    mlp_mistakes.of_structure(params, X, made, reading.layers),
                )


def _fail_for_scale(trial, readings, number):
    """Raise Failed for the first Reading whose units of layer `number` have the wrong size."""
    for reading in readings:
        dropout, scale = reading.dropouts[number - 1], reading.layers[number - 1].scale
        if not math.isclose(scale, 1 / (1 - dropout), rel_tol=mlp_reading.TOLERANCE):
            raise Failed(
                reading.called,
                f"multiplied the kept units of hidden layer {number} by {scale:.6g}",
                f"with dropout_{number} = {dropout:g} (the probability of dropping) it should "
                f"be {1 / (1 - dropout):.6g}",
                mlp_reading.scale_mistake(trial, number),
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
        idle_mistake(idle) if nothing else "practice-mlp-everything-dropped",
    )


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
                f"dropout_{number} = {dropouts[number - 1]:g} (drop)",
                lambda number=number: mlp_reading.rate_mistake(trial, number),
            )
    if len(shown) == 2:
        _require_layers_apart(trial)


def _require_layers_apart(trial):
    """The masks of one pass have nothing to do with each other; otherwise half is lost."""
    reading = read(trial, EQUAL)
    first, second = reading.layers
    if not (first.drops_some and second.drops_some):
        return  # seen at SETTINGS, so not at these: the fractions say so
    # Entry (n, j) of the first mask shows where entry (n, j + UNITS) of the second is kept, which
    # is a draw of its own.
    seen = first.visible
    dependent, correlation = agree_by_pairs(
        trial.ledger, first.kept[seen], second.kept[:, :UNITS][seen], trial.rng
    )
    if dependent:
        raise Failed(
            reading.called,
            f"dropped related units in both hidden layers (correlation {correlation:.2f})",
            "each layer should have a mask of its own, drawn without regard to the other",
            "practice-mlp-layers-share",
            credit=0.5,
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
        if not near(made.scores, plain_scores(params, X)):
            raise Failed(
                made.called,
                "returned other scores than the net without dropout",
                "with training = False no unit should be dropped and none scaled",
                mlp_mistakes.at_test_time(trial, params, X, dropouts, made),
            )
