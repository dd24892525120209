"""What mlp_backward must do, judged by the student's own mlp_forward.

The masks that a call of mlp_forward drew are found from its scores, with whatever scale the
student's own forward has; what is wrong there costs nothing here. Where the scores are those of no
masks at all, the gradients are held against differences of the scores at test time.
"""

import numpy as np

from autograder.candidate import CandidateError, WrongReturn
from autograder.checks.findings import Failed
from autograder.checks.practice import mlp_edges, mlp_mistakes
from autograder.checks.practice.d2l_calls import backward, forward
from autograder.checks.practice.every_mask import NAMES, drawn_params
from autograder.checks.practice.mlp_reading import SETTINGS, Layer, masks_of, read

# All different, so that a transposed matrix shows.
SIZES = (4, 5, 3, 2)
STEP = 1e-5
# A unit that is nearer to its ReLU's kink than this may fall on either side in float32.
KINK = 1e-3
GLOBAL = "practice-mlp-cache-in-a-global"


def require_gradients(trial):
    """Raise Failed or CandidateError if gradients are wrong, at test time or in training."""
    unexplained = 0
    plans = [(False, SETTINGS[0], 3, False), (False, SETTINGS[1], 1, False)]
    plans += [(True, d, n, relu) for d in SETTINGS for n in (3, 1) for relu in (True, False)]
    for training, dropouts, examples, all_on in plans:
        params, X, dscores = _drawn(trial.rng, examples, all_on)
        layers = _layers(trial, dropouts, training)
        made = forward(trial.candidate, params, X, dropouts, training)
        # Nothing else in between: where a cache lies is require_caches's case.
        called, found, changed = backward(trial.candidate, dscores, made)
        net = _passes(params, X, made, layers)
        _require_shapes(called, found, params)
        found = {name: g.reshape(params[name].shape) for name, g in found.items()}
        if net is None:
            unexplained += 1
            continue
        if min(np.abs(net.z1).min(), np.abs(net.z2).min()) < KINK:
            continue
        _require_equal(trial, called, found, net, dscores, made)
        if changed:
            raise Failed(
                called,
                "changed the array dscores that it was given",
                "it should leave dscores as it was",
                "practice-mlp-dscores-overwritten",
                credit=0.5,
            )
    if unexplained:
        _require_differences(trial)
    mlp_edges.require_gradients_at_one(trial)


def require_caches(trial):
    """Raise Failed or CandidateError if a gradient depends on what happened since its forward.

    Each is compared with the student's own, so what is wrong in them costs nothing here.
    """
    for training in (False, True):
        for _ in range(3 if training else 1):
            _require_apart(trial, training)


def _require_apart(trial, training):
    drawn = [_drawn(trial.rng, 3, True) for _ in range(2)]
    made, first = [], []
    for params, X, dscores in drawn:
        made.append(forward(trial.candidate, params, X, SETTINGS[0], training))
        first.append(backward(trial.candidate, dscores, made[-1])[1])
    if not first[0] or _same(*first):
        raise Failed(
            f"mlp_backward(dscores, cache) after {made[0].called}",
            "returned the same for two different nets" if first[0] else "returned no gradients",
            "the gradients belong to the call of mlp_forward that the cache is from",
            "practice-mlp-gradient-wrong",
        )
    for i in (1, 0, 1):
        _, _, dscores = drawn[i]
        called = f"mlp_backward(dscores, cache) after {made[i].called}"
        try:
            again = backward(trial.candidate, dscores, made[i])[1]
        except CandidateError as error:
            raise Failed(
                called,
                f"{error.problem}, when the cache was used a second time",
                "a cache should give the same gradients as often as it is used",
                "practice-mlp-cache-used-up",
            ) from None
        if not _same(first[i], again):
            _fail_for_change(trial, training, called)


def _fail_for_change(trial, training, called):
    """The same cache gave other gradients than before: why? Raises Failed, unless masks are drawn
    on the way back, which the gradients have cost.
    """
    params, X, dscores = _drawn(trial.rng, 3, True)
    made = forward(trial.candidate, params, X, SETTINGS[0], training)
    twice = [backward(trial.candidate, dscores, made)[1] for _ in range(2)]
    used_up = not _same(*twice)
    if used_up and training and _gradients_are_wrong(trial):
        return
    raise Failed(
        called,
        "gave other gradients for the same cache when used a second time"
        + ("" if used_up else ", after another call of mlp_forward"),
        "a cache should give the gradients of its own call of mlp_forward, as often as it is used",
        "practice-mlp-cache-used-up" if used_up else GLOBAL,
    )


