"""The plots of the notebook. Each draws what it is given and computes next to nothing.

Colours, and dashes or hatches beside them, tell things apart: on paper and for everybody's eyes.
"""

import matplotlib.pyplot as plt
import numpy as np

__all__ = [
    "plot_best_and_last",
    "plot_covariances",
    "plot_ensembles",
    "plot_gains",
    "plot_swapped",
    "plot_uncertainty",
    "plot_variances",
]

BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#CCCCCC"
PAPER = {
    "facecolor": "white",
    "edgecolor": "none",
}  # behind digits, so that hatches do not hide them


def plot_ensembles(linear, softmax, relu):
    """Three panels: means over all masks beside the one pass with every unit scaled.

    linear, relu: (mean, one pass). softmax: (arithmetic mean, geometric mean, one pass). Each is
    an array with a number for each class.
    """
    mean, one = ("mean over all masks", BLUE, ""), ("one pass, units times p", GREY, "///")
    means = ("arithmetic mean", BLUE, ""), ("geometric mean", ORANGE, "...")
    _, axes = plt.subplots(1, 3, figsize=(12, 3.8), layout="constrained")
    for axis, title, label, heights, styles in (
        (axes[0], "Linear", "score", linear, (mean, one)),
        (axes[1], "Softmax of linear scores", "probability", softmax, (*means, one)),
        (axes[2], "Linear behind a ReLU", "score", relu, (mean, one)),
    ):
        width = 0.8 / len(heights)
        classes = np.arange(len(heights[0]))
        for k, (values, (name, colour, hatch)) in enumerate(zip(heights, styles, strict=True)):
            places = classes + (k - (len(heights) - 1) / 2) * width
            look = {"color": colour, "hatch": hatch, "edgecolor": "black"}
            axis.bar(places, values, width, label=name, **look)
        axis.axhline(0, color="black", linewidth=0.8)
        axis.set(title=title, xlabel="class", ylabel=label, xticks=classes)
        _make_room_for_legend(axis, len(heights))
    plt.show()


def plot_swapped(runs):
    """Validation accuracy against epoch: thin lines for single seeds, a thick one for their mean.

    runs: {name: [history, ...]}, two names.
    """
    _, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    lowest = 1
    for (name, histories), colour, dash in zip(
        runs.items(), (BLUE, ORANGE), ("-", "--"), strict=True
    ):
        curves = np.array([history["val"] for history in histories])
        epochs = histories[0]["epoch"]
        lowest = min(lowest, np.min(curves[:, 2:]))
        axis.plot(epochs, curves.T, dash, color=colour, linewidth=0.9, alpha=0.5)
        label = f"dropout {name}: mean of {len(curves)} seeds"
        axis.plot(epochs, curves.mean(axis=0), dash, color=colour, linewidth=2.6, label=label)
    # All runs begin near 0.1; left out, so that what differs can be seen.
    axis.set_ylim(bottom=lowest - 0.03)
    axis.set(title="The two probabilities of dropping, swapped", xlabel="epoch")
    axis.set_ylabel("validation accuracy")
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    plt.show()


def plot_best_and_last(runs, found):
    """Validation accuracy against epoch, with the best epoch marked.

    runs: {name: history}. found: {name: (best epoch, best, last)}.
    """
    _, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    looks = ((BLUE, "-"), (ORANGE, "--"), (GREEN, "-."))
    for (name, history), (colour, dash) in zip(runs.items(), looks, strict=False):
        axis.plot(history["epoch"], history["val"], dash, color=colour, linewidth=1.8, label=name)
        axis.plot(*found[name][:2], "o", color=colour, markersize=9, markerfacecolor="white")
    axis.plot([], [], "o", color="black", markersize=9, markerfacecolor="white", label="best")
    axis.set(title="Best and last epoch", xlabel="epoch", ylabel="validation accuracy")
    axis.set_ylim(0, 1.02)
    axis.grid(alpha=0.3)
    axis.legend(loc="lower right")
    plt.show()


