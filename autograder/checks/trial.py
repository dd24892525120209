"""What every check of one test cell works with."""

from dataclasses import dataclass, field

import numpy as np

from autograder.checks.statistics import Ledger


@dataclass(frozen=True)
class Submitter:
    """Whose work it is: what a check needs to know of the student's own variant.

    student: the id that the work was handed in under, "" where nobody said. term_secret: what
    variants are drawn with; "" and everybody has the same.
    """

    student: str = ""
    term_secret: str = field(default="", repr=False)


@dataclass
class Trial:
    """candidate: the student's callables. oracle: the modules that know the truth.

    rng: the checks' own randomness, never the student's stream. ledger: adds up error bounds.
    measured: measurements shared by the checks of this cell, filled on first use. memory: the
    same for all test cells of a submission. submitter: whose it is.
    """

    candidate: object
    oracle: object
    rng: np.random.Generator
    ledger: Ledger = field(default_factory=Ledger)
    measured: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)
    submitter: Submitter = Submitter()

    def measure(self, key, take):
        """Return measured[key], taking it with `take()` the first time.

        A CandidateError is remembered and raised again, so that a crash is met once.
        """
        return _remembered(self.measured, key, take)

    def remember(self, key, take):
        """The same in memory."""
        return _remembered(self.memory, key, take)

    def note_passed(self, check):
        """Remember that the check function of this name (without "check_") has passed."""
        self.memory.setdefault("passed checks", set()).add(check)

    def has_passed(self, checks):
        """Whether all these check functions have passed, in this cell or an earlier one."""
        passed = self.memory.get("passed checks", ())
        return all(check.__name__.removeprefix("check_") in passed for check in checks)

    def beside(self, candidate):
        """A trial of the same randomness and ledger for another candidate."""
        return Trial(
            candidate,
            self.oracle,
            self.rng,
            self.ledger,
            memory=self.memory,
            submitter=self.submitter,
        )


def _remembered(known, key, take):
    if key not in known:
        try:
            known[key] = take()
        except Exception as error:
            known[key] = error
    if isinstance(known[key], Exception):
        raise known[key]
    return known[key]
