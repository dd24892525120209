"""Part 1 of `dropout_in_practice`: train_step, predict, to_inverted, and their checks."""

import numpy as np
import pytest
from practice_judged import case_of, cases_of, edited, failing, judged, judged_case, judging

from autograder.candidate import LocalCandidate
from autograder.checks.practice import vanilla_conversion, vanilla_masks, vanilla_prediction
from autograder.checks.practice.every_mask import NAMES
from autograder.checks.practice.vanilla_calls import KINDS, Step, tiny_cases
from autograder.checks.practice.vanilla_mistakes import (
    MISTAKES,
    NONE,
    ONE_EXAMPLE,
    explanation,
    right_scale,
)
from autograder.checks.practice.vanilla_ways import flat
from autograder.checks.trial import Trial
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.oracles import nets

# ---- the truth ----


@pytest.mark.parametrize("kind", KINDS)
def test_the_worked_step_is_the_oracle_s_for_some_masks(kind):
    for case in tiny_cases(np.random.default_rng(3)):
        loss, new = reference.train_step(case.params, case.X, case.y, case.p, case.lr, kind)
        scale = right_scale(kind, case.p)
        row = flat(Step(case, loss, new))
        table = NONE.outcomes(case, scale)
        assert np.abs(table - row).max(axis=1).min() < 1e-12


def test_every_pair_of_masks_has_the_oracle_s_loss_and_gradients():
    rng = np.random.default_rng(5)
    for case in tiny_cases(rng):
        table = NONE.outcomes(case, 1.7)
        assert len(table) == 2 ** (5 * len(case.X))
        for _ in range(20):
            masks = [1.7 * rng.integers(0, 2, (len(case.X), units)) for units in (3, 2)]
            loss, grads = nets.loss_and_gradients(case.params, case.X, case.y, *masks)
            new = {name: case.params[name] - case.lr[name] * grads[name] for name in NAMES}
            distances = np.abs(table - flat(Step(case, loss, new))).max(axis=1)
            assert distances.min() < 1e-12


@pytest.mark.parametrize("kind", KINDS)
def test_the_right_scores_are_the_oracle_s(kind):
    for seed in range(20):
        for case in vanilla_prediction.prediction_cases(np.random.default_rng(seed)):
            factor = case.p if kind == "vanilla" else 1.0
            masks = [np.full((3, units), factor) for units in (6, 5)]
            slow = nets.scores(case.params, case.X, *masks)
            assert np.allclose(vanilla_prediction.right_scores(case, kind), slow, atol=1e-12)
            worked = reference.predict(case.params, case.X, case.p, kind)
            assert np.allclose(worked, slow, atol=1e-12)


def trained_by_the_oracle(case, params, lr, masks, factor):
    """[loss, scores] of each step, one example and one sum at a time."""
    seen = []
    for pair in masks:
        scaled = [factor * mask for mask in pair]
        loss, grads = nets.loss_and_gradients(params, case.X, case.y, *scaled)
        seen += [loss, nets.scores(params, case.X, *scaled)]
        params = {name: params[name] - lr[name] * grads[name] for name in NAMES}
    return seen


def test_the_worked_conversion_trains_alike_by_the_oracle():
    rng = np.random.default_rng(2)
    for case in vanilla_conversion.conversion_cases(rng):
        masks = [[rng.integers(0, 2, (2, units)) for units in (4, 3)] for _ in range(6)]
        params, lr = reference.to_inverted(case.params, case.lr, case.p)
        vanilla = trained_by_the_oracle(case, case.params, case.lr, masks, 1.0)
        inverted = trained_by_the_oracle(case, params, lr, masks, 1 / case.p)
        for a, b in zip(vanilla, inverted, strict=True):
            assert np.allclose(a, b, rtol=0, atol=1e-12)
        assert vanilla_conversion.trained_alike(case, params, lr, rng)
        assert not vanilla_conversion.trained_alike(case, params, case.lr, rng)


# ---- what the checks see ----


