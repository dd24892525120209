"""Checks of FullyConnectedNet: where dropout goes, and that the gradients go back through it.

Architecture (seeds 000, 001): {affine, [batch norm], ReLU, dropout} x (L - 1), affine, softmax.
"""

import numpy as np

from autograder.checks.findings import Failed
from autograder.checks.net_calls import build
from autograder.checks.net_numeric import gradients_are_slopes
from autograder.checks.net_pairing import judge_net
from autograder.checks.net_recovery import (
    CLASSES,
    INPUTS,
    KEEPS,
    differ,
    dropping_layers,
    require_dropout,
    training_calls,
)
from autograder.checks.statistics import count_fits

ONE = "loss(X, y) with one example"


def check_keep_one_means_no_dropout(trial):
    """dropout=1: loss and gradients of a batch, and the scores, are the plain net's."""
    judge_net(trial, _keep_one_means_no_dropout)


def check_every_hidden_layer_is_dropped(trial):
    """Each hidden activation is ReLU's output times a mask of 0 and 1/p, in every layer."""
    judge_net(trial, _every_hidden_layer_is_dropped)


def check_only_hidden_units_are_dropped(trial):
    """Neither the input nor the scores are dropped, and the loss is the softmax loss."""
    judge_net(trial, _only_hidden_units_are_dropped)


def check_gradients_match_the_masks(trial):
    """Backward goes through the masks of its own forward pass, layer by layer."""
    judge_net(trial, _gradients_match_the_masks)


def check_test_time_uses_every_unit(trial):
    """loss(X) gives the plain net's scores, and training still drops afterwards."""
    judge_net(trial, _test_time_uses_every_unit)


def check_net_keeps_with_probability_p(trial):
    """The hidden units are kept with the probability that the constructor was given."""
    judge_net(trial, _net_keeps_with_probability_p)


def check_layers_draw_their_own_masks(trial):
    """Masks differ from layer to layer, from example to example and from call to call."""
    judge_net(trial, _layers_draw_their_own_masks)


def _keep_one_means_no_dropout(trial):
    require_dropout(trial, but_not_wrong=True)
    net = build(trial, (12, 9), INPUTS, CLASSES, 1)
    X, y = trial.rng.normal(size=(5, INPUTS)), trial.rng.integers(CLASSES, size=5)
    loss, grads = net.loss(X, y)
    truth, *gradients = trial.oracle.oracles().net_loss_and_gradients(
        net.weights, net.biases, X, y, None
    )
    words = f"{net.called}.loss(X, y)"
    repeated, _ = net.loss(X, y)
    if repeated != loss:
        raise Failed(
            words,
            f"gave loss {loss:.6f}, and {repeated:.6f} when called again",
            f"nothing is dropped, so it is {truth:.6f} each time",
            "keep-one-drops",
        )
    if not abs(loss - truth) <= 1e-4 * max(1, abs(truth)):
        raise Failed(
            words,
            f"gave loss {loss:.6f}",
            f"without dropout the loss is the plain net's, {truth:.6f}",
            "net-wrong-without-dropout",
        )
    for kind, expected in zip(("weights", "biases"), gradients[:2], strict=True):
        for name, g, t in zip(net.names[kind], grads[kind], expected, strict=True):
            if differ(g, t):
                raise Failed(
                    words,
                    f"gave a wrong gradient for {name}",
                    "without dropout the gradients are the plain net's",
                    "net-wrong-without-dropout",
                )


def _every_hidden_layer_is_dropped(trial):
    for keep in KEEPS:
        net, calls = training_calls(trial, keep)
        drops = dropping_layers(calls)
        if not any(drops):
            require_dropout(trial)
        for layer, dropped in enumerate(drops):
            words = f"{net.called}.{ONE}"
            masks = np.concatenate([call.masks[layer] for call in calls])
            seen = masks[~np.isnan(masks)]
            kept = seen[seen != 0]
            if not dropped:
                raise Failed(
                    words,
                    f"dropped nothing in hidden layer {layer + 1} of {len(drops)}",
                    "dropout should follow every hidden ReLU",
                    "layer-without-dropout",
                )
            if kept.size and np.any(np.abs(kept * keep - 1) > 1e-4):
                raise Failed(
                    words,
                    f"multiplied kept units of hidden layer {layer + 1} "
                    f"by {_worst(kept, keep):.4g}",
                    f"kept units should be ReLU's output times 1/p = {1 / keep:.4g}",
                    "net-dropout-wrong",
                )
            silent = [c.inputs[layer + 1][c.relus[layer] == 0] for c in calls]
            if np.any(np.abs(np.concatenate(silent)) > 1e-4):
                raise Failed(
                    words,
                    f"let units of hidden layer {layer + 1} through that ReLU switches off",
                    "dropout multiplies ReLU's output",
                    "net-dropout-wrong",
                )


