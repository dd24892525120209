"""Which dropout layer the net is judged with: ours or the student's own, one of them must do.

A wrong dropout_forward has lost its marks in part 1 already, so the net is judged with a right
layer in its place. A net that relies on the student's own cache, or drops without calling
dropout_forward at all, is judged as it stands.
"""

import math
import numbers

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.layer_standing import layer_is_right

# A student's net may call our layer with anything: these bound what a call can cost.
MOST_ENTRIES = 2_000_000


def right_layer(oracle):
    """The names to replace, and functions for them: the reference's, behind a look at what the
    student's code sends. They raise TypeError for what is no call of a dropout layer.
    """
    reference = oracle.reference()

    def dropout_forward(x, dropout_param):
        x = _array(x)
        if not isinstance(dropout_param, dict) or not {"p", "mode"} <= set(dropout_param):
            raise TypeError("dropout_param needs 'p' and 'mode'")
        p, seed = dropout_param["p"], dropout_param.get("seed")
        if not isinstance(p, numbers.Real) or not math.isfinite(p):
            raise TypeError("p is no number")
        if not isinstance(seed, (int, type(None))):
            raise TypeError("seed is no integer")
        asked = {"mode": str(dropout_param["mode"]), "p": float(p)}
        out, (_, mask) = reference.dropout_forward(
            x, asked if seed is None else asked | {"seed": seed}
        )
        if mask is not None:  # it travels there and back: no wider than x
            mask = mask.astype(np.result_type(x.dtype, np.float32), copy=False)
        return out, (dropout_param, mask)

    def dropout_backward(dout, cache):
        dout = _array(dout)
        if not isinstance(cache, tuple) or len(cache) != 2 or not isinstance(cache[0], dict):
            raise TypeError("the cache is not what dropout_forward returned")
        # A mask for the whole batch is wrong, but a net's own check says so better. A product
        # larger than dout is none of a layer's.
        if (
            cache[1] is not None
            and np.broadcast_shapes(_array(cache[1]).shape, dout.shape) != dout.shape
        ):
            raise ValueError("dout and the cache's mask are of different shapes")
        return reference.dropout_backward(dout, cache)

    return {"dropout_forward": dropout_forward, "dropout_backward": dropout_backward}


def _array(value):
    if not isinstance(value, np.ndarray) or value.size > MOST_ENTRIES:
        raise TypeError("no array of a layer's size")
    return value


def judge_net(trial, holds):
    """Run holds(trial) with our dropout layer in place and with the student's, until one passes.

    A layer that has passed its own checks goes first: it costs no calls back from the student's
    process. What fails with both is told as it was with ours.
    """
    tries = {"our layer": _with_ours, "their layer": _with_theirs}
    if layer_is_right(trial):
        tries = dict(reversed(tries.items()))
    failures = {}
    for which, run in tries.items():
        beside = trial.measure(which, lambda: trial.beside(trial.candidate))
        try:
            return run(beside, holds)
        except (Failed, CandidateError) as error:
            failures[which] = error
    raise failures["our layer"]


def _with_ours(trial, holds):
    with trial.candidate.replaced(right_layer(trial.oracle)):
        return holds(trial)


def _with_theirs(trial, holds):
    return holds(trial)
