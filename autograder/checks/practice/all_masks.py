"""Requirements on all_masks (part 2): every mask once, and how probable each is. p keeps.

Rows may come in any order, as numbers of any type or booleans. The probabilities are judged by
the rows that are there, so that a wrong list of masks costs its own check only.
"""

import itertools
import math
from dataclasses import dataclass

import numpy as np

from autograder.candidate import CandidateError, NotWritten
from autograder.candidate.errors import CallTimeout
from autograder.checks.findings import Failed
from autograder.checks.practice.returned import ask, show, split, squeezed_or_error
from autograder.checks.practice.right_helpers import note_endless

NAME = "all_masks"
# Nine units are more than a byte's bits. With p = 1 only one mask has a probability, but all exist.
ASKED = ((3, 0.25), (4, 0.7), (1, 0.6), (9, 0.7), (3, 1.0))
ORDINARY = ASKED[:2]
INVERTED = "practice-ensemble-masks-inverted"
OTHER_ORDER = "practice-ensemble-other-order"
INCOMPLETE = "practice-ensemble-masks-incomplete"


@dataclass(frozen=True)
class Listed:
    """What a call gave. masks, probabilities: float64 arrays, or the CandidateError instead;
    masks without axes of length 1 but for those of n. swapped: they came the other way round.
    """

    n: int
    p: float
    called: str
    masks: object
    probabilities: object
    swapped: bool

    @property
    def rows(self):
        """The masks as rows of n entries, whichever way they lie; None where they are none."""
        if isinstance(self.masks, CandidateError):
            return None
        masks = self.masks.reshape(-1, 1) if self.n == 1 and self.masks.ndim < 2 else self.masks
        if masks.ndim == 2 and masks.shape[1] != self.n and masks.shape[0] == self.n:
            masks = masks.T
        return masks if masks.ndim == 2 and masks.shape[1] == self.n else None


def require_every_mask(trial):
    """masks has the 2**n rows of zeros and ones, each once."""
    for listed in _lists(trial):
        if listed.swapped:
            raise _swapped(listed)
        if isinstance(listed.masks, CandidateError):
            raise _late(listed, listed.masks)
        problem, misconception = _problem_with_masks(trial, listed)
        if problem:
            raise Failed(
                listed.called,
                f"returned masks that {problem}",
                f"masks should have the {2**listed.n} rows of {listed.n} zeros and ones, each once",
                misconception,
                _credit(listed),
            )


def require_probabilities(trial):
    """A mask with k of n units kept has the probability p**k (1 - p)**(n - k)."""
    lists = _lists(trial)
    for listed in lists:
        if listed.swapped:
            raise _swapped(listed)
        if isinstance(listed.probabilities, CandidateError):
            raise _late(listed, listed.probabilities)
        expected, found = _right(listed), listed.probabilities.reshape(-1)
        if found.shape != expected.shape:
            raise Failed(
                listed.called,
                f"returned {found.size} probabilities",
                f"there should be {expected.size}, one for each row of masks",
                "practice-ensemble-probabilities-number",
                _credit(listed),
            )
        if not _near(found, expected):
            name = _mistake(lists) if (listed.n, listed.p) in ORDINARY else None
            raise _improbable(listed, found, expected, name)


def _improbable(listed, found, expected, misconception):
    worst = int(np.argmax(np.abs(found - expected)))
    if listed.rows is None:
        returned, should = (
            f"returned probabilities {show(found)}",
            f"{show(expected)}, in any order",
        )
    else:
        row = show(listed.rows[worst])
        returned = f"gave the mask {row} the probability {found[worst]:.6g}"
        should = f"it should be {expected[worst]:.6g}"
    if misconception is None and (listed.n, listed.p) not in ORDINARY:
        misconception = "practice-ensemble-edge"
    return Failed(listed.called, returned, should, misconception, _credit(listed))


def _lists(trial):
    return trial.measure("all masks", lambda: [_list(trial, n, p) for n, p in ASKED])


def _list(trial, n, p):
    called = f"{NAME}(n, p) with n = {n}, p = {p:g} (keep)"
    try:
        first, second = split(called, ask(trial, NAME, called, (n, p)), 2)
    except NotWritten:
        raise
    except CallTimeout:
        note_endless(trial)
        raise
    except CandidateError as error:
        return Listed(n, p, called, error, error, False)
    masks = squeezed_or_error(called, first, "masks")
    probabilities = squeezed_or_error(called, second, "probabilities")
    # A list of n = 1 lies either way.
    swapped = n > 1 and _dimensions(masks) == 1 and _dimensions(probabilities) == 2
    return Listed(n, p, called, masks, probabilities, swapped)


