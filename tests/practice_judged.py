"""Judging functions of `dropout_in_practice` in this process, and its catalogue, for tests."""

import functools
import zlib

import numpy as np
from wired import wired

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme
from autograder.validate.sweep import namespace_of
from solutions.dropout_in_practice.cases import load_cases, reference_cells

ASSIGNMENT = "dropout_in_practice"
WORKED = reference_cells()
CASES = load_cases()
# The functions that each part of the catalogue is about.
PARTS = {
    "vanilla": ("train_step", "predict", "to_inverted"),
    "ensemble": ("all_masks", "linear_ensemble", "softmax_ensemble", "relu_ensemble"),
    "d2l": ("dropout_layer", "mlp_forward", "mlp_backward"),
    "exercises": (
        "swap_effect",
        "best_and_last",
        "relu_dropout_variance",
        "head_variance",
        "dropout_penalty",
        "beyond_additive",
        "output_covariances",
    ),
    "noise": ("mc_predict", "dropconnect", "bishop_noise", "my_noise"),
    "faults": ("fault_1", "mended_1", "fault_2", "mended_2", "fault_3", "mended_3"),
}
FUNCTIONS = tuple(function for functions in PARTS.values() for function in functions)
TEST_CELLS = {function: load_scheme(ASSIGNMENT).cells[f"test_{function}"] for function in FUNCTIONS}
# {check: the function that it judges}
CHECKS = {check: function for function, cell in TEST_CELLS.items() for check in cell.checks}


def cases_of(part, verdict):
    """The catalogue's cases of a part, "wrong" or "accepted"."""
    return [case for case in CASES if (case.part, case.verdict) == (part, verdict)]


def case_of(name):
    """The catalogue's case of this name."""
    return next(case for case in CASES if case.name == name)


def judged(functions, cells=None, seed=0, kind=LocalCandidate, only=None, **names):
    """{check: Outcome} of these functions, for the worked solution with other cells or names.

    kind: makes a candidate of the notebook's names. only: a single check. Asserts that nothing was
    the grader's fault.
    """
    namespace = namespace_of(WORKED | (cells or {}))
    namespace.update(names)  # in place: it is where the functions look for each other
    return judged_names(functions, namespace, seed, kind, only)


def judged_names(functions, names, seed=0, kind=LocalCandidate, only=None):
    """The same for all the names of a notebook."""
    candidate, memory, found = kind(names), {}, {}
    np.random.seed(seed)
    for function in functions:
        cell = f"test_{function}"
        own_seed = zlib.crc32(f"{cell} {seed}".encode())
        result = judge_cell(ASSIGNMENT, cell, candidate, oracle, own_seed, only, memory)
        found |= {outcome.check: outcome for outcome in result.outcomes}
    faults = [o.fault for o in found.values() if o.status == "grader_fault"]
    assert not faults, faults[0]
    return found


@functools.cache
def judged_case(name):
    """{check: Outcome} of a case's whole part, over the wire."""
    case = case_of(name)
    return judged(PARTS[case.part], case.cells, kind=wired)


def lost(found):
    """{check: Outcome} of those that do not give all their points."""
    return {name: outcome for name, outcome in found.items() if outcome.mark != outcome.points}


def failing(found):
    """The checks that do not give all their points."""
    return set(lost(found))


def judging(functions):
    """The checks that judge these functions."""
    return {check for check, function in CHECKS.items() if function in functions}


def mark(found):
    """(marks, points)."""
    outcomes = found.values()
    return sum(o.mark for o in outcomes), sum(o.points for o in outcomes)


def edited(stub, *edits):
    """{stub: the worked cell with (old, new) pairs, each of which occurs once}."""
    source = WORKED[stub]
    for old, new in edits:
        assert source.count(old) == 1, old
        source = source.replace(old, new)
    return {stub: source}
