"""Check functions by name, one table an assignment."""

from autograder.checks import (
    answers,
    backward,
    batchnorm,
    convolution,
    experiment,
    formulas,
    forward,
    forward_interface,
    net,
)
from autograder.checks.practice import (
    ensemble,
    exercises,
    faults,
    layer,
    mlp,
    montecarlo,
    noise,
    vanilla,
)

MODULES = {
    "dropout": (forward, forward_interface, backward, net, batchnorm, experiment, answers),
    "quiz8": (formulas, convolution),
    "dropout_in_practice": (
        vanilla,
        ensemble,
        layer,
        mlp,
        exercises,
        montecarlo,
        noise,
        faults,
    ),
}


def checks_of(assignment):
    """{name without "check_": function} of an assignment. Raises KeyError if it has none."""
    return {
        name.removeprefix("check_"): function
        for module in MODULES[assignment]
        for name, function in vars(module).items()
        if name.startswith("check_") and function.__module__ == module.__name__
    }
