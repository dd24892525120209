"""Part 3 of `dropout_in_practice`: dropout_layer, mlp_forward, mlp_backward, and their checks."""

import functools

import numpy as np
import pytest
from practice_judged import (
    CHECKS,
    PARTS,
    case_of,
    cases_of,
    edited,
    failing,
    judged,
    judged_case,
    judging,
)
from wired import wired

from autograder.candidate import LocalCandidate
from autograder.checks.misconceptions import catalogue
from autograder.checks.practice.every_mask import NAMES, drawn_params
from autograder.checks.practice.right_helpers import right_layer
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import nets

PART = PARTS["d2l"]

# ---- the oracle ----


@pytest.mark.parametrize("seed", range(20))
def test_worked_gradients_are_the_oracles(seed):
    """For the masks that the worked forward drew, and for the plain net at test time."""
    rng = np.random.default_rng(seed)
    params = {name: w * rng.normal() for name, w in drawn_params(rng, (4, 5, 3, 2)).items()}
    X, dscores = rng.normal(size=(3, 4)), rng.normal(size=(3, 2))
    for training in (True, False):
        scores, cache = reference.mlp_forward(params, X, 0.4, 0.7, training)
        mask1, mask2 = (np.broadcast_to(cache[i], (3, n)) for i, n in ((1, 5), (3, 3)))
        np.testing.assert_allclose(nets.scores(params, X, mask1, mask2), scores, atol=1e-12)
        expected = nets.gradients(params, X, dscores, mask1, mask2)
        found = reference.mlp_backward(dscores, cache)
        for name, gradient in expected.items():
            np.testing.assert_allclose(found[name], gradient, atol=1e-12, err_msg=name)


def test_the_layer_that_stands_in_is_right():
    """It passes the checks of dropout_layer itself."""
    layer = right_layer(np.random.default_rng(3))
    assert failing(judged(PART, dropout_layer=layer)) == set()


@pytest.mark.parametrize("argument", [None, "X", [[1], [2, 3]], np.zeros(2_000_000), object()])
def test_the_layer_that_stands_in_refuses_what_is_no_array(argument):
    """A student's code may send it anything."""
    with pytest.raises((TypeError, ValueError)):
        right_layer(np.random.default_rng(3))(argument, 0.5)


# ---- right work ----


def test_a_layer_may_drop_a_unit_at_zero_now_and_then():
    """rand() > 0 is false once in 2 ** 24 draws of float32."""
    calls = []

    def layer(X, dropout):
        out = reference.dropout_layer(X, dropout)
        calls.append(dropout)
        if dropout == 0 and X.size > 100:
            out = out.copy()
            out.ravel()[17] = 0
        return out

    assert failing(judged(PART, dropout_layer=layer)) == set()
    assert 0 in calls


# ---- wrong work ----


def test_an_exact_count_costs_half_of_one_check():
    """It is not independent dropping, and little else is wrong with it."""
    found = judged_case("d2l_layer_exact_count")
    assert failing(found) == {"layer_drops_independently"}
    assert found["layer_drops_independently"].mark == 0.25


def test_messages_say_which_probability_is_meant():
    """Dropping and keeping are told apart in the text of the commonest mistake."""
    outcome = judged_case("d2l_layer_comparison_turned")["layer_drops_the_right_fraction"]
    assert "dropout_layer(X, dropout = 0.25 (drop))" in outcome.called
    assert "dropped" in outcome.returned
    assert "kept" in outcome.returned
    assert "a fraction 0.75 should be kept" in outcome.expected
    assert "DROPPING" in catalogue()[outcome.misconception].advice


def test_whole_numbers_that_are_rounded_cost_half_of_one_check():
    for name in ("d2l_layer_rounds_integers", "d2l_layer_refuses_integers"):
        found = judged_case(name)
        assert failing(found) == {"layer_keeps_shape_and_input"}
        assert found["layer_keeps_shape_and_input"].mark == 0.125


def test_entries_that_are_kept_for_their_sign_are_not_called_frozen():
    found = judged_case("d2l_layer_keeps_negative_entries")
    assert "layer_draws_anew" not in failing(found)


def test_a_mask_beside_the_output_is_said_to_be_one_of_two_items():
    def layer(X, dropout):
        out = reference.dropout_layer(X, dropout)
        return out, out != 0

    found = judged(["dropout_layer"], dropout_layer=layer)
    assert "a tuple of 2 items" in found["layer_drops_or_rescales"].returned


