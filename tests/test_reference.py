"""The given layers, update rules, solver and gradient checker; the oracles; the worked solution."""

import itertools
import time

import numpy as np
import pytest

from solutions.cs231n import layer_utils, layers, optim
from solutions.cs231n.gradient_check import (
    eval_numerical_gradient,
    eval_numerical_gradient_array,
    rel_error,
)
from solutions.cs231n.solver import Solver
from solutions.dropout import oracles, reference


@pytest.fixture(autouse=True)
def seeded():
    """Each test starts NumPy's global stream at the same place, and puts it back."""
    state = np.random.get_state()
    np.random.seed(0)
    yield
    np.random.set_state(state)


def assert_gradients(forward, arrays, gradients, dout):
    """Every gradient equals the numerical one of forward(), which reads the arrays."""
    for array, gradient in zip(arrays, gradients, strict=True):
        numerical = eval_numerical_gradient_array(lambda _: forward(), array, dout)
        assert gradient.shape == array.shape
        np.testing.assert_allclose(gradient, numerical, rtol=1e-6, atol=1e-8)


# ---- layers ----


def test_affine_gradients():
    """affine_backward agrees with differences for images and for either shape of bias."""
    x, w = np.random.randn(4, 2, 3), np.random.randn(6, 5)
    dout = np.random.randn(4, 5)
    for b in (np.random.randn(5), np.random.randn(1, 5)):
        out, cache = layers.affine_forward(x, w, b)
        np.testing.assert_allclose(out, x.reshape(4, 6) @ w + b)
        gradients = layers.affine_backward(dout, cache)
        assert_gradients(lambda b=b: layers.affine_forward(x, w, b)[0], (x, w, b), gradients, dout)


def test_relu_gradient():
    """ReLU passes the gradient where x is positive and stops it at zero and below."""
    out, cache = layers.relu_forward(np.array([[-1.0, 0.0, 2.0]]))
    dx = layers.relu_backward(np.array([[5.0, 6.0, 7.0]]), cache)
    assert out.tolist() == [[0, 0, 2]]
    assert dx.tolist() == [[0, 0, 7]]


@pytest.mark.parametrize("backward", [layers.batchnorm_backward, layers.batchnorm_backward_alt])
def test_batchnorm_gradients(backward):
    """Both batch norm backwards agree with differences."""
    x, gamma, beta = 3 * np.random.randn(6, 4) + 5, np.random.randn(4), np.random.randn(4)
    dout = np.random.randn(6, 4)

    def forward():
        return layers.batchnorm_forward(x, gamma, beta, {"mode": "train"})

    assert_gradients(lambda: forward()[0], (x, gamma, beta), backward(dout, forward()[1]), dout)


