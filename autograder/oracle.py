"""The one door from the grader to `solutions`, opened only when a check asks."""

import importlib


def reference():
    """Returns the module with the worked solution of `dropout`."""
    return _solution("dropout.reference")


def reference_of(assignment):
    """Returns the module with the worked solution of another assignment."""
    return _solution(f"{assignment}.reference")


def oracles():
    """Returns the module with the slow, obvious versions for `dropout`."""
    return _solution("dropout.oracles")


def convolution():
    """Returns the module with the slow, obvious convolution for `quiz8`."""
    return _solution("quiz8.oracles")


def practice(topic):
    """Returns a module of slow, obvious versions for `dropout_in_practice`, such as "nets"."""
    return _solution(f"dropout_in_practice.oracles.{topic}")


def digits():
    """Returns the experiment's data, always the digits, in fresh arrays."""
    return given("data_utils").load_digits_with_wrong_labels()


def given(name):
    """Returns a module students are given, such as given('solver')."""
    return _solution(f"cs231n.{name}")


def _solution(name):
    """Imports solutions.<name>; ImportError says what to do when `solutions` is not there."""
    try:
        return importlib.import_module(f"solutions.{name}")
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] != "solutions":
            raise
        raise ImportError(
            f"the grader needs solutions/{name.replace('.', '/')}.py, which is not installed: "
            "run it from the course's root folder, or `pip install -e .` there"
        ) from error
