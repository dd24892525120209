"""The optional comparison with PyTorch: plain words without it, right verdicts with it.

What needs PyTorch itself is one function a half; here arrays stand in for what they return, and
the last test runs whichever of the two a machine can do.
"""

import builtins
import sys
import types

import numpy as np
import pytest

from solutions import torch_check
from solutions.dropout_in_practice import cases
from solutions.dropout_in_practice.oracles import nets
from solutions.torch_check import (
    GRADIENTS,
    MISSING,
    Pass,
    compare_layers,
    compare_nets,
    compare_with_torch,
    draw_net,
)

CELLS = ("dropout_layer", "mlp_forward", "mlp_backward")


@pytest.fixture
def rng():
    return np.random.default_rng(3)


def notebook(*edits, cells=CELLS):
    """A notebook's names, after (cell, old, new) edits of the worked solution."""
    sources = cases.reference_cells()
    for cell, old, new in edits:
        assert sources[cell].count(old) == 1, old
        sources[cell] = sources[cell].replace(old, new)
    names = {}
    exec("import numpy as np", names)
    exec("from solutions.cs231n.layer_utils import *", names)
    exec("from solutions.cs231n.layers import *", names)
    for cell in cells:
        exec(sources[cell], names)
    return names


def drawn_pass(rng, net):
    """The Pass that PyTorch would make, from the oracle."""
    shapes = [(len(net.X), net.params[f"b{k}"].size) for k in (1, 2)]
    masks = tuple(
        (rng.random(shape) >= dropout) / (1 - dropout)
        for shape, dropout in zip(shapes, net.dropouts, strict=True)
    )
    scores = nets.scores(net.params, net.X, *masks)
    dscores = np.array([nets.softmax(row) for row in scores])
    dscores[np.arange(len(net.y)), net.y] -= 1
    dscores /= len(net.y)
    grads = nets.gradients(net.params, net.X, dscores, *masks)
    return Pass(masks, scores, dscores, grads)


def layer(X, dropout, rng):
    return X * (rng.random(X.shape) >= dropout) / (1 - dropout)


def without_torch(monkeypatch, error):
    real = builtins.__import__

    def fail(name, *args, **kwargs):
        if name == "torch":
            raise error
        return real(name, *args, **kwargs)

    monkeypatch.delitem(sys.modules, "torch", raising=False)
    monkeypatch.setattr(builtins, "__import__", fail)


@pytest.mark.parametrize(
    "error", [ModuleNotFoundError("No module named 'torch'"), OSError("libtorch.so: no such file")]
)
def test_without_torch_one_plain_line(monkeypatch, capsys, error):
    """Not installed, or installed and broken; nothing of the notebook is run."""
    without_torch(monkeypatch, error)
    assert compare_with_torch({}) is None
    assert capsys.readouterr().out == MISSING + "\n"


@pytest.mark.parametrize("dropout", [0.25, 0.6])
def test_right_layers_agree(rng, capsys, dropout):
    """Two layers that draw their own masks."""
    X = rng.uniform(1, 2, (300, 200))
    assert compare_layers(X, dropout, layer(X, dropout, rng), layer(X, dropout, rng))
    assert "differ" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (lambda X, d, rng: layer(X, 1 - d, rng), "fraction set to 0"),
        (lambda X, d, rng: layer(X, d, rng) * (1 - d), "least factor"),
        (lambda X, d, rng: layer(X, d, rng) * rng.uniform(0.9, 1.1, X.shape), "largest"),
        (lambda X, d, rng: X, "fraction set to 0"),
        (lambda X, d, rng: 0 * X, "mean of out / X"),
        (lambda X, d, rng: None, "returned None"),
        (lambda X, d, rng: X[:5], "returned something of shape (5, 200)"),
    ],
)
def test_what_differs_is_named(rng, capsys, wrong, line):
    """Keep and drop confused, not rescaled, nothing or everything dropped, no array."""
    X = rng.uniform(1, 2, (300, 200))
    assert not compare_layers(X, 0.25, wrong(X, 0.25, rng), layer(X, 0.25, rng))
    found = [text for text in capsys.readouterr().out.splitlines() if line in text]
    assert len(found) == 1
    assert "differ" in found[0]


def test_the_worked_solution_agrees_under_the_same_masks(rng, capsys):
    """To rounding, in the scores and in all six gradients."""
    net = draw_net(rng)
    differences = compare_nets(notebook(), net, drawn_pass(rng, net))
    assert set(differences) == {"scores", *GRADIENTS}
    assert max(differences.values()) < 1e-12
    assert capsys.readouterr().out.count("agree") == 7


def test_the_notebooks_own_layer_is_back_afterwards(rng):
    """After a comparison and after an error, and where there was none before."""
    net = draw_net(rng)
    theirs = drawn_pass(rng, net)
    names = notebook()
    own = names["dropout_layer"]
    compare_nets(names, net, theirs)
    assert names["dropout_layer"] is own
    names["mlp_forward"] = lambda *args: 1 / 0
    with pytest.raises(ZeroDivisionError):
        compare_nets(names, net, theirs)
    assert names["dropout_layer"] is own
    names = notebook(cells=CELLS[1:])
    assert compare_nets(names, net, theirs) is not None
    assert "dropout_layer" not in names