def _only_hidden_units_are_dropped(trial):
    for keep in KEEPS:
        net, calls = training_calls(trial, keep)
        if any(differ(call.inputs[0], call.x) for call in calls):
            raise Failed(
                f"{net.called}.{ONE}",
                "passed something else than X into the first layer",
                "the input has no dropout",
                "dropout-on-input",
            )
        require_dropout(trial)
        for call in calls:
            words = f"{net.called}.{ONE}"
            scores = call.inputs[-1] @ net.weights[-1] + net.biases[-1]
            probabilities = np.exp(scores - scores.max())
            probabilities /= probabilities.sum()
            loss = -np.log(probabilities[call.y])
            dscores = probabilities - (np.arange(CLASSES) == call.y)
            right_loss = abs(call.loss - loss) <= 1e-4 * max(1, loss)
            if not right_loss or differ(call.grads["biases"][-1], dscores):
                raise Failed(
                    words,
                    f"gave loss {call.loss:.6f}",
                    "the scores have no dropout and go to the softmax as they are "
                    f"(loss {loss:.6f})",
                    "dropout-on-scores",
                )


def _gradients_match_the_masks(trial):
    require_dropout(trial)
    for keep in KEEPS:
        net, calls = training_calls(trial, keep)
        for call in calls:
            db = call.grads["biases"]
            for layer in range(len(call.masks) - 1, -1, -1):
                upstream = net.weights[layer + 1] @ db[layer + 1]
                active = ~np.isnan(call.masks[layer])
                expected = np.where(active, upstream * call.masks[layer], 0.0)
                # Units at the kink of ReLU may go either way.
                clear = active | (call.relus[layer] == 0)
                if differ(db[layer][clear], expected[clear]):
                    unmasked = np.where(active, upstream, 0.0)
                    skipped = not differ(db[layer][clear], unmasked[clear])
                    raise Failed(
                        f"{net.called}.{ONE}",
                        f"gave a gradient for hidden layer {layer + 1} that "
                        + ("ignores its mask" if skipped else "does not match its mask"),
                        "each gradient goes back through the mask of its own forward pass",
                        "backward-skips-dropout" if skipped else "backward-order",
                    )
    net = build(trial, (12, 9), INPUTS, CLASSES, 0.7, seed=5)
    gradients_are_slopes(trial, net, INPUTS, CLASSES, "backward-order")


def _test_time_uses_every_unit(trial):
    require_dropout(trial)
    net = build(trial, (60, 60), INPUTS, CLASSES, 0.7)
    X, y = trial.rng.normal(size=(4, INPUTS)), trial.rng.integers(CLASSES, size=4)
    net.loss(X, y)
    first, second = net.scores(X), net.scores(X)
    truth = trial.oracle.oracles().net_scores(net.weights, net.biases, X)
    if differ(first, truth) or differ(second, truth):
        random = differ(first, second)
        raise Failed(
            f"{net.called}.loss(X)",
            "gave two different answers for the same X" if random else "gave rescaled scores",
            "at test time every unit is used and nothing is rescaled",
            "net-dropout-at-test",
        )
    _normalized_test_time_is_fixed(trial)
    plain = trial.oracle.oracles().net_loss_and_gradients(net.weights, net.biases, X, y, None)[0]
    if all(abs(net.loss(X, y)[0] - plain) < 1e-6 for _ in range(2)):
        raise Failed(
            f"{net.called}.loss(X, y) after a call of loss(X)",
            f"gave {plain:.6f}, the loss without dropout: nothing is dropped any more",
            "training calls drop units before and after a test call",
            "stuck-in-test-mode",
        )


