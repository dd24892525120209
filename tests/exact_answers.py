"""What is asked of the known mistakes in `dropout_in_practice`'s exact answers, for tests."""

import itertools

import numpy as np

from autograder import oracle
from autograder.checks.practice.exact import MISTAKES_RAISE


def values_of_mistakes(question, part, cases):
    """[(name, values)]: each known mistake's values in all ordinary cases, None where it raises."""
    found = []
    for mistake in question.parts[part].mistakes:
        values = []
        for case in cases:
            try:
                value = mistake.values(*case.args)
            except MISTAKES_RAISE:
                value = (None,) * len(question.parts[part].words)
            values += value if isinstance(value, tuple) else (value,)
        found.append((mistake.name, values))
    return found


def alike(one, two):
    """Whether two lists of values agree as closely as a check asks."""
    return all(_alike(a, b) for a, b in zip(one, two, strict=True))


def _alike(a, b):
    if a is None or b is None:
        return a is b
    a, b = np.squeeze(np.asarray(a, float)), np.squeeze(np.asarray(b, float))
    return a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-6)


def assert_mistakes_are_told_apart(question, seeds):
    """No known mistake looks like the truth or like one of another name, whatever was drawn."""
    for seed, part in itertools.product(range(seeds), question.parts):
        cases = [c for c in question.draw(np.random.default_rng(seed)) if c.edge is None]
        truths = [question.truth(oracle, *case.args) for case in cases]
        right = [truth[place] for truth in truths for place in question.parts[part].words]
        found = values_of_mistakes(question, part, cases)
        for name, values in found:
            assert not alike(values, right), (question.name, part, name, seed)
        for (name, values), (other, others) in itertools.combinations(found, 2):
            assert name == other or not alike(values, others), (question.name, name, other, seed)