@pytest.mark.parametrize("mistake", MISTAKES, ids=[m.key for m in MISTAKES])
@pytest.mark.parametrize("kind", KINDS)
def test_a_step_done_with_a_mistake_is_explained_by_it_or_by_one_of_the_same_name(mistake, kind):
    rng = np.random.default_rng(8)
    steps = []
    for case in tiny_cases(rng):
        if len(case.X) > 1 and mistake.key in ONE_EXAMPLE:
            continue
        table = mistake.outcomes(case, right_scale(kind, case.p))
        for row in table[rng.permutation(len(table))[:8]]:
            sizes = np.cumsum([1, *(case.params[name].size for name in NAMES)])
            new = {
                name: case.params[name] - row[start:end].reshape(case.params[name].shape)
                for name, start, end in zip(NAMES, sizes[:-1], sizes[1:], strict=True)
            }
            steps.append(Step(case, row[0], new))
    found = explanation(steps, kind)
    right = {"vanilla": "unscaled", "inverted": "over p"}[kind]
    if mistake.key == right:
        assert found is NONE
    elif mistake.key in ("no dropout", "first kept", "second kept") and found is NONE:
        assert kind == "vanilla"  # masks of ones alone: wide nets tell that nothing is dropped
    else:
        assert found is not None
        assert found.name == mistake.name


def recording(drawn, kind_of_mask):
    """A right train_step that writes down which units it keeps."""

    def train_step(params, X, y, p, lr, kind):
        widths = [params[name].shape[1] for name in ("W1", "W2")]
        kept = [np.random.rand(len(X), width) < p for width in widths]
        drawn.append(kept)
        factor = 1 / p if kind == "inverted" else 1.0
        masks = [kind_of_mask(k) * factor for k in kept]
        with np.errstate(all="ignore"):
            h1 = np.maximum(0, X @ params["W1"] + params["b1"]) * masks[0]
            h2 = np.maximum(0, h1 @ params["W2"] + params["b2"]) * masks[1]
            loss, d3 = reference.softmax_loss(h2 @ params["W3"] + params["b3"], y)
            d2 = d3 @ params["W3"].T * masks[1] * (h2 > 0)
            d1 = d2 @ params["W2"].T * masks[0] * (h1 > 0)
        grads = {"W1": X.T @ d1, "W2": h1.T @ d2, "W3": h2.T @ d3}
        grads |= {"b1": d1.sum(0), "b2": d2.sum(0), "b3": d3.sum(0)}
        return loss, {name: params[name] - lr[name] * grads[name] for name in NAMES}

    return train_step


@pytest.mark.parametrize("dtype", [float, np.float32])
def test_masks_are_recovered_as_they_were_drawn(dtype):
    np.random.seed(1)
    drawn = []
    names = {"train_step": recording(drawn, lambda kept: kept.astype(dtype))}
    trial = Trial(LocalCandidate(names), None, np.random.default_rng(1))
    for kind in KINDS:
        for p in vanilla_masks.CALLS:
            drawn.clear()
            seen = vanilla_masks.masks_of_calls(trial, kind, p)
            assert np.array_equal(seen.first, np.concatenate([pair[0] for pair in drawn]))
            assert np.array_equal(seen.second, np.concatenate([pair[1] for pair in drawn]))
        drawn.clear()
        seen = vanilla_masks.masks_of_examples(trial, kind)
        assert np.array_equal(seen.first, drawn[0][0])
        assert {row.tobytes() for row in seen.second} <= {row.tobytes() for row in drawn[1][1]}
        assert len(seen.second) >= 5


def test_alternative_conversions_are_told_from_wrong_ones():
    case = vanilla_conversion.conversion_cases(np.random.default_rng(4))[0]
    p = case.p
    for names, right in (
        (("W2", "W3"), True),
        (("W1", "b1", "W3"), True),
        (("W1", "b1", "W2", "b2"), True),
        (("W1", "W3"), False),
        (("W1", "b1", "W2", "W3"), False),
        (("W2",), False),
    ):
        factor = {name: p if name in names else 1.0 for name in NAMES}
        params = {name: factor[name] * w for name, w in case.params.items()}
        lr = {name: factor[name] ** 2 * rate for name, rate in case.lr.items()}
        assert vanilla_conversion.same_function(case, params) is right, names
        rng = np.random.default_rng(0)
        assert vanilla_conversion.trained_alike(case, params, lr, rng) is right, names


# ---- verdicts ----


def test_steps_that_are_right_but_for_a_wrong_shape_or_a_missing_name_are_refused():
    def spoiled(spoil):
        def train_step(*args):
            loss, new = reference.train_step(*args)
            return spoil(loss, new)

        return judged(["train_step"], train_step=train_step)

    for spoil in (
        lambda loss, new: (loss, {k: v for k, v in new.items() if k != "b3"}),
        lambda loss, new: (loss, new | {"W1": new["W1"].T}),
        lambda loss, new: (loss, list(new.values())),
        lambda loss, new: (new, loss),
        lambda loss, new: (np.array([loss, loss]), new),
    ):
        found = spoiled(spoil)
        assert all(o.mark == 0 and o.status == "failed" for o in found.values())
    found = spoiled(lambda loss, new: [np.array([[loss]]), new | {"b2": new["b2"][None]}])
    assert not failing(found)


