"""train_step at p = 1, where every unit is kept: vanilla and inverted are one and the same step."""

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice.every_mask import NAMES, constant, drawn_params, passes
from autograder.checks.practice.vanilla_calls import RATES, Case, step
from autograder.checks.practice.vanilla_ways import CLOSE

# Wide enough that with p = .97 in the place of 1 some unit is dropped (512 draws, 2e-7 for none).
WIDTH, EXAMPLES = 64, 4
# One who draws in float32 may see a number that is not below 1, once in 2 ** 25 draws.
TRIES = 2


def require_step_at_one(trial, kind):
    """All units kept, the loss and the parameters are those of the net without dropout.

    For steps that are right at other p; otherwise half is lost. Raises Failed, CallTimeout.
    """
    found = _wrong_at_one(trial, kind)
    if found is not None:
        should = "with p = 1 (keep) it should be the step of the net without dropout"
        raise Failed(*found, should, "practice-step-p-one", credit=0.5)


def fails_at_one(trial, kind):
    """Whether require_step_at_one fails: what both kinds get wrong there is one mistake."""
    try:
        return _wrong_at_one(trial, kind) is not None
    except CandidateError:
        return True


def _wrong_at_one(trial, kind):
    """(the call in words, what came back), or None if it is right."""
    return trial.measure(("step at one", kind), lambda: _try(trial, kind))


def _try(trial, kind):
    params = drawn_params(trial.rng, (2, WIDTH, WIDTH, 3))
    for name in ("W2", "W3"):
        params[name] /= WIDTH
    X = trial.rng.uniform(0.5, 1.5, (EXAMPLES, 2))
    case = Case(params, X, trial.rng.integers(0, 3, EXAMPLES), 1.0, RATES)
    ones = constant(1.0, EXAMPLES, WIDTH)
    net = passes(params, X, ones, ones)
    loss, grads = net.losses(case.y)[0], net.loss_gradients(case.y)
    for _ in range(TRIES):
        try:
            made = step(trial, case, kind)
        except (NotWritten, CallTimeout):
            raise
        except CandidateError as error:
            return error.called, error.problem
        wrong = [
            name for name in NAMES if not _close(made.moved[name], case.lr[name] * grads[name][0])
        ]
        if abs(made.loss - loss) > CLOSE * (1 + loss):
            found = f"returned the loss {made.loss:.6g}, not {loss:.6g}"
        elif wrong:
            found = f"returned other new values of {', '.join(wrong)}"
        else:
            return None
    return case.called(kind), found


def _close(found, expected):
    largest = np.abs(expected).max()
    return bool(np.abs(found - expected).max() <= CLOSE * (largest + 1e-2))
