"""Trains the net of part 3 and watches it. Arguments named `dropout` are probabilities of DROPPING.

Your own functions do the work: they are handed over as `forward`, `backward` and `layer`.
"""

from itertools import pairwise

import numpy as np
from cs231n.layers import affine_forward, relu_forward, softmax_loss
from cs231n.optim import adam

__all__ = ["random_params", "train_net"]

SIZES = (64, 200, 200, 10)  # pixels, two hidden layers, digits
MEASURED_EVERY = 4  # epochs


def random_params(sizes, bias=0.0):
    """Parameters of a net with the given sizes of its layers, such as (64, 200, 200, 10).

    Returns {"W1": ..., "b1": ..., "W2": ...}: weights (fan_in, fan_out) with standard deviation
    sqrt(2 / fan_in) (He et al., arXiv 1502.01852), biases with standard deviation `bias`.
    """
    params = {}
    for k, (fan_in, fan_out) in enumerate(pairwise(sizes), start=1):
        params[f"W{k}"] = np.random.randn(fan_in, fan_out) * np.sqrt(2 / fan_in)
        params[f"b{k}"] = np.random.randn(fan_out) * bias
    return params


def train_net(
    forward, backward, layer, data, dropout_1=0.0, dropout_2=0.0, decay=0.0, seed=0, epochs=60
):
    """Train one net with Adam, learning rate 1e-3, on batches of 100.

    forward, backward, layer: mlp_forward, mlp_backward and dropout_layer.
    data: a dictionary with X_train, y_train, X_val, y_val.
    dropout_1, dropout_2: the probabilities of DROPPING a unit of each hidden layer in training.
    decay: weight decay; decay * W is added to the gradient of each weight matrix W.
    seed: fixes the first weights, the batches, and the masks if they come from np.random.

    Returns {"epoch": when the rest was measured, "train": accuracies on the labels as given,
    "val": accuracies, "variance": (first, second), "rms": (first, second), "params": the last
    parameters}; what the two pairs of lists hold is said in `_watch`.
    """
    np.random.seed(seed)
    # Half the digits of NumPy's usual numbers, twice the speed.
    params = {name: w.astype(np.float32) for name, w in random_params(SIZES).items()}
    memory = {name: {"learning_rate": 1e-3} for name in params}
    X, y = data["X_train"], data["y_train"]

    history = {"epoch": [], "train": [], "val": [], "variance": ([], []), "rms": ([], [])}
    for epoch in range(epochs + 1):
        if epoch % MEASURED_EVERY == 0 or epoch == epochs:
            history["epoch"].append(epoch)
            for split in ("train", "val"):
                scores, _ = forward(params, data[f"X_{split}"], dropout_1, dropout_2, False)
                right = np.argmax(scores, axis=1) == data[f"y_{split}"]
                history[split].append(float(np.mean(right)))
            _watch(history, params, X, layer, (dropout_1, dropout_2))
        if epoch == epochs:
            break
        for batch in np.random.permutation(len(X)).reshape(-1, 100):
            scores, cache = forward(params, X[batch], dropout_1, dropout_2, True)
            _, dscores = softmax_loss(scores, y[batch])
            gradients = backward(dscores, cache)
            for name, w in params.items():
                gradient = gradients[name]
                if decay and name.startswith("W"):
                    gradient = gradient + decay * w
                params[name], memory[name] = adam(w, gradient, memory[name])
    return history | {"params": params}


def _watch(history, params, X, layer, dropouts):
    """Send X through the net as in training and note, for each hidden layer,

    - variance: of its activations, after the ReLU and the dropout, over all units and examples;
    - rms: the root mean square of what its ReLU receives.

    dropouts: the probabilities of DROPPING a unit, one for each hidden layer.
    """
    h = X
    for k, dropout in enumerate(dropouts):
        z, _ = affine_forward(h, params[f"W{k + 1}"], params[f"b{k + 1}"])
        h = layer(relu_forward(z)[0], dropout)
        history["variance"][k].append(float(np.var(h, dtype=np.float64)))
        history["rms"][k].append(float(np.sqrt(np.mean(np.square(z), dtype=np.float64))))