def test_a_wrong_gradient_differs_and_the_others_agree(rng, capsys):
    """The first layer's gradients miss the mask."""
    names = notebook(
        ("mlp_backward", "affine_relu_backward(dh1 * mask1", "affine_relu_backward(dh1")
    )
    net = draw_net(rng)
    differences = compare_nets(names, net, drawn_pass(rng, net))
    assert {name for name, value in differences.items() if value > 1e-6} == {"W1", "b1"}
    assert capsys.readouterr().out.count("differ") == 3  # the heading too


def test_missing_gradients_and_odd_results_are_no_errors(rng, capsys):
    """A dictionary without W2, no dictionary, no pair."""
    net = draw_net(rng)
    theirs = drawn_pass(rng, net)
    names = notebook(("mlp_backward", "return grads", 'grads.pop("W2")\n    return grads'))
    assert compare_nets(names, net, theirs)["W2"] == np.inf
    names["mlp_backward"] = lambda dscores, cache: None
    assert compare_nets(names, net, theirs)["b3"] == np.inf
    for odd in (None, np.zeros(3)):

        def forward(params, X, dropout_1, dropout_2, training, odd=odd):
            for mask, dropout in zip(theirs.masks, (dropout_1, dropout_2), strict=True):
                names["dropout_layer"](np.ones(mask.shape), dropout)
            return odd

        names["mlp_forward"] = forward
        assert compare_nets(names, net, theirs) is None
        assert "nothing is compared" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (
            "dropout_layer(np.ones_like(h2), dropout_2)",
            "(np.random.rand(*h2.shape) >= dropout_2)",
            "calls dropout_layer once",
        ),
        ("dropout_1) if", "1 - dropout_1) if", "asks for dropout = 0.75 in hidden layer 1"),
        ("np.ones_like(h2)", "np.ones(3)", "an array of shape (3,) for hidden layer 2"),
        ("    h2, cache2", "    dropout_layer(h1, dropout_2)\n    h2, cache2", "hidden layer 2"),
    ],
)
def test_a_net_that_cannot_be_given_the_masks_is_told_why(rng, capsys, old, new, words):
    """And nothing is compared."""
    net = draw_net(rng)
    names = notebook(("mlp_forward", old, new))
    assert compare_nets(names, net, drawn_pass(rng, net)) is None
    out = capsys.readouterr().out
    assert words in out
    assert "nothing is compared" in out


def test_masks_drawn_inline_are_told_apart(rng, capsys):
    """No call of dropout_layer at all, and one too many."""
    net = draw_net(rng)
    theirs = drawn_pass(rng, net)
    names = notebook(
        ("mlp_forward", "dropout_layer(np.ones_like(h1), dropout_1)", "1.0"),
        ("mlp_forward", "dropout_layer(np.ones_like(h2), dropout_2)", "1.0"),
    )
    assert compare_nets(names, net, theirs) is None
    assert "without calling dropout_layer" in capsys.readouterr().out
    again = "dropout_layer(h2, 0.6)\n    scores, cache3"
    names = notebook(("mlp_forward", "scores, cache3", again))
    assert compare_nets(names, net, theirs) is None
    assert "more than twice" in capsys.readouterr().out


def test_a_missing_function_is_a_name_error(rng):
    """With the name, as solutions.selfcheck wants it."""
    net = draw_net(rng)
    with pytest.raises(NameError) as caught:
        compare_nets(notebook(cells=CELLS[:2]), net, drawn_pass(rng, net))
    assert caught.value.name == "mlp_backward"


def test_both_halves_run_with_a_stand_in(monkeypatch, capsys, rng):
    """Arrays in the place of what the two functions that need PyTorch return."""
    fake = types.ModuleType("torch")
    seeds = []
    fake.manual_seed = seeds.append
    monkeypatch.setitem(sys.modules, "torch", fake)
    monkeypatch.setattr(torch_check, "torch_layer", lambda torch, X, d: layer(X, d, rng))
    monkeypatch.setattr(torch_check, "torch_pass", lambda torch, net: drawn_pass(rng, net))
    differences = compare_with_torch(notebook(), seed=5)
    assert max(differences.values()) < 1e-12
    assert seeds == [5]
    out = capsys.readouterr().out
    assert out.count("agree") == 2 * 4 + 7
    assert "dropout = 0.25" in out


def test_on_this_machine(capsys):
    """With PyTorch the worked solution agrees with it; without, the plain line."""
    differences = compare_with_torch(notebook())
    out = capsys.readouterr().out
    if out == MISSING + "\n":
        assert differences is None
    else:
        assert max(differences.values()) < 1e-12
        assert out.count("agree") == 2 * 4 + 7
