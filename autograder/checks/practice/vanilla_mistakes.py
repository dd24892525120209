"""The mistakes that students make in train_step, and which of them explains what came back.

A mistake explains a student's steps if for each of them there are masks with which it gives the
same loss and the same parameters. Only then do messages name it.
"""

from dataclasses import dataclass, replace

import numpy as np

from autograder.checks.practice.every_mask import NAMES
from autograder.checks.practice.vanilla_decay import decays
from autograder.checks.practice.vanilla_ways import RIGHT, Way, fits, outcomes, usual_update


@dataclass(frozen=True)
class Mistake:
    """name: the misconception. words: what the steps look like, after "train_step(...)".

    way: how it is done. scales: (forward, back), functions of the right scale of kept units and
    of p that give a pair of factors, one a hidden layer. own_terms: whether the other kind of
    dropout is then judged with the same mistake.
    """

    key: str
    name: str
    words: str
    way: Way = RIGHT
    scales: callable = None
    back_scales: callable = None
    own_terms: bool = True

    def outcomes(self, case, scale):
        """(M, L): loss and moves under every choice of masks, see vanilla_ways.flat."""
        forward = self.scales(scale, case.p) if self.scales else (scale, scale)
        back = self.back_scales(scale, case.p) if self.back_scales else forward
        return outcomes(case, self.way, forward, back)

    def explains(self, steps, kind):
        """Whether every Step can be explained so."""
        tables = {}
        for made in steps:
            scale = right_scale(kind, made.case.p)
            key = id(made.case)
            if key not in tables:
                tables[key] = self.outcomes(made.case, scale)
            if not fits(made, tables[key]):
                return False
        return True


NONE = Mistake("none", "", "is right")


def right_scale(kind, p):
    """What a kept unit is multiplied by in training."""
    return 1 / p if kind == "inverted" else 1.0


def _moves(of_grads):
    return replace(RIGHT, update=of_grads)


def _one_rate(rate):
    return _moves(lambda case, grads: {name: rate(case.lr) * grads[name] for name in NAMES})


def _only_weights(case, grads):
    moved = usual_update(case, grads)
    return {name: moved[name] * (name[0] == "W") for name in NAMES}


def _both(factor):
    return lambda scale, p: (factor(p), factor(p))


def _scaled(key, name, words, factor):
    return Mistake(key, name, words, scales=_both(factor), own_terms=False)


def _way(key, name, words, own_terms=True, **changes):
    return Mistake(key, name, words, replace(RIGHT, **changes), own_terms=own_terms)


def _layers(*used):
    return {"layers": tuple(bool(u) for u in used)}


