# ---
# jupyter:
#   copy_beside: [selfcheck.py, cs231n]
# ---
{# The notebook `dropout`: cells here, prose in dropout.<language>.md, solutions in
   solutions/dropout/reference.py, points in autograder/marking/dropout.toml.
   Roles are explained in autograder/build/master.py. Build: python -m autograder build dropout #}

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

{% macro question_cell(key, rubric) -%}
# %% [markdown] role="given" key="{{ key }}"
{{ text(key) }}
#
{{ mark_scheme(rubric) }}
{%- endmacro %}

{% macro written_cell(grade_id) -%}
# %% [markdown] role="written" key="{{ grade_id }}"
{{ text(grade_id) }}
{%- endmacro %}

# %% [markdown] key="intro"
{{ text("intro") }}

# %% [markdown] key="how_it_is_marked"
{{ text("how_it_is_marked") }}

# %% role="given" key="setup"
import matplotlib.pyplot as plt
import numpy as np

from cs231n.data_utils import get_experiment_data
from cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from cs231n.layer_utils import *
from cs231n.layers import *
from cs231n.solver import Solver
from selfcheck import self_check

data = get_experiment_data()
for name, array in data.items():
    print(f"{name}: {array.shape}")

# %% [markdown] key="forward"
{{ text("forward") }}

{{ stub_cell("dropout_forward") }}

# %% [markdown] key="see_forward"
{{ text("see_forward") }}

# %% role="given" key="see_dropout_forward"
with self_check("dropout_forward"):
    np.random.seed(231)
    x = np.random.randn(500, 500) + 10
    for p in (0.25, 0.4, 0.7):
        trained, _ = dropout_forward(x, {"mode": "train", "p": p})
        tested, _ = dropout_forward(x, {"mode": "test", "p": p})
        print(f"p = {p}")
        print(f"  mean of the input              {x.mean()}")
        print(f"  mean of the output, training   {trained.mean()}")
        print(f"  mean of the output, test       {tested.mean()}")
        print(f"  fraction set to 0, training    {(trained == 0).mean()}")
        print(f"  fraction set to 0, test        {(tested == 0).mean()}")

{{ test_cell("test_forward_mask") }}

{{ test_cell("test_forward_interface") }}

# %% [markdown] key="backward"
{{ text("backward") }}

{{ stub_cell("dropout_backward") }}

# %% [markdown] key="see_backward"
{{ text("see_backward") }}

# %% role="given" key="see_dropout_backward"
with self_check("dropout_backward", "dropout_forward"):
    np.random.seed(231)
    x = np.random.randn(10, 10) + 10
    dout = np.random.randn(*x.shape)
    dropout_param = {"mode": "train", "p": 0.2, "seed": 123}

    _, cache = dropout_forward(x, dropout_param)
    dx = dropout_backward(dout, cache)
    dx_numerical = eval_numerical_gradient_array(
        lambda moved: dropout_forward(moved, dropout_param)[0], x, dout
    )
    print(f"dx relative error: {rel_error(dx, dx_numerical)}")

{{ test_cell("test_backward") }}

{{ question_cell("q1_question", "q1_rubric") }}

{{ stub_cell("inline_question_1") }}

# %% role="given" key="see_inline_question_1"
with self_check("inline_question_1"):
    mean_ratio, test_over_train = inline_question_1()
    print(f"E[out] / x at p = 0.25, nothing divided: {mean_ratio}")
    print(f"test over training after two layers at p = 0.5: {test_over_train}")

{{ test_cell("test_inline_question_1") }}

{{ written_cell("written_1") }}

# %% [markdown] key="net"
{{ text("net") }}

{{ stub_cell("FullyConnectedNet") }}

# %% [markdown] key="see_the_net"
{{ text("see_the_net") }}

# %% role="given" key="see_net"
with self_check("FullyConnectedNet", "dropout_forward", "dropout_backward"):
    np.random.seed(231)
    X = np.random.randn(2, 15)
    y = np.random.randint(10, size=2)
    for keep in (1, 0.75, 0.5):
        # Sizes of the hidden layers, input, classes, keep probability.
        net = FullyConnectedNet(
            [20, 30], 15, 10, keep, weight_scale=5e-2, dtype=np.float64, seed=123
        )
        loss, grads = net.loss(X, y)
        print(f"keep probability {keep}")
        print(f"  initial loss        {loss}")
        for name in sorted(grads):
            numerical = eval_numerical_gradient(
                lambda _: net.loss(X, y)[0], net.params[name], verbose=False, h=1e-5
            )
            print(f"  {name} relative error   {rel_error(numerical, grads[name]):.2e}")

{{ test_cell("test_net") }}

{{ test_cell("test_batchnorm_order") }}

# %% [markdown] key="experiment_text"
{{ text("experiment_text") }}

# %% role="given" key="experiment"
def run_experiment(keep, data, num_epochs=None):
    """Train one net on 500 examples, keeping hidden units with probability `keep`.

    Returns {"loss": one a step, "epoch": when accuracies were measured, "train": accuracies,
    "val": accuracies}, the training accuracies on the labels as given.
    """
    small_data = {
        "X_train": data["X_train"][:500],
        "y_train": data["y_train"][:500],
        "X_val": data["X_val"],
        "y_val": data["y_val"],
    }
    np.random.seed(231)
    if data["X_train"].ndim == 4:  # CIFAR-10
        net = FullyConnectedNet([500], 3 * 32 * 32, 10, keep)
        learning_rate, epochs = 5e-4, 25
    else:  # digits
        net = FullyConnectedNet([200, 200], 64, 10, keep, weight_scale=5e-2)
        learning_rate, epochs = 1e-3, 60
    solver = Solver(
        net,
        small_data,
        update_rule="adam",
        optim_config={"learning_rate": learning_rate},
        num_epochs=epochs if num_epochs is None else num_epochs,
        batch_size=100,
        check_every=2,
        verbose=False,
    )
    solver.train()
    return {
        "loss": [float(value) for value in solver.loss_history],
        "epoch": solver.epoch_history,
        "train": [float(value) for value in solver.train_acc_history],
        "val": [float(value) for value in solver.val_acc_history],
    }


with self_check("FullyConnectedNet", "dropout_forward", "dropout_backward"):
    histories = {keep: run_experiment(keep, data) for keep in (1, 0.25)}
    for keep, history in histories.items():
        print(f"keep probability {keep}: final training accuracy {history['train'][-1]:.3f}, ", end="")
        print(f"final validation accuracy {history['val'][-1]:.3f}")

# %% role="given" key="plots"
with self_check("histories"):
    runs = histories.items()  # first of all: without them nothing is to be drawn
    # Colours and dashes both tell the runs apart, on paper and to colour-blind readers.
    styles = {1: ("#0072B2", "-", "p = 1 (no dropout)"), 0.25: ("#D55E00", "--", "p = 0.25")}
    figure, axes = plt.subplots(1, 2, figsize=(10, 4), sharey=True)
    for axis, which, title in zip(axes, ("train", "val"), ("Training", "Validation")):
        for keep, history in runs:
            colour, dash, label = styles[keep]
            epochs = history["epoch"]
            axis.plot(epochs, history[which], dash, color=colour, label=label, linewidth=1.8)
        axis.set(title=f"{title} accuracy", xlabel="epoch", ylim=(0, 1.02))
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("accuracy")
    axes[1].legend(title="keep probability", loc="lower right")
    plt.show()

{{ test_cell("test_experiment") }}

{{ question_cell("q2_question", "q2_rubric") }}

{{ stub_cell("inline_question_2") }}

# %% role="given" key="see_inline_question_2"
with self_check("inline_question_2", "histories"):
    train_without, val_without, train_with, val_with = inline_question_2()
    print(f"keep 1:    training {train_without:.3f}, validation {val_without:.3f}")
    print(f"keep 0.25: training {train_with:.3f}, validation {val_with:.3f}")

{{ test_cell("test_inline_question_2") }}

{{ written_cell("written_2") }}

{{ question_cell("q3_question", "q3_rubric") }}

{{ stub_cell("inline_question_3") }}

# %% role="given" key="see_inline_question_3"
with self_check("inline_question_3"):
    choice = inline_question_3()
    if choice is None:
        print("`inline_question_3` returned None: is a `return` missing?")
    elif choice in ("raise", "leave", "lower"):
        print(f"With smaller hidden layers: {choice} p.")
    else:
        print(f'It returned {choice!r}, which is not one of "raise", "leave", "lower".')

{{ test_cell("test_inline_question_3") }}

{{ written_cell("written_3") }}

# %% [markdown] key="hand_in"
{{ text("hand_in") }}