def _gradients_are_wrong(trial):
    try:
        require_gradients(trial)
    except (Failed, CandidateError):
        return True
    return False


def _drawn(rng, examples, all_on):
    """(params, X, dscores): a net whose ReLUs are all open, or one in which some are shut."""
    params = drawn_params(rng, SIZES)
    X = rng.uniform(0.5, 1.5, (examples, SIZES[0]))
    if not all_on:
        params = {name: rng.choice((-1.0, 1.0), w.shape) * w for name, w in params.items()}
        X *= rng.choice((-1.0, 1.0), X.shape)
    dscores = rng.uniform(0.5, 1.5, (examples, SIZES[-1]))
    return params, X, dscores * rng.choice((-1.0, 1.0), dscores.shape)


def _layers(trial, dropouts, training):
    """[(first Layer, second Layer)] that the student's forward may show, the right ones first."""
    everything = np.ones((1, 1), bool)
    plain = Layer(1.0, everything, everything)
    try:
        first, second = read(trial, dropouts).layers
    except (Failed, CandidateError):
        return [] if training else [(plain, plain)]
    if training:
        return [(first, second)]
    return [(plain, plain), (plain, second), (first, plain), (first, second)]


def _passes(params, X, made, layers):
    """The Passes of the masks that the scores show, None if there are none."""
    tried = (masks_of(params, X, made, pair) for pair in layers)
    return next((net for net in tried if net is not None), None)


def _require_shapes(called, found, params):
    missing = [name for name in NAMES if name not in found]
    if missing:
        raise WrongReturn(called, f"returned no gradient of {', '.join(missing)}")
    for name in NAMES:
        shape, expected = found[name].shape, params[name].shape
        flat = name[0] == "b" and found[name].size == params[name].size
        if shape != expected and not flat:
            raise WrongReturn(
                called,
                f"returned a gradient of {name} of shape {shape}, not {expected}",
                "practice-mlp-gradient-shape",
            )


def _require_equal(trial, called, found, net, dscores, made):
    truth = {name: g[0] for name, g in net.gradients(dscores).items()}
    for name in reversed(NAMES):  # the way back goes from the scores to the inputs
        place = mlp_mistakes.first_difference(found[name], truth[name])
        if place is None:
            continue
        where = ", ".join(map(str, place))
        why = mlp_mistakes.of_gradients(net, dscores, found)
        if why == "practice-mlp-gradient-wrong" and _draws(trial, dscores, made, found):
            why = "practice-mlp-backward-draws-masks"
        raise Failed(
            called,
            f"returned a gradient of {name} whose entry [{where}] is {found[name][place]:.6g}",
            f"it should be {truth[name][place]:.6g} for the masks that your scores show",
            why,
        )


def _draws(trial, dscores, made, found):
    """Whether the same cache gives something else each time."""
    try:
        calls = [backward(trial.candidate, dscores, made)[1] for _ in range(5)]
    except CandidateError:
        return False
    found = {name: g.ravel() for name, g in found.items()}
    return not all(_same({n: g.ravel() for n, g in call.items()}, found) for call in calls)


def _require_differences(trial):
    """The gradients at test time against differences of the student's own scores."""
    params, X, dscores = _drawn(trial.rng, 8, False)

    def loss(params):
        made = forward(trial.candidate, params, X, SETTINGS[0], False)
        return float(np.sum(made.scores * dscores)), made

    before, made = loss(params)
    called, found, _ = backward(trial.candidate, dscores, made)
    _require_shapes(called, found, params)
    for name, w in params.items():
        direction = trial.rng.choice((-1.0, 1.0), w.shape)
        up, down = (loss(params | {name: w + s * STEP * direction})[0] for s in (1, -1))
        slope, expected = float(np.sum(found[name].reshape(w.shape) * direction)), (up - down)
        expected /= 2 * STEP
        if loss(params)[0] != before or (name == "b3" and abs(expected) < STEP):
            raise Failed(
                made.called,
                "returned scores that belong to no masks on the two hidden layers",
                "gradients can only be judged beside scores of that net",
                "practice-mlp-structure",
            )
        if not abs(slope - expected) <= 1e-3 * (1 + abs(expected)):
            raise Failed(
                called,
                f"returned a gradient of {name} that gives a slope of {slope:.6g}",
                f"your own scores change by {expected:.6g} along it",
                "practice-mlp-gradient-wrong",
            )


def _same(first, second):
    """Whether two dictionaries of gradients are the same, up to rounding."""
    return first.keys() == second.keys() and all(
        first[name].shape == second[name].shape
        and np.allclose(first[name], second[name], rtol=1e-6, atol=1e-9)
        for name in first
    )
