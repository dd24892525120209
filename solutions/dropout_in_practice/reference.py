"""The worked solution of `dropout_in_practice`; the notebook's solution cells are cut from here.

Two conventions, never in one function: an argument `p` is the probability of KEEPING a unit
(parts 1, 2 and 5), an argument `dropout` the probability of DROPPING one (parts 3 and 4).
Sources: seed 002 (vanilla and inverted dropout), seed 004 (D2L 5.6 and its exercises),
Srivastava et al. 2014, Baldi and Sadowski 2013 (the ensemble), Gal and Ghahramani 2016
(Monte-Carlo dropout), Wan et al. 2013 (DropConnect), Bishop 1995 (noise).
"""

import itertools

import numpy as np

from solutions.cs231n.layer_utils import *
from solutions.cs231n.layers import *


def train_step(params, X, y, p, lr, kind):
    """One step of gradient descent on a net with two hidden layers, both with dropout:

        affine - ReLU - dropout - affine - ReLU - dropout - affine - softmax

    params: a dictionary W1, b1, W2, b2, W3, b3; W has shape (fan_in, fan_out).
    X: (N, D) examples. y: (N,) labels.
    p: the probability of KEEPING a hidden unit, each independently of all others, 0 < p <= 1.
    lr: the learning rates, a dictionary with one number for each name in params.
    kind: 'vanilla' keeps units as they are; 'inverted' divides those it keeps by p.

    Returns (loss, new_params): the mean softmax loss of this step, and a dictionary of the
    parameters after it.
    """
    ### BEGIN SOLUTION
    scale = 1 / p if kind == "inverted" else 1.0

    h1, cache1 = affine_relu_forward(X, params["W1"], params["b1"])
    mask1 = (np.random.rand(*h1.shape) < p) * scale
    h2, cache2 = affine_relu_forward(h1 * mask1, params["W2"], params["b2"])
    mask2 = (np.random.rand(*h2.shape) < p) * scale
    scores, cache3 = affine_forward(h2 * mask2, params["W3"], params["b3"])
    loss, dscores = softmax_loss(scores, y)

    grads = {}
    dh2, grads["W3"], grads["b3"] = affine_backward(dscores, cache3)
    dh1, grads["W2"], grads["b2"] = affine_relu_backward(dh2 * mask2, cache2)
    _, grads["W1"], grads["b1"] = affine_relu_backward(dh1 * mask1, cache1)
    return loss, {name: w - lr[name] * grads[name] for name, w in params.items()}
    ### END SOLUTION


def predict(params, X, p, kind):
    """The scores of the same net at test time.

    params, X, kind: as in train_step. p: the probability of KEEPING a hidden unit in training.
    Returns the scores, (N, C). Nothing is drawn at random.
    """
    ### BEGIN SOLUTION
    scale = p if kind == "vanilla" else 1.0
    h1, _ = affine_relu_forward(X, params["W1"], params["b1"])
    h2, _ = affine_relu_forward(h1 * scale, params["W2"], params["b2"])
    scores, _ = affine_forward(h2 * scale, params["W3"], params["b3"])
    return scores
    ### END SOLUTION


def to_inverted(params, lr, p):
    """From a net trained with vanilla dropout to the one that inverted dropout trains alike.

    params, lr: parameters and learning rates of the vanilla net, dictionaries as in train_step.
    p: the probability of KEEPING a hidden unit, the same in both nets.

    Returns (params, lr) for inverted dropout: with the same masks, both nets have the same loss
    and the same scores, before and after any number of steps.
    """
    ### BEGIN SOLUTION
    factor = {name: p if name in ("W2", "W3") else 1.0 for name in params}
    return (
        {name: factor[name] * w for name, w in params.items()},
        {name: factor[name] ** 2 * rate for name, rate in lr.items()},
    )
    ### END SOLUTION


def all_masks(n, p):
    """Every mask that vanilla dropout can draw for n units, and how probable each is.

    n: the number of units, at most 12. p: the probability of KEEPING a unit.
    Returns (masks, probabilities): masks (2**n, n), each entry 1 (kept) or 0 (dropped), every
    mask once, in any order; probabilities (2**n,), in the same order.
    """
    ### BEGIN SOLUTION
    masks = np.array(list(itertools.product([0.0, 1.0], repeat=n)))
    kept = masks.sum(axis=1)
    return masks, p**kept * (1 - p) ** (n - kept)
    ### END SOLUTION