def test_a_wrong_scale_is_quoted_at_a_setting_that_shows_it():
    outcome = judged_case("d2l_forward_larger_dropout_in_the_first_layer")[
        "both_hidden_layers_are_dropped"
    ]
    assert outcome.returned.endswith("by 3.33333")
    assert "dropout_1 = 0.2" in outcome.expected
    assert outcome.expected.endswith("1.25")


@pytest.mark.parametrize("name", ["one_draw_for_both_layers", "same_seed_in_each_layer"])
def test_layers_that_share_their_random_numbers_cost_half_of_one_check(name):
    found = judged_case(f"d2l_forward_{name}")
    assert failing(found) == {"each_layer_has_its_probability"}
    assert found["each_layer_has_its_probability"].mark == 0.25


def test_gradients_of_nothing_cost_half():
    found = judged_case("d2l_backward_divides_by_zero")
    assert failing(found) == {"mlp_gradients_are_right"}
    assert found["mlp_gradients_are_right"].mark == 0.5


@pytest.mark.parametrize("name", ["99", "90"])
@pytest.mark.parametrize("seed", range(5))
def test_nearly_all_is_not_all(name, seed):
    cells = case_of(f"d2l_forward_at_most_{name}").cells
    found = judged(["mlp_forward"], cells, seed)
    assert failing(found) == {"dropping_everything_leaves_biases"}


# ---- one mistake is punished once ----


@pytest.mark.parametrize("kind", [LocalCandidate, wired], ids=["here", "over the wire"])
def test_a_missing_layer_costs_its_own_cell_only(kind):
    """The net is judged with a right layer in its place."""
    stub = "def dropout_layer(X, dropout):\n    raise NotImplementedError\n"
    assert {CHECKS[name] for name in failing(judged(PART, {"dropout_layer": stub}, kind=kind))} == {
        "dropout_layer"
    }


def test_a_layer_that_always_raises_refuses_nothing():
    """An error at every dropout is worth nothing, least of all as a refusal."""
    found = judged(
        PART, {"dropout_layer": "def dropout_layer(X, dropout):\n    raise ValueError\n"}
    )
    assert failing(found) == judging(["dropout_layer"])


def test_a_seed_in_forward_shows_although_the_layer_is_replaced():
    """Also where the masks are right otherwise, and where only the second layer's are frozen."""
    seed = ("    mask2 = dropout_layer", "    np.random.seed(1)\n    mask2 = dropout_layer")
    found = judged(PART, edited("mlp_forward", seed))
    assert failing(found) == {"each_layer_has_its_probability"}
    assert found["each_layer_has_its_probability"].misconception == "practice-mlp-frozen-masks"


def test_a_seed_in_the_layer_does_not_cost_the_net():
    """It has cost the layer's own points."""
    old = "    mask = np.random.rand"
    found = judged(PART, edited("dropout_layer", (old, "    np.random.seed(1)\n" + old)))
    assert failing(found) == {"layer_draws_anew"}


def test_backward_is_judged_by_the_students_own_forward():
    """Whatever scale, rate or structure forward has, a backward that fits it is right."""
    forwards = [c for c in cases_of("d2l", "wrong") if c.name.startswith("d2l_forward_")]
    assert len(forwards) > 15
    for case in forwards:
        names = failing(judged(["mlp_backward"], case.cells, only="mlp_gradients_are_right"))
        assert names == set(), case.name


def test_a_backward_without_masks_shows_beside_a_wrong_forward():
    """The masks are found with the forward's own scale."""
    case = case_of("d2l_forward_not_rescaled")
    backward = edited("mlp_backward", ("dh2 * mask2", "dh2"), ("dh1 * mask1", "dh1"))
    found = judged(PART, case.cells | backward)["mlp_gradients_are_right"]
    assert found.misconception == "practice-mlp-backward-without-mask"


def test_gradients_beside_a_forward_of_another_net_are_held_against_its_differences():
    """No masks explain the scores: at test time the slopes tell a wrong gradient all the same."""
    case = case_of("d2l_forward_relu_on_the_scores")
    right = judged(["mlp_backward"], case.cells, only="mlp_gradients_are_right")
    assert failing(right) == set()
    wrong = {
        "mlp_backward": case.cells["mlp_backward"].replace(
            "return grads", "return grads | {'b1': 2 * grads['b1']}"
        )
    }
    assert failing(judged(["mlp_backward"], case.cells | wrong, only="mlp_gradients_are_right"))


