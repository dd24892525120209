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

MODULES = {
    "dropout": (forward, forward_interface, backward, net, batchnorm, experiment, answers),
    "quiz8": (formulas, convolution),
}


def checks_of(assignment):
    """{name without "check_": function} of an assignment. Raises KeyError if it has none."""
    return {
        name.removeprefix("check_"): function
        for module in MODULES[assignment]
        for name, function in vars(module).items()
        if name.startswith("check_") and function.__module__ == module.__name__
    }
