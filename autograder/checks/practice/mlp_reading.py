"""Both masks of mlp_forward, read off the scores of a wide net made for it.

All first hidden units are 1 before dropout. The second layer's units come in two halves, 1 and
1 + a first unit, and each is a score. So the first half shows the second mask, whatever its
scale, and what is kept of the second half shows the first one. Half of the first layer's units go
nowhere: they make both layers equally wide, so that one mask for both would show.
"""

import math
from dataclasses import dataclass

import numpy as np

from autograder.checks.findings import Failed
from autograder.checks.practice.d2l_calls import forward
from autograder.checks.practice.every_mask import (
    constant,
    drawn_params,
    nearest,
    passes,
    zeros_and,
)
from autograder.checks.practice.masks import NEAR, explain_rate
from autograder.checks.statistics import bernoulli_divergence

EXAMPLES, UNITS = 100, 40
# (dropout_1, dropout_2). The first shows the first layer best, the second the second. With
# neither can swapped layers, or dropping taken for keeping, pass for right.
SETTINGS = ((0.6, 0.1), (0.2, 0.7))
# Where masks made of the same random numbers are most alike, or most unlike.
EQUAL = (0.4, 0.4)
# Far above rounding in float32, far below any mistake in a scale.
TOLERANCE = 1e-4
OWN, OTHERS, KEEPING = "own", "the other layer's", "kept for dropped"


@dataclass(frozen=True)
class Layer:
    """A hidden layer's mask. scale: what kept units are multiplied by, None if none is kept.

    kept, visible: boolean arrays (examples, units); what is not visible is not known.
    """

    scale: float | None
    kept: np.ndarray
    visible: np.ndarray

    @property
    def drops_some(self):
        """Whether some are dropped and some kept."""
        seen = self.kept[self.visible]
        return bool(seen.any() and not seen.all())

    def masks(self, examples, units):
        """Every mask of one example, the same for all of them: (M, examples, units)."""
        scale = 0.0 if self.scale is None else self.scale
        every = zeros_and if not self.kept[self.visible].all() else constant
        return np.repeat(every(scale, 1, units), examples, axis=1)

    def filled(self, rng, keep):
        """The mask with independent draws, kept with probability `keep`, where it is hidden."""
        return np.where(self.visible, self.kept, rng.random(self.kept.shape) < keep)


@dataclass(frozen=True)
class Reading:
    """called: the call. dropouts: the two probabilities of DROPPING. layers: two Layers."""

    called: str
    dropouts: tuple
    layers: tuple


def read(trial, dropouts, call=0):
    """A Reading at these dropouts, in training; shared by the checks of a cell.

    Raises CandidateError; Failed where kept units of one layer differ in size.
    """
    return trial.measure(("reading", dropouts, call), lambda: _read(trial, dropouts))


def _read(trial, dropouts):
    params = {
        "W1": np.zeros((2, 2 * UNITS)),
        "b1": np.ones(2 * UNITS),
        "W2": np.eye(2 * UNITS, k=UNITS),
        "b2": np.ones(2 * UNITS),
        "W3": np.eye(2 * UNITS),
        "b3": np.zeros(2 * UNITS),
    }
    made = forward(trial.candidate, params, np.ones((EXAMPLES, 2)), dropouts, True)
    kept = np.abs(made.scores) > TOLERANCE
    scale = _common(made.called, made.scores[:, :UNITS][kept[:, :UNITS]], 2)
    visible = kept[:, UNITS:] & (scale is not None)
    firsts = made.scores[:, UNITS:] / (scale or 1.0) - 1
    kept_firsts = visible & (np.abs(firsts) > TOLERANCE)
    first = Layer(_common(made.called, firsts[kept_firsts], 1), kept_firsts, visible)
    return Reading(made.called, dropouts, (first, Layer(scale, kept, np.full(kept.shape, True))))


def _common(called, values, number):
    """The one number that all values are, None if there are none. Raises Failed."""
    if not values.size:
        return None
    if np.all(np.abs(values - values[0]) <= TOLERANCE * np.abs(values[0])):
        return float(values[0])
    raise Failed(
        called,
        f"multiplied units of hidden layer {number} by {values.min():.6g} to {values.max():.6g}",
        "each should be dropped, or scaled by the same number as all others of its layer",
        "practice-mlp-uneven-scale",
    )