def _normalized_test_time_is_fixed(trial):
    net = build(trial, (60,), INPUTS, CLASSES, 0.7, normalization="batchnorm")
    X, y = trial.rng.normal(size=(4, INPUTS)), trial.rng.integers(CLASSES, size=4)
    net.loss(X, y)
    if differ(net.scores(X), net.scores(X)):
        raise Failed(
            f"{net.called}.loss(X)",
            "gave two different answers for the same X",
            "at test time every unit is used, with batch norm too",
            "net-dropout-at-test",
        )


def _net_keeps_with_probability_p(trial):
    shares, wrong = {}, []
    for keep in KEEPS:
        net, calls = training_calls(trial, keep)
        drops = dropping_layers(calls)
        if not any(drops):
            require_dropout(trial)
        masks = [c.masks[layer] for c in calls for layer in range(len(drops)) if drops[layer]]
        seen = np.concatenate(masks)
        seen = seen[~np.isnan(seen)]
        kept = int(np.count_nonzero(seen))
        shares[keep] = kept / seen.size
        if not count_fits(trial.ledger, kept, seen.size, keep):
            wrong.append((net, keep))
    if wrong:
        net, keep = wrong[0]
        swapped = all(abs(share - (1 - k)) < 0.08 for k, share in shares.items())
        raise Failed(
            f"{net.called}.{ONE}",
            f"kept a fraction {shares[keep]:.3f} of the hidden units",
            f"a fraction {keep} should be kept",
            "keep-drop-swapped" if swapped else "wrong-rate",
        )


def _layers_draw_their_own_masks(trial):
    require_dropout(trial)
    for keep in KEEPS:
        net, calls = training_calls(trial, keep)
        if not all(dropping_layers(calls)[:2]) or not _rate_is_right(calls, keep):
            continue  # the checks of every layer and of the rate say so
        layers = [(call.masks[0], call.masks[1]) for call in calls]
        turns = [(a.masks[0], b.masks[0]) for a, b in zip(calls[::2], calls[1::2], strict=False)]
        for words, pairs in (("hidden layers 1 and 2", layers), ("two calls", turns)):
            agreeing, n = _agreements(pairs)
            chance = keep**2 + (1 - keep) ** 2
            if agreeing > n * chance and not count_fits(trial.ledger, agreeing, n, chance):
                raise Failed(
                    f"{net.called}.{ONE}",
                    f"used the same mask in {words} ({agreeing} of {n} units agree)",
                    "every layer should draw its own mask on every call",
                    "shared-mask",
                )
    net = build(trial, HIDDEN_FOR_BATCH, INPUTS, CLASSES, 0.5)
    X = np.repeat(trial.rng.normal(size=(1, INPUTS)), 4, axis=0)
    losses = {net.loss(X, np.arange(4) % CLASSES)[0] for _ in range(3)}
    if len(losses) == 1:
        return  # a net of one hidden layer that drops nothing, or the same in every call
    _, grads = net.loss(X, np.arange(4) % CLASSES)
    # dW = sum of outer(h_i, ds_i) over the examples: of rank 1 when all h_i are the same.
    sizes = np.linalg.svd(grads["weights"][-1], compute_uv=False)
    if sizes[1] < 1e-9 * sizes[0]:
        raise Failed(
            f"{net.called}.loss(X, y) with four equal examples",
            "dropped the same units for all of them",
            "every example should have its own mask",
            "shared-mask",
        )


HIDDEN_FOR_BATCH = (60,)


def _rate_is_right(calls, keep):
    """Whether roughly a fraction `keep` is kept: else chance agreement would be another."""
    seen = np.concatenate([mask for call in calls for mask in call.masks[:2]])
    seen = seen[~np.isnan(seen)]
    return abs(np.count_nonzero(seen) / seen.size - keep) < 0.12


def _agreements(pairs):
    first, second = (np.concatenate(side) for side in zip(*pairs, strict=True))
    both = ~np.isnan(first) & ~np.isnan(second)
    return int(np.sum((first[both] != 0) == (second[both] != 0))), int(both.sum())


def _worst(kept, keep):
    return kept[np.argmax(np.abs(kept * keep - 1))]