def _dimensions(value):
    return None if isinstance(value, CandidateError) else value.ndim


def _credit(listed):
    return 0.0 if (listed.n, listed.p) in ORDINARY else 0.5


def _late(listed, error):
    """The error, or what to raise where only an unusual n or p led to it."""
    if not _credit(listed):
        return error
    should = "masks and their probabilities should be returned here too"
    return Failed(error.called, error.problem, should, "practice-ensemble-edge", 0.5)


def _swapped(listed):
    return Failed(
        listed.called,
        "returned the probabilities before the masks",
        "the masks should come first",
        OTHER_ORDER,
        0.5,  # the other check takes the other half
    )


def _problem_with_masks(trial, listed):
    """(what is wrong, in words; the misconception), or (None, None)."""
    n, rows = listed.n, listed.rows
    if rows is None:
        return f"are an array of shape {listed.masks.shape}", INCOMPLETE
    if not np.all((rows == 0) | (rows == 1)):
        if np.all((rows == 0) | np.isclose(rows, 1 / listed.p)):
            return f"hold {1 / listed.p:.6g}, 1 / p, for kept units", INVERTED
        other = rows[(rows != 0) & (rows != 1)][0]
        return f"hold {other:.6g}", "practice-ensemble-masks-other-values"
    if listed.masks.ndim == 2 and listed.masks.shape != rows.shape:
        return f"are an array of shape {listed.masks.shape}", "practice-ensemble-masks-transposed"
    codes = rows @ 2.0 ** np.arange(n)
    different = len(np.unique(codes))
    if different == len(codes) == 2**n:
        return None, None
    again = _list(trial, n, listed.p).rows
    sampled = again is None or again.shape != rows.shape or np.any(again != rows)
    return (
        f"have {len(codes)} rows, {different} of them different",
        "practice-ensemble-masks-sampled" if sampled else INCOMPLETE,
    )


def _kept(rows):
    return (rows > 0).sum(axis=1)


def _right(listed, rate=None):
    """The probabilities of the rows that are there; of all masks where the rows are unreadable, in
    the order of what was returned.
    """
    n, p = listed.n, listed.p if rate is None else rate
    if listed.rows is not None:
        kept = _kept(listed.rows)
        return p**kept * (1 - p) ** (n - kept)
    kept = np.array([sum(mask) for mask in itertools.product((0, 1), repeat=n)])
    expected = np.sort(p**kept * (1 - p) ** (n - kept))
    found = listed.probabilities.reshape(-1)
    if found.shape != expected.shape:
        return expected
    ordered = np.empty_like(expected)
    ordered[np.argsort(found, kind="stable")] = expected
    return ordered


def _near(found, expected):
    return bool(np.all(np.abs(found - expected) <= 1e-5 * np.abs(expected) + 1e-9))


def _mistake(lists):
    """The misconception that gives the probabilities of the ordinary calls, or None."""
    lists = [listed for listed in lists if (listed.n, listed.p) in ORDINARY]
    for name, values in MISTAKES.items():
        if all(_is_of(values, listed) for listed in lists):
            return name
    return None


def _is_of(values, listed):
    found = listed.probabilities
    if isinstance(found, CandidateError) or listed.rows is None:
        return False
    expected = values(listed, listed.rows)
    found = found.reshape(-1)
    return found.shape == expected.shape and _near(found, expected)


def _of_other_rows(listed, rows):
    """The right probabilities in another order: equal to what was returned, if sorted."""
    found = listed.probabilities.reshape(-1)
    right = _right(listed)
    if found.shape != right.shape or not _near(np.sort(found), np.sort(right)):
        return np.full(found.shape, np.nan)  # near nothing
    return found


MISTAKES = {
    "practice-ensemble-rate-swapped": lambda listed, rows: _right(listed, 1 - listed.p),
    "practice-ensemble-equal-probabilities": lambda listed, rows: np.full(len(rows), 1 / len(rows)),
    "practice-ensemble-dropped-units-forgotten": lambda listed, rows: listed.p ** _kept(rows),
    "practice-ensemble-probability-of-the-count": lambda listed, rows: (
        _right(listed) * [math.comb(listed.n, k) for k in _kept(rows).tolist()]
    ),
    "practice-ensemble-probabilities-in-logs": lambda listed, rows: np.log(_right(listed)),
    "practice-ensemble-probabilities-order": _of_other_rows,
}