def test_batchnorm_normalises_the_batch_in_training():
    """Every column gets mean 0 and variance 1, which gamma and beta then change."""
    x = 3 * np.random.randn(200, 3) + 5
    out, _ = layers.batchnorm_forward(x, np.ones(3), np.zeros(3), {"mode": "train"})
    np.testing.assert_allclose(out.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(out.std(axis=0), 1, atol=1e-5)
    moved, _ = layers.batchnorm_forward(x, np.full(3, 2.0), np.full(3, 7.0), {"mode": "train"})
    np.testing.assert_allclose(moved, 2 * out + 7)


def test_batchnorm_uses_the_running_averages_at_test_time():
    """After many batches test mode normalises by the population, whatever else is in the batch."""
    bn_param = {"mode": "train"}
    for _ in range(200):
        x = 3 * np.random.randn(500, 2) + 5
        layers.batchnorm_forward(x, np.ones(2), np.zeros(2), bn_param)
    bn_param["mode"] = "test"
    kept = bn_param["running_mean"].copy()
    out, _ = layers.batchnorm_forward(np.array([[5.0, 8.0]]), np.ones(2), np.zeros(2), bn_param)
    np.testing.assert_allclose(out, [[0, 1]], atol=0.1)
    np.testing.assert_array_equal(bn_param["running_mean"], kept)


def test_batchnorm_averages_keep_momentum_of_the_past():
    """Each batch moves the running averages by 1 - momentum of the way to its own."""
    x, bn_param = np.array([[2.0], [6.0]]), {"mode": "train", "momentum": 0.9}
    for mean, var in ((0.4, 0.4), (0.76, 0.76)):  # the batch has mean 4 and variance 4
        layers.batchnorm_forward(x, np.ones(1), np.zeros(1), bn_param)
        np.testing.assert_allclose(bn_param["running_mean"], [mean])
        np.testing.assert_allclose(bn_param["running_var"], [var])


def test_batchnorm_of_one_example_is_beta():
    """One example is its own mean, so only beta is left."""
    beta = np.array([1.0, -2.0])
    out, _ = layers.batchnorm_forward(np.array([[3.0, 4.0]]), np.ones(2), beta, {"mode": "train"})
    np.testing.assert_array_equal(out, [beta])


def test_batchnorm_refuses_an_unknown_mode():
    """A misspelt mode is an error, not silently training or testing."""
    with pytest.raises(ValueError, match="'tset'"):
        layers.batchnorm_forward(np.ones((2, 2)), np.ones(2), np.ones(2), {"mode": "tset"})


def test_layernorm_gradients():
    """Layer norm's backward agrees with differences."""
    x, gamma, beta = 3 * np.random.randn(4, 6) + 5, np.random.randn(6), np.random.randn(6)
    dout = np.random.randn(4, 6)

    def forward():
        return layers.layernorm_forward(x, gamma, beta, {})

    gradients = layers.layernorm_backward(dout, forward()[1])
    assert_gradients(lambda: forward()[0], (x, gamma, beta), gradients, dout)


def test_layernorm_ignores_the_rest_of_the_batch():
    """An example alone and in a batch has the same output."""
    x, gamma, beta = np.random.randn(4, 6), np.random.randn(6), np.random.randn(6)
    together, _ = layers.layernorm_forward(x, gamma, beta, {})
    alone, _ = layers.layernorm_forward(x[:1], gamma, beta, {})
    np.testing.assert_allclose(alone, together[:1])


@pytest.mark.parametrize("loss_layer", [layers.softmax_loss, layers.svm_loss])
def test_loss_gradients(loss_layer):
    """Both losses' gradients agree with differences."""
    x, y = np.random.randn(5, 4), np.array([0, 3, 1, 1, 2])
    numerical = eval_numerical_gradient(lambda scores: loss_layer(scores, y)[0], x, verbose=False)
    np.testing.assert_allclose(loss_layer(x, y)[1], numerical, rtol=1e-6, atol=1e-9)


def test_loss_values():
    """Equal scores cost log C under softmax and C - 1 under the hinge; big scores are fine."""
    y = np.array([0, 2])
    assert layers.softmax_loss(np.zeros((2, 3)), y)[0] == pytest.approx(np.log(3))
    assert layers.softmax_loss(np.array([[1e4, 0.0, 0.0]]), y[:1])[0] == 0
    assert layers.svm_loss(np.zeros((2, 3)), y)[0] == 2


def test_layers_keep_float32():
    """A float32 net stays float32, which halves its time."""
    x, w = np.ones((4, 3), np.float32), np.ones((3, 2), np.float32)
    one = np.ones(2, np.float32)
    out, cache = layer_utils.affine_bn_relu_forward(x, w, one, one, one, {"mode": "train"})
    assert out.dtype == np.float32
    for gradient in layer_utils.affine_bn_relu_backward(np.ones_like(out), cache):
        assert gradient.dtype == np.float32


def test_affine_relu_gradients():
    """The affine-ReLU pair agrees with differences."""
    x, w, b = np.random.randn(3, 2, 2), np.random.randn(4, 5), np.random.randn(5)
    dout = np.random.randn(3, 5)
    gradients = layer_utils.affine_relu_backward(dout, layer_utils.affine_relu_forward(x, w, b)[1])
    assert_gradients(
        lambda: layer_utils.affine_relu_forward(x, w, b)[0], (x, w, b), gradients, dout
    )


def test_affine_bn_relu_gradients():
    """The affine-batch-norm-ReLU triple agrees with differences, and applies them in that order."""
    x, w, b = np.random.randn(6, 4), np.random.randn(4, 5), np.random.randn(5)
    gamma, beta, dout = np.random.randn(5), np.random.randn(5), np.random.randn(6, 5)

    def forward():
        return layer_utils.affine_bn_relu_forward(x, w, b, gamma, beta, {"mode": "train"})

    normed, _ = layers.batchnorm_forward(x @ w + b, gamma, beta, {"mode": "train"})
    np.testing.assert_allclose(forward()[0], np.maximum(0, normed))
    gradients = layer_utils.affine_bn_relu_backward(dout, forward()[1])
    assert_gradients(lambda: forward()[0], (x, w, b, gamma, beta), gradients, dout)


@pytest.mark.parametrize("module", [layers, layer_utils, optim])
def test_star_imports_bring_only_our_names(module):
    """`from cs231n.layers import *` gives functions, not np or helpers, and no dropout."""
    assert all(callable(getattr(module, name)) for name in module.__all__)
    assert not [name for name in module.__all__ if "dropout" in name or name.startswith("_")]


# ---- update rules, gradient checker, solver ----


def test_first_steps_of_the_update_rules():
    """Two steps of every rule equal the formulas worked by hand with numbers."""
    w, dw = np.array([1.0]), np.array([2.0])
    settings = {"learning_rate": 0.1}
    expected = {
        "sgd": (0.8, 0.6),
        "sgd_momentum": (0.8, 0.8 - 0.38),  # v = -.2, then .9 * -.2 - .2
        "rmsprop": (1 - 0.2 / 0.2, -0.2 / np.sqrt(0.0796)),  # cache .04, then .0796
        "adam": (0.9, 0.8),  # bias-corrected: a constant gradient moves w by the learning rate
    }
    for name, (first, second) in expected.items():
        rule = getattr(optim, name)
        w1, config = rule(w, dw, dict(settings))
        w2, _ = rule(w1, dw, config)
        np.testing.assert_allclose((w1[0], w2[0]), (first, second), atol=1e-6, err_msg=name)
        assert w[0] == 1, f"{name} changed w in place"


def test_adam_gives_the_digits_of_one_plain_expression():
    """Working in place changes no bit of Adam."""
    w = np.random.randn(30).astype(np.float32)
    plain_w, m, v, config = w, np.zeros_like(w), np.zeros_like(w), {}
    for t in range(1, 6):
        dw = np.random.randn(30).astype(np.float32)
        w, config = optim.adam(w, dw, config)
        m, v = 0.9 * m + (1 - 0.9) * dw, 0.999 * v + (1 - 0.999) * dw**2
        mhat, vhat = m / (1 - 0.9**t), v / (1 - 0.999**t)
        plain_w = plain_w - 1e-3 * mhat / (np.sqrt(vhat) + 1e-8)
        np.testing.assert_array_equal(w, plain_w)


def test_numerical_gradient_puts_x_back_and_is_right():
    """The difference quotient of sum(x^3) is 3 x^2, and x keeps every bit."""
    x = np.random.randn(2, 3)
    before = x.copy()
    gradient = eval_numerical_gradient(lambda z: np.sum(z**3), x, verbose=False)
    np.testing.assert_allclose(gradient, 3 * x**2, rtol=1e-8, atol=1e-9)
    np.testing.assert_array_equal(x, before)


def test_numerical_gradient_of_a_function_that_returns_its_input():
    """An f that returns x itself, not a copy, still has gradient df."""
    x, df = np.random.randn(3), np.random.randn(3)
    np.testing.assert_allclose(eval_numerical_gradient_array(lambda z: z, x, df), df, rtol=1e-9)


def test_rel_error():
    """rel_error is the largest |x - y| / (|x| + |y|), with a floor of 1e-8 below."""
    assert rel_error(np.array([1.0, 3.0]), np.array([1.0, 1.0])) == 0.5
    assert rel_error(np.array([0.0]), np.array([1e-10])) == pytest.approx(0.01)


def toy_data(num=60):
    """Two classes that a line separates."""
    x = np.random.randn(num, 3).astype(np.float32)
    y = (x[:, 0] > 0).astype(int)
    half = num // 2
    return {"X_train": x[:half], "y_train": y[:half], "X_val": x[half:], "y_val": y[half:]}


def train_on_toy(verbose=False, **settings):
    """A solver that has trained a small net on the toy data."""
    net = reference.FullyConnectedNet([8], input_dim=3, num_classes=2, weight_scale=0.3)
    settings = {"update_rule": "adam", "optim_config": {"learning_rate": 0.05}} | settings
    solver = Solver(net, toy_data(), batch_size=10, num_epochs=15, verbose=verbose, **settings)
    solver.train()
    return solver


@pytest.mark.parametrize(
    ("rule", "learning_rate"),
    [("sgd", 0.5), ("sgd_momentum", 0.2), ("rmsprop", 0.02), ("adam", 0.05)],
)
def test_solver_trains(rule, learning_rate):
    """Every update rule learns two separable classes."""
    solver = train_on_toy(update_rule=rule, optim_config={"learning_rate": learning_rate})
    assert solver.loss_history[-1] < solver.loss_history[0] / 2
    assert solver.train_acc_history[-1] >= 0.95
    assert len(solver.loss_history) == 45
    assert len(solver.train_acc_history) == len(solver.val_acc_history) == 16


def test_solver_ends_with_the_best_parameters():
    """After training the model holds the parameters with the best validation accuracy."""
    solver = train_on_toy()
    assert solver.best_val_acc == max(solver.val_acc_history)
    assert solver.check_accuracy(solver.X_val, solver.y_val) == solver.best_val_acc
    assert all(solver.model.params[name] is w for name, w in solver.best_params.items())


def test_solver_decays_the_learning_rate_each_epoch():
    """lr_decay multiplies every parameter's learning rate once an epoch."""
    solver = train_on_toy(lr_decay=0.5)
    for config in solver.optim_configs.values():
        assert config["learning_rate"] == pytest.approx(0.05 * 0.5**15)


def test_solver_draws_minibatches_as_cs231n_does():
    """The first minibatch is np.random.choice(num_train, batch_size) after the weights."""
    net, data, seen = reference.FullyConnectedNet([4], 3, 2), toy_data(), []
    whole_loss = net.loss

    def recording_loss(X, y=None):
        seen.append(X)
        return whole_loss(X, y)

    net.loss = recording_loss
    np.random.seed(5)
    Solver(net, data, batch_size=10, num_epochs=1, verbose=False).train()
    np.random.seed(5)
    np.testing.assert_array_equal(seen[0], data["X_train"][np.random.choice(30, 10)])


def test_solver_refuses_an_unknown_update_rule():
    """A misspelt rule is an error that lists the rules."""
    with pytest.raises(ValueError, match=r"adamm.*sgd_momentum"):
        train_on_toy(update_rule="adamm")


def test_accuracy_does_not_depend_on_the_batch_size():
    """Accuracy in batches, the last one short, is the fraction that is right."""
    solver = train_on_toy()
    X, y = solver.X_val, solver.y_val
    expected = np.mean(solver.model.loss(X).argmax(axis=1) == y)
    for batch_size in (1, 7, 30, 100):
        assert solver.check_accuracy(X, y, batch_size=batch_size) == pytest.approx(expected)


def test_solver_prints_only_when_verbose(capsys):
    """verbose=False prints nothing; verbose=True reports losses and accuracies."""
    train_on_toy()
    assert capsys.readouterr().out == ""
    train_on_toy(verbose=True, print_every=40)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("(Iteration 1 / 45) loss: ")
    assert lines[1].startswith("(Epoch 0 / 15) train acc: ")
    assert sum("Iteration" in line for line in lines) == 2
    assert sum("Epoch" in line for line in lines) == 16


# ---- oracles and the worked solution ----


def test_dropout_agrees_with_the_oracle():
    """The worked dropout layer is the oracle's for the mask it drew, forward and backward."""
    x, dout, p = np.random.randn(4, 3, 2) + 5, np.random.randn(4, 3, 2), 0.3
    out, cache = reference.dropout_forward(x, {"mode": "train", "p": p})
    kept = out != 0
    assert kept.any()
    assert not kept.all()
    np.testing.assert_allclose(out, oracles.dropout_train(x, kept, p), rtol=1e-15)
    expected = oracles.dropout_gradient(dout, kept, p)
    np.testing.assert_array_equal(reference.dropout_backward(dout, cache), expected)


def oracle_arguments(net, normalised):
    """The net's parameters as the oracles take them."""
    count = net.num_layers
    weights = [net.params[f"W{i}"] for i in range(1, count + 1)]
    biases = [net.params[f"b{i}"] for i in range(1, count + 1)]
    if not normalised:
        return weights, biases, {}
    gammas = [net.params[f"gamma{i}"] for i in range(1, count)]
    betas = [net.params[f"beta{i}"] for i in range(1, count)]
    return weights, biases, {"gammas": gammas, "betas": betas}


@pytest.mark.parametrize("normalization", [None, "batchnorm"])
@pytest.mark.parametrize("keep", [1, 0.6])
def test_net_agrees_with_the_oracle(normalization, keep, monkeypatch):
    """The worked net's scores, loss and gradients are the oracle's for the masks it drew."""
    net = reference.FullyConnectedNet(
        [7, 8], 5, 4, keep, normalization, reg=0.3, weight_scale=0.7, dtype=np.float64
    )
    for value in net.params.values():
        value += 0.1 * np.random.randn(*value.shape)  # biases, gammas and betas matter too
    X, y = np.random.randn(6, 5), np.array([0, 3, 1, 1, 2, 0])
    masks = []

    def recording_dropout(x, dropout_param):
        out, cache = real_dropout(x, dropout_param)
        masks.append(cache[1])
        return out, cache

    real_dropout = reference.dropout_forward
    monkeypatch.setattr(reference, "dropout_forward", recording_dropout)
    loss, grads = net.loss(X, y)
    assert len(masks) == (0 if keep == 1 else 2)

    weights, biases, norm = oracle_arguments(net, normalization)
    truth = oracles.net_loss_and_gradients(weights, biases, X, y, masks or None, reg=0.3, **norm)
    assert loss == pytest.approx(truth[0], rel=1e-12)
    for letters, gradients in zip(("W", "b", "gamma", "beta"), truth[1:], strict=True):
        for i, gradient in enumerate(gradients or [], start=1):
            np.testing.assert_allclose(grads[f"{letters}{i}"], gradient, rtol=1e-9, atol=1e-12)

    if normalization:
        norm["running"] = [(p["running_mean"], p["running_var"]) for p in net.bn_params]
    scores = oracles.net_scores(weights, biases, X, **norm)
    np.testing.assert_allclose(net.loss(X), scores, rtol=1e-10)


@pytest.mark.parametrize("normalised", [False, True])
def test_oracle_gradients_agree_with_differences(normalised):
    """The oracle's own gradients, masks, regularisation and batch norm included, are right."""
    X, y = np.random.randn(5, 2, 3), np.array([0, 2, 1, 1, 2])
    weights = [np.random.randn(6, 4), np.random.randn(4, 5), np.random.randn(5, 3)]
    biases = [np.random.randn(4), np.random.randn(1, 5), np.random.randn(3)]
    masks = [(np.random.rand(5, 4) < 0.6) / 0.6, None]
    norm = {}
    if normalised:
        norm["gammas"] = [np.random.randn(4), np.random.randn(5)]
        norm["betas"] = [np.random.randn(4), np.random.randn(5)]

    def run():
        return oracles.net_loss_and_gradients(weights, biases, X, y, masks, 0.2, **norm)

    arrays = [weights, biases, norm.get("gammas", []), norm.get("betas", [])]
    for group, gradients in zip(arrays, run()[1:], strict=True):
        for array, gradient in zip(group, gradients or [], strict=True):
            numerical = eval_numerical_gradient(lambda _: run()[0], array, verbose=False)
            np.testing.assert_allclose(gradient, numerical, rtol=1e-5, atol=1e-8)


def test_oracle_is_quick_enough_to_call_in_every_grading():
    """A net as large as the checks use takes milliseconds, batch norm included."""
    widths = [60, 60, 60, 10]
    weights = [np.random.randn(a, b) for a, b in itertools.pairwise(widths)]
    biases = [np.zeros(b) for b in widths[1:]]
    ones, zeros = [np.ones(60)] * 2, [np.zeros(60)] * 2
    X, y = np.random.randn(6, 60), np.arange(6)
    times = []
    for _ in range(5):
        start = time.process_time()
        oracles.net_loss_and_gradients(weights, biases, X, y, None, gammas=ones, betas=zeros)
        times.append(time.process_time() - start)
    assert min(times) < 0.05