def follows(trial, number):
    """Which probability hidden layer `number` goes by: OWN, OTHERS, KEEPING, or None: its scale
    fits none of them. (With OWN the rate is still to be judged.)
    """
    readings = [read(trial, dropouts) for dropouts in SETTINGS]

    def keeps(meaning, check_rate=True):
        return all(_keeps(r.layers[number - 1], meaning(r), check_rate) for r in readings)

    if keeps(lambda r: 1 - r.dropouts[number - 1], check_rate=False):
        return OWN
    if keeps(lambda r: 1 - r.dropouts[2 - number]):
        return OTHERS
    return KEEPING if keeps(lambda r: r.dropouts[number - 1]) else None


def _keeps(layer, keep, check_rate):
    """Whether a layer keeps with probability `keep` (loosely) and divides by it."""
    if layer.scale is None or not math.isclose(layer.scale, 1 / keep, rel_tol=TOLERANCE):
        return False
    seen = layer.kept[layer.visible]
    divergence = bernoulli_divergence(float(seen.mean()), keep)
    return not check_rate or seen.size * divergence < 2 * NEAR


def scale_mistake(trial, number):
    """Why a hidden layer's kept units do not have the right size."""
    layers = {d: read(trial, d).layers[number - 1] for d in SETTINGS}
    scales = {d: layer.scale for d, layer in layers.items()}

    def is_always(expected):
        return all(
            s is not None and math.isclose(s, expected(d[number - 1]), rel_tol=TOLERANCE)
            for d, s in scales.items()
        )

    if is_always(lambda dropout: 1.0):
        return "practice-mlp-not-rescaled"
    if is_always(lambda dropout: 1 / dropout):
        return "practice-mlp-divided-by-dropout"
    if is_always(lambda dropout: (1 - dropout) ** -2):
        return "practice-mlp-scaled-twice"
    return "practice-mlp-wrong-scale"


def rate_mistake(trial, number):
    """Why a hidden layer keeps a wrong fraction."""
    meant = {n: follows(trial, n) for n in (1, 2)}
    if meant[number] == OTHERS:
        both = meant[3 - number] == OTHERS
        return "practice-mlp-dropouts-swapped" if both else "practice-mlp-one-dropout-for-both"
    layers = {d: read(trial, d).layers[number - 1] for d in SETTINGS}
    why = explain_rate(
        {1 - d[number - 1]: layer.kept[layer.visible] for d, layer in layers.items()}
    )
    names = {
        "swapped": "practice-mlp-dropout-taken-for-keeping",
        "normal": "practice-mlp-normal-for-uniform",
    }
    return names.get(why, "practice-mlp-wrong-rate")


def masks_of(params, X, made, layers):
    """The Passes (of one pair of masks) that give the student's scores, None if there are none.

    layers: two Layers, whose masks are tried; each example for itself, in a net of few units.
    """
    examples = len(X)
    units = [params[name].shape[1] for name in ("W1", "W2")]
    first, second = (layer.masks(examples, n) for layer, n in zip(layers, units, strict=True))
    tried = passes(params, X, first, second)
    chosen = []
    for i, row in enumerate(made.scores):
        index, distance = nearest(row, tried.scores[:, i])
        if not distance <= TOLERANCE * (1 + np.abs(tried.scores[index, i]).max()):
            return None
        chosen.append(index)
    pick = np.array(chosen), np.arange(examples)
    return passes(params, X, tried.mask1[pick][None], tried.mask2[pick][None])


def idle_mistake(idle):
    """Why the hidden layers of these numbers drop nothing."""
    return "practice-mlp-nothing-dropped" if len(idle) == 2 else "practice-mlp-one-layer-dropped"


def mixed_net(rng, sizes, examples):
    """(params, X): weights, biases and inputs of either sign, so that some ReLUs are shut."""
    params = drawn_params(rng, sizes)
    params = {name: rng.choice((-1.0, 1.0), w.shape) * w for name, w in params.items()}
    return params, rng.uniform(-1.5, 1.5, (examples, sizes[0]))


def plain_scores(params, X):
    """The scores of the net without dropout, (N, C)."""
    ones = [constant(1.0, len(X), params[name].shape[1]) for name in ("W1", "W2")]
    return passes(params, X, *ones).scores[0]


def near(found, expected):
    """Whether scores are the same up to TOLERANCE."""
    return bool(np.all(np.abs(found - expected) <= TOLERANCE * (1 + np.abs(expected).max())))