def test_a_net_of_zeros_with_gradients_of_zero_is_worth_nothing():
    """Constant scores agree with constant gradients; that is no net."""
    cells = {
        "mlp_forward": "def mlp_forward(params, X, dropout_1, dropout_2, training):\n"
        "    return np.zeros((len(X), params['b3'].size)), params\n",
        "mlp_backward": "def mlp_backward(dscores, cache):\n"
        "    return {name: 0 * w for name, w in cache.items()}\n",
    }
    found = judged(PART, cells)
    assert sum(found[name].mark for name in found if CHECKS[name] != "dropout_layer") == 0


# ---- hostile values ----


class Odd:
    """An object that cannot be sent."""


def raises(*_):
    raise KeyboardInterrupt


HOSTILE = {
    "none": lambda *_: None,
    "text": lambda *_: "\x1b[31m" * 100,
    "nan": lambda X, *_: np.full(np.shape(X), np.nan),
    "infinite": lambda X, *_: np.full(np.shape(X), np.inf),
    "huge": lambda X, *_: np.full(np.shape(X), 1e308),
    "tiny": lambda X, *_: np.full(np.shape(X), 1e-308),
    "alternating": lambda X, *_: np.resize([1e308, -1e308, 0, 1e-300], np.shape(X)),
    "long integer": lambda *_: 10**5000,
    "list of long integers": lambda *_: [10**400] * 3,
    "ragged": lambda *_: [[1.0], [1.0, 2.0]],
    "empty": lambda *_: np.zeros((0, 3)),
    "scalar": lambda *_: 0.0,
    "complex": lambda X, *_: np.zeros(np.shape(X), complex),
    "objects": lambda X, *_: np.full(np.shape(X), None),
    "object": lambda *_: Odd(),
    "generator": lambda *_: (i for i in range(3)),
    "dictionary": lambda *_: {"W1": "a", 3: Odd},
    "too many": lambda X, *_: np.zeros((*np.shape(X), 2)),
    "function": lambda *_: raises,
    "error": raises,
    "zeros": lambda X, *_: np.zeros(np.shape(X)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_layer_earns_nothing_and_harms_nothing(name):
    """No fault of the grader's, and no points in the layer's own cell."""
    found = judged(PART, kind=wired, dropout_layer=HOSTILE[name])
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "dropout_layer"}
    assert sum(marks.values()) == 0, marks
    assert {CHECKS[n] for n in failing(found)} == {"dropout_layer"}


def pair(value):
    """A forward that returns `value(of the scores' shape)` and a cache."""

    def mlp_forward(params, X, *_):
        return value(np.zeros((len(X), params["b3"].size))), (params, X)

    return mlp_forward


def six(value):
    """A backward that returns `value` for each gradient."""

    def mlp_backward(dscores, cache):
        return {name: value(dscores) for name in NAMES}

    return mlp_backward


@pytest.mark.parametrize("wrap", [pair, lambda value: value], ids=["scores", "everything"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_forward_earns_nothing(name, wrap):
    """Neither as its scores nor as all that it returns."""
    found = judged(PART, mlp_forward=wrap(HOSTILE[name]))
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "mlp_forward"}
    assert sum(marks.values()) == 0, marks


@pytest.mark.parametrize("wrap", [six, lambda value: value], ids=["gradients", "everything"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_backward_earns_nothing(name, wrap):
    """Neither as its gradients nor as all that it returns."""
    found = judged(PART, mlp_backward=wrap(HOSTILE[name]))
    marks = {n: o.mark for n, o in found.items() if CHECKS[n] == "mlp_backward"}
    assert sum(marks.values()) == 0, marks


@pytest.mark.parametrize("factor", [1e300, 1e-300, -1.0, 1e6])
def test_odd_scales_are_the_students_fault(factor):
    """Masks of any size are read without a fault of the grader's."""

    @functools.wraps(reference.mlp_forward)
    def mlp_forward(*args):
        scores, cache = reference.mlp_forward(*args)
        return scores * factor, cache

    found = judged(PART, mlp_forward=mlp_forward)
    assert "both_hidden_layers_are_dropped" in failing(found)
