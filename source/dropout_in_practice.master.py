# ---
# jupyter:
#   copy_beside: [selfcheck.py, practice_training.py, practice_plots.py, torch_check.py, cs231n]
# ---
{# The notebook `dropout_in_practice`: cells here, prose in dropout_in_practice.<language>.md,
   solutions in solutions/dropout_in_practice/reference.py, points in
   autograder/marking/dropout_in_practice.toml. An argument `p` is the probability of KEEPING
   (parts 1, 2, 5), an argument `dropout` of DROPPING (parts 3, 4).
   Build: python -m autograder build dropout_in_practice #}

{% macro test_cell(grade_id) -%}
# %% role="test" key="{{ grade_id }}"
{{ marks_comment(grade_id) }}
### BEGIN HIDDEN TESTS
from autograder.marking import mark

mark("{{ assignment }}", "{{ grade_id }}", globals())
### END HIDDEN TESTS
{%- endmacro %}

{% macro stub_cell(name) -%}
# %% role="stub" key="{{ name }}"
{{ reference(name) }}
{%- endmacro %}

{% macro prose(key) -%}
# %% [markdown] key="{{ key }}"
{{ text(key) }}
{%- endmacro %}

{# A question for a person's eyes, its rubric (which the release loses), and the answer's cell. #}
{% macro written_question(grade_id) -%}
# %% [markdown] role="given" key="{{ grade_id }}_question"
{{ text(grade_id ~ "_question") }}
#
{{ mark_scheme(grade_id ~ "_rubric") }}

# %% [markdown] role="written" key="{{ grade_id }}"
{{ text(grade_id) }}
{%- endmacro %}

{{ prose("intro") }}

{{ prose("how_it_is_marked") }}

# %% role="given" key="setup"
import itertools

import numpy as np

from cs231n.data_utils import load_digits_with_wrong_labels
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from cs231n.layer_utils import *
from cs231n.layers import *
from practice_plots import *
from practice_training import random_params, train_net
from selfcheck import self_check
from torch_check import compare_with_torch

data = load_digits_with_wrong_labels()
for name, array in data.items():
    print(f"{name}: {array.shape}")


def copied(arrays):
    """A copy of a dictionary of arrays, so that no function can change ours."""
    return {name: np.array(array) for name, array in arrays.items()}


{{ prose("part_1") }}

{{ prose("train_step_text") }}

{{ stub_cell("train_step") }}

{{ prose("see_train_step_text") }}

# %% role="given" key="see_train_step"
with self_check("train_step"):
    np.random.seed(231)
    small = random_params((6, 5, 4, 3), bias=0.1)
    small_X, small_y = np.random.randn(8, 6), np.random.randint(3, size=8)
    small_lr = {name: 0.1 for name in small}
    for kind in ("vanilla", "inverted"):
        for p in (1, 0.6):  # the probability of KEEPING

            def step(params):
                np.random.seed(123)
                return train_step(params, small_X, small_y, p, small_lr, kind)

            loss, moved = step(copied(small))
            print(f"{kind}, p = {p} (keep): loss {loss:.6f}, relative errors")
            for name in sorted(small):
                at = copied(small)
                numerical = eval_numerical_gradient(
                    lambda _: step(copied(at))[0], at[name], verbose=False
                )
                error = rel_error((small[name] - moved[name]) / small_lr[name], numerical)
                print(f"  {name} {error:.0e}", end="")
            print()

{{ test_cell("test_train_step") }}

{{ prose("predict_text") }}

{{ stub_cell("predict") }}

# %% role="given" key="see_predict"
with self_check("predict"):
    np.random.seed(2)
    small = random_params((6, 5, 4, 3), bias=0.1)
    small_X = np.random.randn(3, 6)
    for kind in ("vanilla", "inverted"):
        for p in (1, 0.6):  # the probability of KEEPING
            scores = predict(copied(small), small_X, p, kind)
            print(f"{kind}, p = {p} (keep):\n{scores}")

{{ test_cell("test_predict") }}

{{ prose("to_inverted_text") }}

{{ stub_cell("to_inverted") }}

{{ prose("see_to_inverted_text") }}

# %% role="given" key="see_to_inverted"
with self_check("to_inverted", "train_step", "predict"):
    p = 0.7  # the probability of KEEPING
    X, y = data["X_train"][:100] / 16, data["y_train"][:100]
    np.random.seed(231)
    vanilla = random_params((64, 50, 50, 10))
    vanilla_lr = {name: 0.1 for name in vanilla}
    inverted, inverted_lr = to_inverted(copied(vanilla), dict(vanilla_lr), p)

    loss_gaps, score_gaps = [], []
    for step in range(20):
        np.random.seed(step)  # before each of the two, so that both draw the same masks
        vanilla_loss, vanilla = train_step(vanilla, X, y, p, vanilla_lr, "vanilla")
        np.random.seed(step)
        inverted_loss, inverted = train_step(inverted, X, y, p, inverted_lr, "inverted")
        loss_gaps.append(abs(vanilla_loss - inverted_loss) / abs(vanilla_loss))
        vanilla_scores = predict(vanilla, X, p, "vanilla")
        inverted_scores = predict(inverted, X, p, "inverted")
        gap = np.max(np.abs(vanilla_scores - inverted_scores))
        score_gaps.append(gap / np.max(np.abs(vanilla_scores)))
    print(f"loss after 20 steps: {vanilla_loss:.4f} (vanilla), {inverted_loss:.4f} (inverted)")
    print(f"largest difference of the losses, relative: {max(loss_gaps):.1e}")
    print(f"largest difference of the scores, relative: {max(score_gaps):.1e}")

{{ test_cell("test_to_inverted") }}

{{ prose("part_2") }}

{{ stub_cell("all_masks") }}

{{ prose("see_all_masks_text") }}

# %% role="given" key="see_all_masks"
with self_check("all_masks"):
    masks, probabilities = all_masks(2, 0.25)  # p = 0.25 (keep)
    for mask, probability in zip(masks, probabilities):
        print(mask, probability)
    masks, probabilities = all_masks(10, 0.4)  # p = 0.4 (keep)
    print(f"10 units: {len(masks)} masks, probabilities add up to {np.sum(probabilities)}")

{{ test_cell("test_all_masks") }}

{{ prose("ensembles_text") }}

# %% role="given" key="ensemble_example"
# Ten hidden units, three classes; and for the ReLU six units between the two.
rng = np.random.RandomState(25)
example_p = 0.4  # the probability of KEEPING
example_h = np.abs(rng.randn(10))
example_W, example_b = rng.randn(10, 3), rng.randn(3)
example_W1, example_b1 = rng.randn(10, 6), rng.randn(6)
example_W2, example_b2 = rng.randn(6, 3), rng.randn(3)


def softmax(scores):
    """Over the last axis: of one example's scores, (C,), or of each of several, (N, C)."""
    exps = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    return exps / np.sum(exps, axis=-1, keepdims=True)


# One pass with every unit times p: what vanilla dropout computes at test time.
one_pass = example_p * example_h @ example_W + example_b
print(f"one pass, scores: {one_pass}")
print(f"its softmax:      {softmax(one_pass)}")

{{ stub_cell("linear_ensemble") }}

# %% role="given" key="see_linear_ensemble"
with self_check("linear_ensemble", "all_masks"):
    linear_mean = linear_ensemble(example_h, example_W, example_b, example_p)
    print(f"mean over all masks: {linear_mean}")
    print(f"largest difference from one pass: {np.max(np.abs(linear_mean - one_pass)):.1e}")

{{ test_cell("test_linear_ensemble") }}

{{ stub_cell("softmax_ensemble") }}

# %% role="given" key="see_softmax_ensemble"
with self_check("softmax_ensemble", "all_masks"):
    arithmetic, geometric = softmax_ensemble(example_h, example_W, example_b, example_p)
    for name, mean in (("arithmetic", arithmetic), ("geometric", geometric)):
        gap = np.max(np.abs(mean - softmax(one_pass)))
        print(f"{name} mean: {mean}, largest difference from one pass: {gap:.1e}")

{{ test_cell("test_softmax_ensemble") }}

{{ stub_cell("relu_ensemble") }}

# %% role="given" key="see_relu_ensemble"
with self_check("relu_ensemble", "all_masks"):
    exact, scaled = relu_ensemble(
        example_h, example_W1, example_b1, example_W2, example_b2, example_p
    )
    print(f"mean over all masks: {exact}")
    print(f"one pass:            {scaled}")
    print(f"largest difference: {np.max(np.abs(np.subtract(exact, scaled))):.2f}")

{{ test_cell("test_relu_ensemble") }}

# %% role="given" key="plot_ensembles"
with self_check("relu_ensemble", "softmax_ensemble", "linear_ensemble", "all_masks"):
    units = example_h, example_W, example_b, example_p
    plot_ensembles(
        linear=(linear_ensemble(*units), one_pass),
        softmax=(*softmax_ensemble(*units), softmax(one_pass)),
        relu=relu_ensemble(
            example_h, example_W1, example_b1, example_W2, example_b2, example_p
        ),
    )

{{ written_question("written_ensemble") }}

{{ prose("part_3") }}

{{ stub_cell("dropout_layer") }}

{{ prose("see_dropout_layer_text") }}

# %% role="given" key="see_dropout_layer"
with self_check("dropout_layer"):
    np.random.seed(231)
    for dropout in (0, 0.5, 1):  # the probability of DROPPING
        out = dropout_layer(np.arange(16.0).reshape(2, 8), dropout)
        print(f"dropout = {dropout} (drop):\n{out}")
    out = dropout_layer(np.ones((500, 500)), 0.2)
    print(f"dropout = 0.2 (drop), 500 x 500 ones: mean {out.mean():.4f}, ", end="")
    print(f"fraction set to 0 {(out == 0).mean():.4f}, largest {out.max()}")

{{ test_cell("test_dropout_layer") }}

{{ prose("mlp_text") }}

{{ stub_cell("mlp_forward") }}

{{ prose("see_mlp_forward_text") }}

# %% role="given" key="see_mlp_forward"
with self_check("mlp_forward", "dropout_layer"):
    np.random.seed(231)
    small = random_params((6, 5, 4, 3), bias=0.5)
    small_X = np.random.randn(7, 6)

    scores, _ = mlp_forward(copied(small), small_X, 0.5, 1, True)
    gap = np.max(np.abs(scores - small["b3"]))
    print(f"dropout_2 = 1 (drop): distance from b3: {gap:.0e}")

    scores, _ = mlp_forward(copied(small), small_X, 1, 0, True)
    left = np.maximum(0, small["b2"]) @ small["W3"] + small["b3"]
    gap = np.max(np.abs(scores - left))
    print(f"dropout_1 = 1, dropout_2 = 0 (drop): distance from relu(b2) W3 + b3: {gap:.0e}")

    tested, _ = mlp_forward(copied(small), small_X, 0.2, 0.5, False)
    whole, _ = mlp_forward(copied(small), small_X, 0, 0, True)
    gap = np.max(np.abs(np.subtract(tested, whole)))
    print(f"test time: distance from training with nothing dropped: {gap:.0e}")

    first, _ = mlp_forward(copied(small), small_X, 0.2, 0.5, True)
    second, _ = mlp_forward(copied(small), small_X, 0.2, 0.5, True)
    gap = np.max(np.abs(np.subtract(first, second)))
    print(f"two passes in training: distance {gap:.2f}")

{{ test_cell("test_mlp_forward") }}

{{ stub_cell("mlp_backward") }}

{{ prose("see_mlp_backward_text") }}

# %% role="given" key="see_mlp_backward"
with self_check("mlp_backward", "mlp_forward", "dropout_layer"):
    np.random.seed(231)
    small = random_params((6, 5, 4, 3), bias=0.5)
    small_X, dscores = np.random.randn(7, 6), np.random.randn(7, 3)
    for dropouts in ((0, 0), (0.2, 0.5)):  # the probabilities of DROPPING

        def forward(params):
            np.random.seed(123)
            return mlp_forward(params, small_X, *dropouts, True)

        gradients = mlp_backward(dscores, forward(copied(small))[1])
        print(f"dropout_1, dropout_2 = {dropouts} (drop), relative errors")
        for name in sorted(small):
            at = copied(small)
            numerical = eval_numerical_gradient_array(
                lambda _: forward(copied(at))[0], at[name], dscores
            )
            print(f"  {name} {rel_error(gradients[name], numerical):.0e}", end="")
        print()

{{ test_cell("test_mlp_backward") }}

{{ prose("torch_text") }}

# %% role="given" key="beside_torch"
with self_check("dropout_layer", "mlp_forward", "mlp_backward"):
    compare_with_torch(globals())

{{ prose("part_4") }}

# %% role="given" key="runs"
SETTINGS = {  # probabilities of DROPPING
    "neither": {},
    "dropout": {"dropout_1": 0.5, "dropout_2": 0.5},
    "decay": {"decay": 0.3},
    "both": {"dropout_1": 0.5, "dropout_2": 0.5, "decay": 0.3},
    "0.2, then 0.5": {"dropout_1": 0.2, "dropout_2": 0.5},
    "0.5, then 0.2": {"dropout_1": 0.5, "dropout_2": 0.2},
}


def train(setting, seed, data=data):
    return train_net(mlp_forward, mlp_backward, dropout_layer, data, **setting, seed=seed)


with self_check("mlp_forward", "mlp_backward", "dropout_layer"):
    # One step of each first, so that what is missing is said before anything is trained.
    scores, cache = mlp_forward(random_params((64, 5, 5, 10)), data["X_val"][:2], 0.5, 0.5, True)
    mlp_backward(scores, cache)

    runs = {
        name: [train(setting, seed) for seed in range(4 if "then" in name else 2)]
        for name, setting in SETTINGS.items()
    }
    for name, histories in runs.items():
        finals = ", ".join(f"{history['val'][-1]:.3f}" for history in histories)
        print(f"{name:15} final validation accuracies {finals}")

{{ prose("exercise_1") }}

{{ stub_cell("swap_effect") }}

# %% role="given" key="see_swap_effect"
with self_check("swap_effect"):
    difference, error = swap_effect([0.8, 0.7], [0.6, 0.5, 0.4])
    print(f"by hand: {difference:.4f}, standard error {error:.4f}")

with self_check("swap_effect", "runs"):
    near_input, near_output = (
        [history["val"][-1] for history in runs[name]]
        for name in ("0.2, then 0.5", "0.5, then 0.2")
    )
    difference, error = swap_effect(near_input, near_output)
    print(f"dropout 0.2, then 0.5 minus 0.5, then 0.2: {difference:.3f} +- {error:.3f}")

with self_check("runs"):
    plot_swapped({name: runs[name] for name in ("0.2, then 0.5", "0.5, then 0.2")})

{{ test_cell("test_swap_effect") }}

{{ written_question("written_swap") }}

{{ prose("exercise_2") }}

{{ stub_cell("best_and_last") }}

# %% role="given" key="see_best_and_last"
with self_check("best_and_last"):
    made_up = {"epoch": [0, 4, 8, 12], "val": [0.1, 0.8, 0.8, 0.7]}
    print(f"by hand: {best_and_last(made_up)}")

with self_check("best_and_last", "runs"):
    some = {name: runs[name][0] for name in ("neither", "dropout", "decay")}
    found = {name: best_and_last(history) for name, history in some.items()}
    for name, (epoch, best, last) in found.items():
        print(f"{name}: best {best:.3f} at epoch {epoch}, last {last:.3f}")
    plot_best_and_last(some, found)

{{ test_cell("test_best_and_last") }}

{{ prose("exercise_3") }}

{{ stub_cell("relu_dropout_variance") }}

# %% role="given" key="see_relu_dropout_variance"
with self_check("relu_dropout_variance", "dropout_layer"):
    np.random.seed(231)
    z = 2 * np.random.randn(1000, 1000)
    for dropout in (0, 0.5, 0.8):  # the probability of DROPPING
        exact = relu_dropout_variance(2, dropout)
        print(f"s = 2, dropout = {dropout} (drop): formula {exact:.3f}")
        simulated = dropout_layer(np.maximum(0, z), dropout).var()
        print(f"  simulated with your layer: {simulated:.3f}")

with self_check("relu_dropout_variance", "runs"):
    some = {name: runs[name][0] for name in ("neither", "dropout")}
    predicted = {}
    for name, dropout in (("neither", 0), ("dropout", 0.5)):  # the probability of DROPPING
        s = [rms[0] for rms in some[name]["rms"]]  # of what the two ReLUs receive at epoch 0
        predicted[name] = [relu_dropout_variance(one, dropout) for one in s]
        for layer in (0, 1):
            measured = some[name]["variance"][layer][0]
            print(f"{name}, hidden layer {layer + 1}, epoch 0: ", end="")
            print(f"formula {predicted[name][layer]:.1f}, measured {measured:.1f}")
    plot_variances(some, predicted)

{{ test_cell("test_relu_dropout_variance") }}

{{ prose("exercise_4") }}

{{ stub_cell("mc_predict") }}

{{ prose("see_mc_predict_text") }}

# %% role="given" key="see_mc_predict"
with self_check("mc_predict", "mlp_forward", "dropout_layer"):
    np.random.seed(231)
    small = random_params((6, 5, 4, 3), bias=0.5)
    mean, variance = mc_predict(copied(small), np.random.randn(2, 6), 0.2, 0.5, 100)
    print(f"mean:\n{mean}\nvariance:\n{variance}")

def uncertainty(name, history):
    """The spread of the predicted class over 50 passes, and whether the prediction is right."""
    np.random.seed(231)
    params, X, y = history["params"], data["X_test"], data["y_test"]
    mean, variance = mc_predict(params, X, 0.2, 0.5, 50)
    chosen = np.argmax(mean, axis=1)
    right = chosen == y
    spread = np.sqrt(np.asarray(variance)[np.arange(len(y)), chosen])
    scores, _ = mlp_forward(params, X, 0.2, 0.5, False)
    once = np.mean(np.argmax(scores, axis=1) == y)
    print(f"{name}:")
    print(f"  test accuracy {np.mean(right):.3f}, and {once:.3f} with one pass that drops nothing")
    print(f"  median spread where it is right {np.median(spread[right]):.3f}, ", end="")
    print(f"where it is wrong {np.median(spread[~right]):.3f}")
    return spread, right


with self_check("mc_predict", "runs"):
    nets = "Trained with 40 % wrong labels", "Trained with right labels"
    panels = {nets[0]: uncertainty(nets[0], runs["0.2, then 0.5"][0])}
    # The labels of the validation images are right: what if a net learns from 500 of those?
    right_labels = data | {"X_train": data["X_val"][:500], "y_train": data["y_val"][:500]}
    panels[nets[1]] = uncertainty(nets[1], train(SETTINGS["0.2, then 0.5"], 0, right_labels))
    plot_uncertainty(panels)

{{ test_cell("test_mc_predict") }}

{{ prose("head_variance_text") }}

{{ stub_cell("head_variance") }}

# %% role="given" key="see_head_variance"
with self_check("head_variance", "dropout_layer"):
    np.random.seed(231)
    w, h = np.random.randn(8), np.abs(np.random.randn(8))
    for dropout in (0.2, 0.5):  # the probability of DROPPING
        exact = head_variance(w, h, dropout)
        print(f"dropout = {dropout} (drop): exact {exact:.3f}")
        many = dropout_layer(np.tile(h, (50000, 1)), dropout) @ w
        print(f"  of 50000 passes: {many.var():.3f}")

{{ test_cell("test_head_variance") }}

{{ written_question("written_test_time") }}

{{ prose("exercise_5") }}

{{ stub_cell("dropout_penalty") }}

# %% role="given" key="see_dropout_penalty"
with self_check("dropout_penalty", "dropout_layer"):
    np.random.seed(231)
    X, w, y = np.random.randn(6, 3), np.random.randn(3), np.random.randn(6)
    dropout, passes = 0.3, 50000  # the probability of DROPPING
    exact = np.sum((y - X @ w) ** 2) + dropout_penalty(X, w, dropout)
    print(f"error without dropout plus your penalty: {exact:.2f}")
    noisy = dropout_layer(np.tile(X, (passes, 1)), dropout) @ w
    squares = np.sum((np.tile(y, passes) - noisy) ** 2) / passes
    print(f"mean of the error over {passes} masks: {squares:.2f}")

{{ test_cell("test_dropout_penalty") }}

{{ prose("beyond_additive_text") }}

{{ stub_cell("beyond_additive") }}

# %% role="given" key="see_beyond_additive"
with self_check("beyond_additive"):
    made_up = {"neither": 0.6, "decay": 0.7, "dropout": 0.75, "both": 0.8}
    print(f"by hand: {beyond_additive(made_up):.2f}")

with self_check("beyond_additive", "runs"):
    accuracy = {
        name: np.mean([history["val"][-1] for history in runs[name]])
        for name in ("neither", "decay", "dropout", "both")
    }
    beyond = beyond_additive(dict(accuracy))
    for name, value in accuracy.items():
        print(f"{name}: {value:.3f}")
    print(f"beyond additive: {beyond:.3f}")
    plot_gains(accuracy, beyond)

{{ test_cell("test_beyond_additive") }}

{{ written_question("written_decay") }}

{{ prose("exercise_6") }}

{{ stub_cell("dropconnect") }}

# %% role="given" key="see_dropconnect"
with self_check("dropconnect"):
    np.random.seed(231)
    ones, W = np.ones((20000, 4)), np.arange(8.0).reshape(4, 2)
    out = dropconnect(ones, W, 0.25)  # dropout = 0.25 (drop)
    print(f"the first three examples:\n{out[:3]}")
    print(f"mean over 20000 examples: {out.mean(axis=0)}, x W: {ones[0] @ W}")

{{ test_cell("test_dropconnect") }}

{{ prose("output_covariances_text") }}

{{ stub_cell("output_covariances") }}

# %% role="given" key="see_output_covariances"
np.random.seed(231)
h, W = np.abs(np.random.randn(10)), np.random.randn(10, 4)

with self_check("output_covariances"):
    of_dropout, of_dropconnect = output_covariances(h, W, 0.5)  # dropout = 0.5 (drop)
    plot_covariances({"dropout on units": of_dropout, "dropout on weights": of_dropconnect})

with self_check("output_covariances", "dropout_layer", "dropconnect"):
    of_dropout, of_dropconnect = output_covariances(h, W, 0.5)
    many = np.tile(h, (20000, 1))
    for name, exact, outputs in (
        ("units", of_dropout, dropout_layer(many, 0.5) @ W),
        ("weights", of_dropconnect, dropconnect(many, W, 0.5)),
    ):
        gap = np.max(np.abs(np.cov(outputs, rowvar=False) - exact)) / np.max(np.abs(exact))
        print(f"dropout on {name}, 20000 passes: within {100 * gap:.1f} % of your matrix")

{{ test_cell("test_output_covariances") }}

{{ prose("exercise_7") }}

{{ stub_cell("bishop_noise") }}

# %% role="given" key="see_bishop_noise"
with self_check("bishop_noise"):
    np.random.seed(231)
    X = np.linspace(-1, 1, 200_000).reshape(400, 500)
    noise = bishop_noise(X.copy(), 0.3) - X
    print(f"sigma = 0.3: mean of the noise {np.mean(noise):.4f}, ", end="")
    print(f"standard deviation {np.std(noise):.4f}")

{{ test_cell("test_bishop_noise") }}

{{ prose("my_noise_text") }}

{{ stub_cell("my_noise") }}

# %% role="given" key="see_my_noise"
with self_check("my_noise"):
    np.random.seed(231)
    for value in (1.0, -2.0):
        X = np.full((400, 500), value)
        noise = my_noise(X.copy(), True) - X
        print(f"entries {value}: mean of the noise {np.mean(noise):.4f}, ", end="")
        print(f"standard deviation {np.std(noise):.4f}")
    gap = np.max(np.abs(my_noise(X.copy(), False) - X))
    print(f"test time: distance from the input {gap:.0e}")

{{ test_cell("test_my_noise") }}

{{ prose("part_5") }}

{{ prose("program_1_text") }}

# %% role="given" key="program_1"
def forward_1(x, p):
    """Inverted dropout in training. p: the probability of KEEPING a unit. Returns out."""
    mask = np.random.randn(*x.shape) < p
    return x * mask / p


np.random.seed(231)
x, dout = np.random.randn(10, 10) + 10, np.random.randn(10, 10)


def forward_with_one_mask(x):
    np.random.seed(123)
    return forward_1(x, 0.25)


out = forward_with_one_mask(x)
numerical = eval_numerical_gradient_array(forward_with_one_mask, x, dout)
error = rel_error(dout * out / x, numerical)
print(f"gradient check, dx = dout * out / x: relative error {error:.1e}")
print(f"every entry of out is 0 or x / p: {np.all((out == 0) | np.isclose(out, x / 0.25))}")
print(f"two calls draw different masks: {np.any(forward_1(x, 0.25) != out)}")

{{ stub_cell("fault_1") }}

# %% role="given" key="see_fault_1"
with self_check("fault_1"):
    print(f"fault 1: {fault_1()}")

{{ test_cell("test_fault_1") }}

{{ stub_cell("mended_1") }}

# %% role="given" key="see_mended_1"
with self_check("mended_1"):
    np.random.seed(231)
    for p in (0.25, 0.8):  # the probability of KEEPING
        out = mended_1(np.ones((500, 500)), p)
        print(f"p = {p} (keep), ones: mean {out.mean():.3f}, ", end="")
        print(f"fraction kept {(out != 0).mean():.3f}")

{{ test_cell("test_mended_1") }}

{{ prose("program_2_text") }}

# %% role="given" key="program_2"
def forward_2(x, mask, p):
    """Inverted dropout in training. mask: 1 for kept units, 0 for others, drawn elsewhere.
    p: the probability of KEEPING a unit, with which the mask was drawn. Returns out.
    """
    return x * mask / p


def backward_2(dout, mask, p):
    """Its backward. mask: as forward_2 had it. p: the probability of KEEPING a unit."""
    return dout * mask


np.random.seed(231)
x, dout = np.random.randn(10, 10) + 10, np.random.randn(10, 10)
mask = np.indices(x.shape).sum(axis=0) % 5 < 2  # any mask will do to look at the gradient
out = forward_2(x, mask, 0.4)
dx = backward_2(dout, mask, 0.4)
print(f"dx has the shape of x: {dx.shape == x.shape}")
print(f"dx is 0 exactly where a unit was dropped: {np.all((dx == 0) == (out == 0))}")
print(f"elsewhere it has the sign of dout: {np.all((dx * dout > 0) == (out != 0))}")

{{ stub_cell("fault_2") }}

# %% role="given" key="see_fault_2"
with self_check("fault_2"):
    print(f"fault 2: {fault_2()}")

{{ test_cell("test_fault_2") }}

{{ stub_cell("mended_2") }}

# %% role="given" key="see_mended_2"
with self_check("mended_2"):
    for p in (1, 0.4):  # the probability of KEEPING
        some = mask if p < 1 else np.ones(x.shape)
        numerical = eval_numerical_gradient_array(lambda x: forward_2(x, some, p), x, dout)
        dx = mended_2(dout.copy(), some, p)
        print(f"p = {p} (keep): dx of shape {dx.shape}, ", end="")
        print(f"relative error {rel_error(dx, numerical):.1e}")

{{ test_cell("test_mended_2") }}

{{ prose("program_3_text") }}

# %% role="given" key="program_3"
def scores_3(params, x, mask1, mask2):
    """Scores of a net with two hidden layers in training; the masks are scaled already."""
    h1 = np.maximum(0, x @ params["W1"] + params["b1"])
    h1 = h1 * mask1
    h2 = np.maximum(0, h1 @ params["W2"] + params["b2"])
    h2 = h2 * mask2
    return h2 @ params["W2"] + params["b3"]


np.random.seed(231)
params_3 = random_params((5, 5, 5, 5), bias=0.5)
x_3 = np.random.randn(8, 5)
mask1_3, mask2_3 = np.random.binomial(1, 0.5, size=(2, 8, 5)) / 0.5
scores = scores_3(params_3, x_3, mask1_3, mask2_3)
print(f"a score for each example and class: {scores.shape == (8, 5)}")
scores = scores_3(params_3, x_3, mask1_3, 0 * mask2_3)
print(f"second hidden layer dropped: only b3 is left: {np.all(scores == params_3['b3'])}")
scores = scores_3(params_3, x_3, 0 * mask1_3, mask2_3)
moved = scores_3(params_3, x_3 + 1, 0 * mask1_3, mask2_3)
print(f"first hidden layer dropped: the input does not matter: {np.all(scores == moved)}")

{{ stub_cell("fault_3") }}

# %% role="given" key="see_fault_3"
with self_check("fault_3"):
    print(f"fault 3: {fault_3()}")

{{ test_cell("test_fault_3") }}

{{ stub_cell("mended_3") }}

# %% role="given" key="see_mended_3"
with self_check("mended_3"):
    scores = mended_3(copied(params_3), x_3, mask1_3, mask2_3)
    print(f"scores of shape {scores.shape}")
    for name in sorted(params_3):
        at = copied(params_3)
        gradient = eval_numerical_gradient_array(
            lambda _: mended_3(copied(at), x_3, mask1_3, mask2_3), at[name], np.ones((8, 5))
        )
        print(f"{name}: largest |entry| of the gradient {np.max(np.abs(gradient)):.2f}")

{{ test_cell("test_mended_3") }}

{{ prose("hand_in") }}