def linear_ensemble(h, W, b, p):
    """The mean, over all masks of vanilla dropout on h, of the scores (mask * h) W + b.

    h: (n,) hidden units. W: (n, C). b: (C,). p: the probability of KEEPING a unit.
    Returns an array (C,).
    """
    ### BEGIN SOLUTION
    masks, probabilities = all_masks(len(h), p)
    return probabilities @ ((masks * h) @ W + b)
    ### END SOLUTION


def softmax_ensemble(h, W, b, p):
    """Two means, over all masks of vanilla dropout on h, of softmax((mask * h) W + b).

    h: (n,). W: (n, C). b: (C,). p: the probability of KEEPING a unit.
    Returns (arithmetic, geometric), arrays (C,) that add up to 1. Each mask counts by its
    probability; the geometric mean is normalised, that is, divided by its sum.
    """
    ### BEGIN SOLUTION
    masks, probabilities = all_masks(len(h), p)
    scores = (masks * h) @ W + b
    scores = scores - scores.max(axis=1, keepdims=True)
    log_softmax = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    geometric = np.exp(probabilities @ log_softmax)
    return probabilities @ np.exp(log_softmax), geometric / geometric.sum()
    ### END SOLUTION


def relu_ensemble(h, W1, b1, W2, b2, p):
    """What a ReLU behind the dropped units does to the mean.

    h: (n,) units with vanilla dropout. W1: (n, m), b1: (m,). W2: (m, C), b2: (C,).
    p: the probability of KEEPING a unit of h.

    Returns (exact, scaled), arrays (C,): the mean over all masks of
    relu((mask * h) W1 + b1) W2 + b2, and the same net run once, with p * h in place of mask * h.
    """
    ### BEGIN SOLUTION
    masks, probabilities = all_masks(len(h), p)
    exact = probabilities @ (np.maximum(0, (masks * h) @ W1 + b1) @ W2 + b2)
    scaled = np.maximum(0, (p * h) @ W1 + b1) @ W2 + b2
    return exact, scaled
    ### END SOLUTION


def dropout_layer(X, dropout):
    """Dropout as in D2L.

    X: array of any shape, left as it is.
    dropout: the probability of DROPPING an entry, 0 <= dropout <= 1; anything else raises an
    error (ValueError, AssertionError or one of your own).

    Returns an array of X's shape: each entry is dropped, independently of all others and anew in
    every call, and the others are scaled so that the mean over masks is X. With dropout = 1
    there is nothing to scale, and everything is 0.
    """
    ### BEGIN SOLUTION
    if not 0 <= dropout <= 1:
        raise ValueError(f"dropout is {dropout}; a probability is between 0 and 1")
    if dropout == 1:
        return np.zeros_like(X)
    mask = np.random.rand(*X.shape) >= dropout
    return mask * X / (1.0 - dropout)
    ### END SOLUTION


def mlp_forward(params, X, dropout_1, dropout_2, training):
    """D2L's net with two hidden layers, forward:

        affine - ReLU - dropout_1 - affine - ReLU - dropout_2 - affine

    params: a dictionary W1, b1, W2, b2, W3, b3; W has shape (fan_in, fan_out). X: (N, D).
    dropout_1, dropout_2: the probabilities of DROPPING a unit of the first and of the second
    hidden layer. training: whether to drop; if not, no unit is dropped and none is scaled.

    Returns (scores, cache): the scores, (N, C), and whatever your mlp_backward needs.
    """
    ### BEGIN SOLUTION
    h1, cache1 = affine_relu_forward(X, params["W1"], params["b1"])
    mask1 = dropout_layer(np.ones_like(h1), dropout_1) if training else 1.0
    h2, cache2 = affine_relu_forward(h1 * mask1, params["W2"], params["b2"])
    mask2 = dropout_layer(np.ones_like(h2), dropout_2) if training else 1.0
    scores, cache3 = affine_forward(h2 * mask2, params["W3"], params["b3"])
    return scores, (cache1, mask1, cache2, mask2, cache3)
    ### END SOLUTION


def mlp_backward(dscores, cache):
    """The way back through mlp_forward.

    dscores: (N, C), the gradient of the loss with respect to the scores. cache: what mlp_forward
    returned beside those scores.
    Returns a dictionary: the gradients of W1, b1, W2, b2, W3, b3.
    """
    ### BEGIN SOLUTION
    cache1, mask1, cache2, mask2, cache3 = cache
    grads = {}
    dh2, grads["W3"], grads["b3"] = affine_backward(dscores, cache3)
    dh1, grads["W2"], grads["b2"] = affine_relu_backward(dh2 * mask2, cache2)
    _, grads["W1"], grads["b1"] = affine_relu_backward(dh1 * mask1, cache1)
    return grads
    ### END SOLUTION


