"""What the tests of `dropout_in_practice`'s exact answers share: judging, garbage, mistakes."""

import contextlib
import decimal
import fractions
import itertools

import numpy as np

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.candidate.values import NotPlain, plain
from autograder.checks.practice.exact import MISTAKES_RAISE
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme
from autograder.validate.sweep import namespace_of
from solutions.dropout_in_practice.cases import load_cases, reference_cells

ASSIGNMENT = "dropout_in_practice"
CELLS = load_scheme(ASSIGNMENT).cells


def cases_of(part, verdict):
    """The catalogue's cases of a part."""
    return [case for case in load_cases() if (case.part, case.verdict) == (part, verdict)]


def names_of(**changed):
    """The notebook's names after the worked solution, with some cells' sources exchanged."""
    cells = reference_cells() | changed
    return namespace_of({"setup": "import itertools"} | cells)


def judged(functions, names, candidate=LocalCandidate, seed=None):
    """{check: Outcome} of the test cells that judge `functions`, on a notebook's names."""
    asked, memory, found = candidate(names), {}, {}
    for grade_id, cell in CELLS.items():
        if cell.judges in functions:
            result = judge_cell(ASSIGNMENT, grade_id, asked, oracle, seed=seed, memory=memory)
            found |= {outcome.check: outcome for outcome in result.outcomes}
    return found


def lost(found):
    """{check: Outcome} of those that did not pass."""
    return {name: outcome for name, outcome in found.items() if outcome.status != "passed"}


def function_of(check):
    """The notebook's function that a check judges."""
    return next(cell.judges for cell in CELLS.values() if check in cell.checks)


def mark(found):
    """(marks, points)."""
    outcomes = found.values()
    return sum(o.mark for o in outcomes), sum(o.points for o in outcomes)


class Unreadable:
    """Its conversion to an array fails."""

    def __array__(self, *args, **kwargs):
        raise RuntimeError("no")

    def __len__(self):
        return -1


ERRORS = {
    type(error).__name__: error
    for error in (
        KeyError("x"),
        RecursionError(),
        SystemExit(3),
        KeyboardInterrupt(),
        MemoryError(),
    )
}


def garbage():
    """{words: function that returns or raises it}: whatever a student's function may give."""

    def raises(error):
        raise error

    odd = {
        "None": None,
        "a string": "0.25",
        "an empty tuple": (),
        "NaN": float("nan"),
        "infinity": np.inf,
        "a long integer": 10**400,
        "an integer that cannot be printed": 10**5000,
        "zero": 0,
        "a truth value": True,
        "a complex number": 1j,
        "a decimal": decimal.Decimal("0.1"),
        "a fraction": fractions.Fraction(1, 3),
        "a dictionary": {"mean": 1.0},
        "an object": Unreadable(),
        "a class": Unreadable,
        "a set": {1.0, 2.0},
        "a ragged list": [[1.0, 2.0], [3.0]],
        "strings in an array": np.array(["a", "b"]),
        "objects in an array": np.array([None, 1], dtype=object),
        "an empty array": np.zeros((0, 3)),
        "a 0-d array": np.array(3.0),
        "many axes": np.ones((1,) * 20),
        "a large array": np.zeros(200_001),
        "huge numbers": np.full((2, 2), 1e308),
        "numbers beyond float64": np.full(2, np.longdouble("1e4000")),
        "a masked array": np.ma.masked_array([1.0, 2.0], [True, False]),
        "a deep list": [[[[[[[[[[1.0]]]]]]]]]],
        "a date": np.datetime64("2020-01-01"),
    }
    made = {words: (lambda value=value: value) for words, value in odd.items()}
    for count, (words, value) in itertools.product((2, 3), odd.items()):
        made[f"{count} times {words}"] = lambda value=value, count=count: (value,) * count
    made["a generator"] = lambda: (x for x in (1.0, 2.0))
    for words, error in ERRORS.items():
        made[words] = lambda error=error: raises(error)
    return made


def plain_garbage():
    """Words of that garbage which reaches a check: the rest is refused with all beside it."""
    words = []
    for name, returned in garbage().items():
        if name not in ERRORS:
            with contextlib.suppress(NotPlain):
                plain(returned())
                words.append(name)
    return words


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
