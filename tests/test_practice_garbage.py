"""What no function of `dropout_in_practice` should give back: no points, and no grader fault."""

import pytest
from practice_garbage import ERRORS, PAIRS, garbage, plain_garbage
from practice_judged import FUNCTIONS, PARTS, failing, judged, judged_names, judging
from wired import wired

from autograder.validate.sweep import namespace_of
from solutions.dropout_in_practice import reference
from solutions.dropout_in_practice.cases import reference_cells

NAMES = namespace_of(reference_cells())
# They return two values.
PAIRED = (
    *("train_step", "to_inverted", "all_masks", "softmax_ensemble", "relu_ensemble"),
    *("mlp_forward", "swap_effect", "output_covariances", "mc_predict"),
    *("fault_1", "fault_2", "fault_3"),
)
# What some of the garbage is.
RIGHT_BY_CHANCE = {"fault_2_is_named": "d", "fault_3_is_named": "d", "fault_3_number_is_right": 0}


@pytest.mark.parametrize("words", garbage())
def test_garbage_earns_nothing_and_is_not_the_graders_fault(words):
    """The same from every function that returns as many values."""
    returned = garbage()[words]
    functions = PAIRED if words in PAIRS or words.startswith("2 times") else FUNCTIONS
    functions = ("best_and_last",) if words.startswith("3 times") else functions
    names = NAMES | dict.fromkeys(functions, lambda *args: returned())
    found = judged_names(functions, names, kind=wired)
    assert set(found) == judging(functions)
    for check, outcome in found.items():
        if words not in ERRORS and _is_right_by_chance(check, returned()):
            continue
        assert outcome.status in ("failed", "error"), outcome
        assert outcome.mark == 0, outcome


def _is_right_by_chance(check, value):
    right = RIGHT_BY_CHANCE.get(check)
    return isinstance(value, tuple) and any(type(v) is type(right) and v == right for v in value)


@pytest.mark.parametrize("words", plain_garbage())
def test_garbage_in_the_last_place_leaves_the_first(words):
    """Of several values returned, the right one is paid for."""
    value = plain_garbage()[words]
    for function in (
        *("all_masks", "softmax_ensemble", "relu_ensemble"),
        *("swap_effect", "best_and_last", "output_covariances"),
    ):
        right = getattr(reference, function)
        spoilt = NAMES | {function: lambda *args, right=right: (*right(*args)[:-1], value)}
        first, second = judged_names((function,), spoilt).values()
        assert (first.mark, second.mark) == (first.points, 0), (function, first, second)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_that_is_missing_earns_nothing(function):
    """It is no error of the checks."""
    found = judged((function,), {function: ""})
    assert set(found) == judging((function,))
    assert {outcome.mark for outcome in found.values()} == {0}


@pytest.mark.parametrize("function", [*PARTS["vanilla"], *PARTS["faults"]])
def test_what_a_function_raises_costs_its_points_alone(function):
    """Whatever is raised; the others of its part keep theirs."""

    def raises(*args):
        raise KeyboardInterrupt("no")

    part = next(part for part in PARTS.values() if function in part)
    found = judged(part, **{function: raises})
    assert failing(found) == judging((function,))
    assert {found[check].status for check in failing(found)} == {"error"}