def swap_effect(first, second):
    """Exercise 1: how much better is one setting than another, and how sure is that?

    first, second: the final validation accuracies of two settings, a list of at least two numbers
    each, one for each seed. The lists may differ in length.

    Returns (difference, standard_error): the mean of first minus the mean of second, and the
    standard error of that difference, sqrt(s1**2 / n1 + s2**2 / n2), with the sample variances
    s**2 (sums of squares divided by n - 1).
    """
    ### BEGIN SOLUTION
    difference = np.mean(first) - np.mean(second)
    variances = [np.var(runs, ddof=1) / len(runs) for runs in (first, second)]
    return difference, np.sqrt(sum(variances))
    ### END SOLUTION


def best_and_last(history):
    """Exercise 2: what stopping at the best epoch would have been worth.

    history: {"epoch": [...], "val": [...]}, validation accuracies and when they were measured.

    Returns (best_epoch, best, last): the epoch of the highest validation accuracy (the first such
    epoch, if there are several), that accuracy, and the last one.
    """
    ### BEGIN SOLUTION
    best = int(np.argmax(history["val"]))
    return history["epoch"][best], history["val"][best], history["val"][-1]
    ### END SOLUTION


def relu_dropout_variance(s, dropout):
    """Exercise 3: the variance of dropout_layer(relu(z), dropout) for z ~ N(0, s**2).

    s: the standard deviation of z. dropout: the probability of DROPPING, 0 <= dropout < 1.
    Returns the exact variance, a number, over both z and the mask.
    """
    ### BEGIN SOLUTION
    return s**2 * (1 / (2 * (1 - dropout)) - 1 / (2 * np.pi))
    ### END SOLUTION


def mc_predict(params, X, dropout_1, dropout_2, samples):
    """Exercise 4: Monte-Carlo dropout, that is, prediction with dropout left on.

    params, X: as in mlp_forward. dropout_1, dropout_2: the probabilities of DROPPING.
    samples: the number of passes, each with masks of its own for every example.

    Returns (mean, variance), arrays (N, C): of the class probabilities (the softmax of the
    scores), over the passes. The variance is the mean squared distance from the mean.
    """
    ### BEGIN SOLUTION
    passes = []
    for _ in range(samples):
        scores, _ = mlp_forward(params, X, dropout_1, dropout_2, training=True)
        scores = np.exp(scores - scores.max(axis=1, keepdims=True))
        passes.append(scores / scores.sum(axis=1, keepdims=True))
    return np.mean(passes, axis=0), np.var(passes, axis=0)
    ### END SOLUTION


def head_variance(w, h, dropout):
    """Exercise 4: the exact variance of dropout_layer(h, dropout) @ w over all masks.

    w, h: arrays (n,), a linear head and the units it reads. dropout: the probability of DROPPING,
    0 <= dropout < 1. Returns a number.
    """
    ### BEGIN SOLUTION
    return np.sum((w * h) ** 2) * dropout / (1 - dropout)
    ### END SOLUTION


def dropout_penalty(X, w, dropout):
    """Exercise 5: what dropout on the inputs adds to the squared error of linear regression.

    X: (N, D) examples. w: (D,) weights. dropout: the probability of DROPPING, 0 <= dropout < 1.

    Returns the number P with: mean over masks of the sum of (y - dropout_layer(X, dropout) @ w)**2
    = the sum of (y - X @ w)**2 + P, for any y.
    """
    ### BEGIN SOLUTION
    return dropout / (1 - dropout) * np.sum(w**2 * np.sum(X**2, axis=0))
    ### END SOLUTION


def beyond_additive(accuracy):
    """Exercise 5: by how much two regularisers together exceed the sum of what each gains alone.

    accuracy: final validation accuracies, {"neither": ..., "decay": ..., "dropout": ...,
    "both": ...}. Returns a number, negative where they gain less together than one by one.
    """
    ### BEGIN SOLUTION
    gain = {name: value - accuracy["neither"] for name, value in accuracy.items()}
    return gain["both"] - (gain["decay"] + gain["dropout"])
    ### END SOLUTION


def dropconnect(x, W, dropout):
    """Exercise 6: x W with dropout on the single weights.

    x: (N, n). W: (n, C). dropout: the probability of DROPPING a weight, 0 <= dropout < 1.

    Returns an array (N, C): each example has a mask of its own, of W's shape, whose entries are
    drawn independently; kept weights are scaled so that the mean over masks is x W.
    """
    ### BEGIN SOLUTION
    masks = np.random.rand(len(x), *W.shape) >= dropout
    return np.einsum("ni,nic,ic->nc", x, masks, W) / (1 - dropout)
    ### END SOLUTION


