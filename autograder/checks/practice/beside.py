"""One mistake is punished once: judging a function also beside right versions of what it calls."""

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed


def either(trial, check, replacements):
    """Run check(trial) with the student's own helpers and, if that fails, with `replacements`.

    replacements: {name: function}, right versions of functions that belong to other cells.
    If both fail, raises a Failed or a CandidateError: what was found beside right helpers, which
    is the function's own mistake, unless the first run kept more of the points.
    """
    try:
        return check(trial)
    except (Failed, CandidateError) as error:
        first = error
    try:
        with trial.candidate.replaced(replacements):
            # What was measured belongs to the student's own helpers.
            return check(trial.beside(trial.candidate))
    except Failed as own:
        raise (own if own.credit >= getattr(first, "credit", 0.0) else first) from None
    except CandidateError:
        raise first from None
