"""What the benchmarks have graded."""

from autograder.sample.hand_in import Student
from autograder.validate.grade_cases import load_cases


def mixed_class(assignment, number):
    """`number` students of the catalogue, spread evenly over it: every other one is right.

    All of them can be graded by stock nbgrader too.
    """
    cases = sorted(load_cases(assignment), key=lambda case: case.name)
    half, chosen = (number + 1) // 2, []
    for verdict, wanted in (("accepted", half), ("wrong", number - half)):
        kind = [case.name for case in cases if case.verdict == verdict]
        chosen += [kind[i * len(kind) // wanted] for i in range(wanted)]
    ids = [f"b{i:02}-{name.split('/')[-1]}".replace("_", "-") for i, name in enumerate(chosen)]
    return [
        Student(student, "solution", None, {"case": name})
        for student, name in zip(ids, chosen, strict=True)
    ]


def light_class(number):
    """`number` students who have written the dropout layer, and a net that trains nothing."""
    options = {
        "only": ["dropout_forward", "dropout_backward"],
        "cells": {"FullyConnectedNet": "class FullyConnectedNet:\n    pass"},
    }
    return [Student(f"l{i:05}", "solution", None, options) for i in range(number)]
