"""How a student's train_step stands: right, explained by a known mistake, or unexplained."""

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.practice.every_mask import NAMES
from autograder.checks.practice.vanilla_calls import KINDS, step, tiny_cases
from autograder.checks.practice.vanilla_masks import CALLS, masks_of_calls
from autograder.checks.practice.vanilla_mistakes import BY_KEY, NONE, explanation, right_scale
from autograder.checks.practice.vanilla_ways import CLOSE, fits

# Calls of the tiny nets: enough that few of them drop everything, or nothing, which tells little.
REPEATS = (8, 4, 4)
# The layer that a known mistake leaves without a mask; it has cost its points.
UNMASKED = {"first kept": "first", "second kept": "second", "one layer early": "second"}


def explained(trial, kind):
    """The Mistake that explains the tiny nets' steps, NONE if they are right, None if unknown.

    Raises CandidateError.
    """
    return _tiny_steps(trial, kind)[1]


def key_of(trial, kind):
    """The explanation's key; None where there is none or the steps cannot be taken."""
    try:
        mistake = explained(trial, kind)
    except CandidateError:
        return None
    return mistake.key if mistake is not None else None


def masked_layers(trial, kind):
    """The names of the hidden layers that have a mask, "first" and "second", as far as known."""
    without = UNMASKED.get(key_of(trial, kind))
    return [layer for layer in ("first", "second") if layer != without]


def fail(trial, kind, mistake):
    """Raise what is wrong with the steps of this kind. mistake: what `explained` returned."""
    steps, _ = _tiny_steps(trial, kind)
    factors = "0 and 1" if kind == "vanilla" else "0 and 1/p"
    expected = f"it should be one step with some masks of {factors}"
    if mistake is None:
        made = next(made for made in steps if not fits(made, _right_table(made, kind)))
        raise Failed(made.case.called(kind), _what_fits(made, kind), expected)
    # Each kind done in the other's way is one mistake.
    swapped = [key_of(trial, each) for each in KINDS] == ["over p", "unscaled"]
    raise Failed(
        steps[0].case.called(kind),
        mistake.words,
        expected,
        "practice-kinds-swapped" if swapped else mistake.name,
        credit=0.5 if swapped else 0.0,
    )


def _tiny_steps(trial, kind):
    def take():
        cases = trial.measure("tiny cases", lambda: tiny_cases(trial.rng))
        repeated = zip(cases, REPEATS, strict=True)
        steps = [step(trial, case, kind) for case, times in repeated for _ in range(times)]
        mistake = explanation(steps, kind)
        return steps, _unmasked(trial, kind) if mistake is NONE else mistake

    return trial.measure(("tiny steps", kind), take)


def _unmasked(trial, kind):
    """The Mistake of steps that masks of 0 and 1 explain, but that never drop anything in one of
    the layers; else NONE. That 1536 draws at p = .4 (keep) are all kept does not happen.
    """
    try:
        drawn = [masks_of_calls(trial, kind, p) for p in CALLS]
    except (CandidateError, Failed):
        return NONE  # the checks that need these calls say so
    whole = [
        all(kept.size > 0 and kept.all() for kept in layer)
        for layer in ([d.first for d in drawn], [d.second for d in drawn])
    ]
    if not any(whole):
        return NONE
    return BY_KEY["no dropout" if all(whole) else "first kept" if whole[0] else "second kept"]


def _right_table(made, kind):
    return NONE.outcomes(made.case, right_scale(kind, made.case.p))


def _what_fits(made, kind):
    """Which results of a wrong step no masks explain that explain its loss."""
    table = _right_table(made, kind)
    rows = table[np.abs(table[:, 0] - made.loss) <= CLOSE * (1 + abs(made.loss))]
    if not len(rows):
        return f"returned the loss {made.loss:.6g}, which no masks explain"
    wrong, start = [], 1
    for name in NAMES:
        moved = made.moved[name].ravel()
        columns = rows[:, start : start + moved.size]
        start += moved.size
        if np.abs(columns - moved).max(axis=1).min() > CLOSE * (1 + np.abs(moved).max()):
            wrong.append(name)
    if not wrong:
        return "returned a loss and parameters of different masks"
    return f"returned a loss that masks explain, but other new values of {', '.join(wrong)}"