def plot_variances(runs, predicted):
    """The variance of the activations against epoch, a panel for each hidden layer.

    runs: {name: history}. predicted: {name: (first layer, second layer)}, what the formula says
    of epoch 0.
    """
    _, axes = plt.subplots(1, 2, figsize=(11, 4), layout="constrained", sharey=True)
    for layer, (axis, title) in enumerate(zip(axes, ("First", "Second"), strict=True)):
        looks = ((BLUE, "-", "o"), (ORANGE, "--", "D"))
        for (name, history), (colour, dash, mark) in zip(runs.items(), looks, strict=True):
            variances = history["variance"][layer]
            axis.plot(history["epoch"], variances, dash, color=colour, linewidth=1.8, label=name)
            axis.plot(
                0, predicted[name][layer], mark, color=colour, markersize=9,
                markerfacecolor="none", markeredgewidth=1.8, label=f"{name}: your formula, epoch 0",
            )  # fmt: skip
        axis.set(title=f"{title} hidden layer", xlabel="epoch", yscale="log")
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter("{x:g}")
        axis.grid(alpha=0.3, which="both")
    axes[0].set_ylabel("variance of the activations (logarithmic)")
    axes[0].legend(loc="lower left")
    plt.show()


def plot_uncertainty(panels):
    """Boxes of the standard deviation of the predicted class, for right and wrong predictions.

    panels: {title: (spread, right)}, arrays (N,): standard deviations, and whether each
    prediction is right.
    """
    _, axes = plt.subplots(1, len(panels), figsize=(11, 4), layout="constrained", sharey=True)
    for axis, (title, (spread, right)) in zip(axes, panels.items(), strict=True):
        groups = [spread[right], spread[~right]]
        boxes = axis.boxplot(groups, widths=0.55, patch_artist=True, medianprops={"color": "black"})
        for box, colour, hatch in zip(boxes["boxes"], (BLUE, ORANGE), ("", "///"), strict=True):
            box.set(facecolor=colour, alpha=0.7, hatch=hatch)
        axis.set_xticks([1, 2], [f"right ({len(groups[0])})", f"wrong ({len(groups[1])})"])
        axis.set(title=title, xlabel="prediction for a test image")
        axis.set_ylim(0, 0.5)  # no number between 0 and 1 can have a larger standard deviation
        axis.grid(alpha=0.3, axis="y")
    axes[0].set_ylabel("standard deviation over passes\nof the predicted class's probability")
    plt.show()


def plot_gains(accuracy, beyond):
    """Final accuracies, and where `both` would be if the gains of the two added up.

    accuracy: {"neither": ..., "decay": ..., "dropout": ..., "both": ...}. beyond: by how much
    the gain of both exceeds the sum of the gains of each.
    """
    _, axis = plt.subplots(figsize=(7, 4), layout="constrained")
    for place, (name, colour, hatch) in enumerate(
        (
            ("neither", GREY, ""),
            ("decay", BLUE, "..."),
            ("dropout", ORANGE, "///"),
            ("both", GREEN, "xx"),
        )
    ):
        axis.bar(place, accuracy[name], color=colour, hatch=hatch, edgecolor="black")
        axis.text(place, accuracy[name] / 2, f"{accuracy[name]:.3f}", ha="center", bbox=PAPER)
    added_up = accuracy["both"] - beyond
    label = "both, if the gains added up"
    axis.plot((2.55, 3.45), (added_up, added_up), "--", color="black", linewidth=2, label=label)
    axis.axhline(accuracy["neither"], color="black", linestyle=":", label="neither")
    axis.set_xticks(range(4), ("neither", "weight decay", "dropout", "both"))
    axis.set(title="Two regularisers, alone and together", ylim=(0, 1.25))
    axis.set_ylabel("final validation accuracy")
    axis.legend(loc="upper left", ncols=2)
    plt.show()


def plot_covariances(matrices):
    """Covariance matrices side by side as images, with their entries.

    matrices: {title: array (C, C)}.
    """
    largest = max(np.max(np.abs(matrix)) for matrix in matrices.values())
    _, axes = plt.subplots(1, len(matrices), figsize=(9, 4), layout="constrained")
    for axis, (title, matrix) in zip(axes, matrices.items(), strict=True):
        # Orange below 0, purple above: apart for colour-blind readers too; the digits do the rest.
        image = axis.imshow(matrix, cmap="PuOr", vmin=-largest, vmax=largest)
        for (row, column), value in np.ndenumerate(matrix):
            dark = abs(value) > 0.6 * largest
            look = {"ha": "center", "va": "center", "color": "white" if dark else "black"}
            axis.text(column, row, f"{value:.2f}", **look)
        ticks = range(len(matrix))
        axis.set(title=title, xlabel="output", ylabel="output", xticks=ticks, yticks=ticks)
    plt.colorbar(image, ax=axes, label="covariance over masks", shrink=0.8)
    plt.show()


def _make_room_for_legend(axis, lines):
    """A legend at the top that covers no bar. lines: how many entries it has."""
    low, high = axis.get_ylim()
    axis.set_ylim(low, high + (high - low) * 0.11 * lines)
    axis.legend(loc="upper left", fontsize="small", framealpha=1)
