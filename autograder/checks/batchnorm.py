"""Checks of the net with batch normalization: affine, batch norm, ReLU, dropout (seed 000).

With a single example batch normalization outputs beta exactly, so what the last layer receives
shows the order: relu(beta) times a mask of 0 and 1/p.
"""

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.net import check_every_hidden_layer_is_dropped
from autograder.checks.net_calls import build
from autograder.checks.net_numeric import gradients_are_slopes
from autograder.checks.net_pairing import judge_net
from autograder.checks.net_recovery import CLASSES, INPUTS, layer_input, require_dropout

KEEP = 0.6
CALLS = 6


def check_dropout_follows_batchnorm_and_relu(trial):
    """The last layer receives relu(beta) times a mask, in nets of one and two hidden layers."""
    judge_net(trial, _dropout_follows_batchnorm_and_relu)


def check_batchnorm_net_gradients(trial):
    """With batch norm the gradients are right, without dropout and with it."""
    judge_net(trial, _batchnorm_net_gradients)


def _dropout_follows_batchnorm_and_relu(trial):
    for hidden in ((80,), (30, 80)):
        net = build(trial, hidden, INPUTS, CLASSES, KEEP, normalization="batchnorm")
        beta = net.betas[-1]
        on = beta > 1e-2
        masks = []
        for _ in range(CALLS):
            _, grads = net.loss(
                trial.rng.normal(size=(1, INPUTS)), np.array([int(trial.rng.integers(CLASSES))])
            )
            received = layer_input(grads["weights"][-1], grads["biases"][-1])
            if received is None:
                continue
            if np.any(np.abs(received[beta < -1e-2]) > 1e-3):
                raise _wrong_order(net, "units with a negative beta reached the next layer")
            masks.append(received[on] / beta[on])
        if not masks:
            raise _wrong_order(net, "the last layer's gradients are zero every time")
        seen = np.concatenate(masks)
        dropped = np.abs(seen) < 1e-3
        if not dropped.any():
            require_dropout(trial, but_not_wrong=True)
            if len(hidden) > 1 and not _drops_after_every_layer(trial):
                continue  # which another check has said, of the plain net
            raise _wrong_order(net, "no unit that batch norm and ReLU let through was dropped")
        if not np.all(np.abs(seen[~dropped] * KEEP - 1) < 1e-2):
            raise _wrong_order(net, "kept units were not relu(beta) / p")


def _drops_after_every_layer(trial):
    """Whether the net without batch norm does."""
    check = check_every_hidden_layer_is_dropped
    if trial.has_passed([check]):
        return True
    try:
        check(trial.beside(trial.candidate))
    except (Failed, CandidateError):
        return False
    return True


def _wrong_order(net, returned):
    return Failed(
        f"{net.called}.loss(X, y) with one example, for which batch norm outputs beta",
        f"showed that {returned}",
        "the last layer should receive relu(beta) times a mask of 0 and 1/p",
        "batchnorm-order",
    )


def _batchnorm_net_gradients(trial):
    hidden = (14, 10)
    dropping = build(trial, hidden, INPUTS, CLASSES, KEEP, normalization="batchnorm", seed=9)
    _require_dropout(trial, dropping)
    net = build(trial, hidden, INPUTS, CLASSES, 1, normalization="batchnorm")
    X, y = trial.rng.normal(size=(6, INPUTS)), trial.rng.integers(CLASSES, size=6)
    loss, grads = net.loss(X, y)
    if net.loss(X, y)[0] == loss:  # else keep 1 drops, which check_keep_one_means_no_dropout says
        truth, *gradients = trial.oracle.oracles().net_loss_and_gradients(
            net.weights, net.biases, X, y, None, gammas=net.gammas, betas=net.betas
        )
        kinds = ("weights", "biases", "gammas", "betas")
        size = max(float(np.max(np.abs(t))) for found in gradients for t in found)
        close = all(
            np.max(np.abs(g - t)) <= 1e-3 * size
            for kind, expected in zip(kinds, gradients, strict=True)
            for g, t in zip(grads[kind], expected, strict=True)
        )
        if not close or not abs(loss - truth) <= 1e-3 * max(1, abs(truth)):
            raise Failed(
                f"{net.called}.loss(X, y)",
                f"gave loss {loss:.6f} or gradients that differ",
                f"without dropout they are those of affine, batch norm, ReLU (loss {truth:.6f})",
                "batchnorm-order",
            )
    gradients_are_slopes(trial, dropping, INPUTS, CLASSES, "backward-skips-dropout")


def _require_dropout(trial, net):
    """A net that drops nothing earns nothing for plain gradients: its loss is the plain one."""
    X, y = trial.rng.normal(size=(6, INPUTS)), trial.rng.integers(CLASSES, size=6)
    plain = trial.oracle.oracles().net_loss_and_gradients(
        net.weights, net.biases, X, y, None, gammas=net.gammas, betas=net.betas
    )[0]
    if abs(net.loss(X, y)[0] - plain) < 1e-6:
        # Where the plain net drops, only the order beside batch norm is missing: not this check's.
        require_dropout(trial, but_not_wrong=True)