# ---- one mistake, once ----


def test_p_taken_for_dropping_throughout_costs_the_rate_alone():
    found = judged_case("step_swaps_keep_and_drop")
    assert failing(found) == {"units_are_kept_with_probability_p"}


def test_the_right_rate_with_the_wrong_factor_costs_the_inverted_step_alone():
    assert failing(judged_case("step_divides_by_drop")) == {"inverted_step_is_right"}


def test_kinds_that_are_swapped_cost_half_of_both():
    found = judged_case("step_kinds_swapped")
    assert [found[f"{kind}_step_is_right"].mark for kind in KINDS] == [0.75, 0.75]


def test_a_mistake_on_the_way_back_costs_one_kind():
    for name in ("step_no_mask_on_the_way_back", "step_uphill", "step_returns_gradients"):
        assert failing(judged_case(name)) == {"vanilla_step_is_right"}


def test_a_step_without_any_dropout_earns_nothing():
    assert failing(judged_case("step_without_dropout")) == judging(["train_step"])


def test_two_mistakes_are_not_explained_and_say_what_does_not_fit():
    cells = edited(
        "train_step", ("w - lr", "w + lr"), ("dh2 * mask2,", "dh2,"), ("dh1 * mask1,", "dh1,")
    )
    found = judged(["train_step"], cells)
    outcome = found["vanilla_step_is_right"]
    assert outcome.misconception is None
    assert "other new values of" in outcome.returned


def test_learning_rates_follow_wrong_parameters():
    found = judged(
        ["to_inverted"],
        edited("to_inverted", ('("W2", "W3")', '("W1", "W2", "W3", "b1", "b2", "b3")')),
    )
    assert failing(found) == {"parameters_are_converted"}
    found = judged(["to_inverted"], to_inverted=lambda params, lr, p: (params, lr))
    assert len(failing(found)) == 2


def test_a_mistake_of_both_predictions_costs_one():
    assert failing(judged_case("predict_probabilities")) == {"vanilla_prediction_is_right"}


def test_messages_say_which_probability_p_is():
    for case in cases_of("vanilla", "wrong"):
        found = judged_case(case.name)
        assert all("(keep)" in found[name].called for name in failing(found)), case.name


@pytest.mark.parametrize("name", ["step_zero_loss_at_p_one", "step_refuses_p_one"])
def test_p_one_costs_half_of_one_step_and_not_the_same_again(name):
    found = judged_case(name)
    assert failing(found) == {"vanilla_step_is_right"}
    assert found["vanilla_step_is_right"].mark == 0.75


def test_a_prediction_that_refuses_p_one_costs_half_of_one():
    found = judged_case("predict_refuses_p_one")
    assert failing(found) == {"vanilla_prediction_is_right"}
    assert found["vanilla_prediction_is_right"].mark == 0.5


def test_a_prediction_that_changes_params_costs_half():
    found = judged_case("predict_scales_params_in_place")
    assert failing(found) == {"vanilla_prediction_is_right"}
    assert found["vanilla_prediction_is_right"].mark == 0.5


@pytest.mark.parametrize("strength", ["1e-4", "1e-3", "0.05"])
@pytest.mark.parametrize(
    "update", ["w - lr[name] * ({g} + {s} * w)", "(1 - {s}) * w - lr[name] * {g}"]
)
def test_weight_decay_costs_one_step_whatever_its_strength(strength, update):
    new = update.format(g="grads[name]", s=strength)
    cells = edited("train_step", ("w - lr[name] * grads[name]", new))
    found = judged(["train_step"], cells)
    assert failing(found) == {"vanilla_step_is_right"}
    assert found["vanilla_step_is_right"].misconception == "practice-step-weight-decay"


def test_a_step_that_nothing_explains_is_said_to_have_no_rate():
    cells = edited("train_step", ("w - lr[name] * grads[name]", "w - np.sign(w) * lr[name]"))
    found = judged(["train_step"], cells)
    outcome = found["units_are_kept_with_probability_p"]
    assert outcome.mark == 0
    assert outcome.misconception is None


@pytest.mark.parametrize("seed", range(10))
def test_one_draw_for_a_layer_costs_the_draws_alone(seed):
    for name in ("step_one_draw_an_example", "step_one_draw_an_example_in_both_layers"):
        found = judged(["train_step"], case_of(name).cells, seed)
        assert failing(found) == {"masks_are_drawn_anew"}, name
        assert found["masks_are_drawn_anew"].misconception == "practice-step-units-share"