# What kept units are multiplied by, in both hidden layers. One of the first two is right.
SCALES = (
    _scaled("unscaled", "practice-step-inverted-unscaled", "kept units as they are", lambda p: 1.0),
    _scaled(
        "over p", "practice-step-vanilla-scaled", "divided the units it kept by p", lambda p: 1 / p
    ),
    _scaled(
        "over 1 - p",
        "practice-step-divided-by-drop",
        "divided the units it kept by 1 - p",
        lambda p: 1 / (1 - p),
    ),
    _scaled(
        "times p",
        "practice-step-multiplied",
        "multiplied the units it kept by p",
        lambda p: p,
    ),
    _scaled(
        "times 1 - p",
        "practice-step-multiplied",
        "multiplied the units it kept by 1 - p",
        lambda p: 1 - p,
    ),
    _scaled(
        "over p twice",
        "practice-step-scaled-twice",
        "divided the units it kept by p twice",
        lambda p: 1 / p**2,
    ),
    Mistake(
        "first scaled",
        "practice-step-scales-one-layer",
        "divided the units it kept by p in the first hidden layer alone",
        scales=lambda scale, p: (1 / p, 1.0),
        own_terms=False,
    ),
    Mistake(
        "second scaled",
        "practice-step-scales-one-layer",
        "divided the units it kept by p in the second hidden layer alone",
        scales=lambda scale, p: (1.0, 1 / p),
        own_terms=False,
    ),
    Mistake(
        "back unscaled",
        "practice-step-scale-missing-back",
        "divided by p forward and not on the way back",
        scales=_both(lambda p: 1 / p),
        back_scales=_both(lambda p: 1.0),
        own_terms=False,
    ),
    Mistake(
        "back scaled twice",
        "practice-step-scale-twice-back",
        "divided by p once forward and twice on the way back",
        scales=_both(lambda p: 1 / p),
        back_scales=_both(lambda p: 1 / p**2),
        own_terms=False,
    ),
    Mistake(
        "back scaled",
        "practice-step-scale-only-back",
        "divided by p on the way back and not forward",
        scales=_both(lambda p: 1.0),
        back_scales=_both(lambda p: 1 / p),
        own_terms=False,
    ),
)
# In what the layers do. Where nothing at all is dropped there are no terms to judge on.
LAYERS = (
    Mistake(
        "no dropout",
        "practice-step-no-dropout",
        "dropped nothing",
        replace(RIGHT, **_layers(0, 0, 0, 0)),
        scales=_both(lambda p: 1.0),
        own_terms=False,
    ),
    Mistake(
        "first kept",
        "practice-step-one-layer-only",
        "dropped nothing in the first hidden layer",
        replace(RIGHT, **_layers(0, 0, 1, 0)),
        scales=lambda scale, p: (1.0, scale),
    ),
    Mistake(
        "second kept",
        "practice-step-one-layer-only",
        "dropped nothing in the second hidden layer",
        replace(RIGHT, **_layers(0, 1, 0, 0)),
        scales=lambda scale, p: (scale, 1.0),
    ),
    _way("relu", "practice-step-relu-missing", "let negative units through", relu=False),
    _way(
        "derivative",
        "practice-step-relu-derivative",
        "changed the weights into units that the ReLU had set to 0",
        relu_derivative=False,
    ),
    _way(
        "no way back",
        "practice-step-mask-missing-back",
        "let the gradient through units that it had dropped",
        back=(False, False),
    ),
    _way(
        "first no way back",
        "practice-step-mask-missing-back",
        "let the gradient through units of the first hidden layer that it had dropped",
        back=(False, True),
    ),
    _way(
        "second no way back",
        "practice-step-mask-missing-back",
        "let the gradient through units of the second hidden layer that it had dropped",
        back=(True, False),
    ),
    _way(
        "before mask",
        "practice-step-unmasked-activations",
        "computed the gradients of W2 and W3 from units as they were before the mask",
        before_mask=True,
    ),
)
# In the loss and in the update.
UPDATES = (
    _way("ascent", "practice-step-uphill", "went up the gradient", update=lambda case, grads: {
        name: -case.lr[name] * grads[name] for name in NAMES
    }),
    Mistake("rate 1", "practice-step-rates", "did not use lr", _one_rate(lambda lr: 1.0)),
    *(
        Mistake(
            f"rate of {name}",
            "practice-step-rates",
            f"used lr[{name!r}] for every parameter",
            _one_rate(lambda lr, name=name: lr[name]),
        )
        for name in NAMES
    ),
    _way("only weights", "practice-step-biases", "left the biases as they were",
         update=_only_weights),
    _way("unmoved", "practice-step-not-taken", "returned the parameters unchanged",
         update=lambda case, grads: {name: np.zeros_like(g) for name, g in grads.items()}),
    _way("gradients", "practice-step-returns-gradients", "returned the gradients",
         returns_gradients=True),
    _way("sum", "practice-step-sum", "summed over the examples", loss="sum", summed=True),
    _way("gradients summed", "practice-step-sum", "summed the gradients over the examples",
         summed=True),
    _way("loss summed", "practice-step-sum", "returned the sum of the examples' losses",
         loss="sum"),
    _way("other loss", "practice-step-loss-without-masks", "returned the loss without dropout",
         loss="no dropout"),
    _way("updated first", "practice-step-updated-too-early",
         "sent the gradient back through weights that were new already", updated_first=True),
)  # fmt: skip
# These have more masks to try, so they come last.
MORE_MASKS = (
    _way("scores too", "practice-step-drops-scores", "dropped scores too", **_layers(0, 1, 1, 1)),
    _way("input too", "practice-step-drops-input", "dropped inputs too", **_layers(1, 1, 1, 0)),
    _way("one layer early", "practice-step-drops-input",
         "dropped inputs and the first hidden layer, not the second", **_layers(1, 1, 0, 0)),
    _way("new masks back", "practice-step-new-masks-back", "used other masks on the way back",
         new_masks_back=True),
)  # fmt: skip
# The special ones first: no dropout is dropout whose masks happen to hold ones alone.
DECAY = Mistake(
    "decay",
    "practice-step-weight-decay",
    "made the parameters smaller besides the step along the gradient",
)
MISTAKES = LAYERS + SCALES + UPDATES + MORE_MASKS
BY_KEY = {mistake.key: mistake for mistake in MISTAKES}
# Too many masks for two examples: these are tried on the steps with one alone.
ONE_EXAMPLE = {mistake.key for mistake in MORE_MASKS}


def explanation(steps, kind):
    """The Mistake behind the Steps (NONE where they are right), or None if none explains them."""
    if NONE.explains(steps, kind):
        return NONE
    single = [made for made in steps if len(made.case.X) == 1]
    single_is_right = NONE.explains(single, kind)
    for mistake in MISTAKES:
        if mistake.key not in ONE_EXAMPLE:
            shown = steps
        elif single_is_right:
            continue
        else:
            shown = single
        if mistake.explains(shown, kind):
            return mistake
    tables = {
        id(made.case): NONE.outcomes(made.case, right_scale(kind, made.case.p)) for made in steps
    }
    return DECAY if decays(steps, lambda case: tables[id(case)]) else None