def output_covariances(h, W, dropout):
    """Exercise 6: the covariance of the outputs over masks, for noise on units and on weights.

    h: (n,) one example. W: (n, C). dropout: the probability of DROPPING, 0 <= dropout < 1.

    Returns (of_dropout, of_dropconnect), arrays (C, C): the exact covariance matrices of
    dropout_layer(h, dropout) @ W and of dropconnect(h[None], W, dropout)[0].
    """
    ### BEGIN SOLUTION
    terms = h[:, None] * W
    of_dropout = terms.T @ terms * dropout / (1 - dropout)
    return of_dropout, np.diag(np.diag(of_dropout))
    ### END SOLUTION


def bishop_noise(X, sigma):
    """Exercise 7: Bishop's noise, x' = x + e with e ~ N(0, sigma**2).

    X: array of any shape, left as it is. sigma: the standard deviation of the noise.
    Returns an array of X's shape, the noise of each entry drawn independently and anew.
    """
    ### BEGIN SOLUTION
    return X + sigma * np.random.randn(*X.shape)
    ### END SOLUTION


def my_noise(X, training):
    """Exercise 7: a noise of your own, not standard dropout.

    X: array of any shape, left as it is. training: whether to add noise; if not, X is returned.

    Returns an array of X's shape. In training it is random: each entry's noise is drawn
    independently and anew in every call, and averages to nothing, so that the mean of the output
    is X, whatever the signs and sizes in it. For entries of size 1 or so its standard deviation is
    at most 2. And it is something else than zeroing entries and scaling the others.
    """
    ### BEGIN SOLUTION
    if not training:
        return X
    return X * (1 + 0.5 * np.random.randn(*X.shape))
    ### END SOLUTION


def fault_1():
    """Fault 1, forward_1: return (letter, number).

    The letter names the fault:
      a  the comparison is the wrong way round: units are dropped where they should be kept
      b  the random numbers come from the wrong distribution
      c  the kept units are divided by the wrong number
      d  one mask serves several examples
      e  the mask is drawn after it is used
    The number: which fraction of the units does forward_1 keep at p = 0.25, on average?
    """
    ### BEGIN SOLUTION
    return "b", 0.5987
    ### END SOLUTION


def mended_1(x, p):
    """forward_1 without its fault.

    x: array of any shape. p: the probability of KEEPING a unit.
    Returns out, an array of x's shape: inverted dropout.
    """
    ### BEGIN SOLUTION
    mask = np.random.rand(*x.shape) < p
    return x * mask / p
    ### END SOLUTION


def fault_2():
    """Fault 2, backward_2: return (letter, number).

    The letter names the fault:
      a  the gradient needs the input x, which backward does not have
      b  the mask of another call is used
      c  the gradient is multiplied by the mask twice
      d  the factor that forward gives to kept units is missing
      e  dropped units should pass the gradient on unchanged
    The number: at p = 0.4, the gradient of a kept unit from backward_2, divided by the right one.
    """
    ### BEGIN SOLUTION
    return "d", 0.4
    ### END SOLUTION


def mended_2(dout, mask, p):
    """backward_2 without its fault.

    dout: the gradient with respect to forward_2's output. mask: the mask that forward_2 had, 1
    for kept units and 0 for others, of dout's shape. p: the probability of KEEPING a unit.
    Returns dx, of dout's shape.
    """
    ### BEGIN SOLUTION
    return dout * mask / p
    ### END SOLUTION


def fault_3():
    """Fault 3, scores_3: return (letter, number).

    The letter names the fault:
      a  the masks come before the ReLU instead of after it
      b  the first hidden layer's bias is used in the second
      c  the input is not masked
      d  the output layer is computed with the weights of another layer
      e  the second mask is the first one again
    The number: the largest |entry| of the gradient of a loss on these scores with respect to W3,
    found by numerical differences.
    """
    ### BEGIN SOLUTION
    return "d", 0.0
    ### END SOLUTION


def mended_3(params, x, mask1, mask2):
    """scores_3 without its fault.

    params: a dictionary W1, b1, W2, b2, W3, b3. x: (N, D). mask1: (N, H1), mask2: (N, H2), the
    masks of the two hidden layers, of any scale.
    Returns the scores, (N, C).
    """
    ### BEGIN SOLUTION
    h1 = np.maximum(0, x @ params["W1"] + params["b1"]) * mask1
    h2 = np.maximum(0, h1 @ params["W2"] + params["b2"]) * mask2
    return h2 @ params["W3"] + params["b3"]
    ### END SOLUTION
