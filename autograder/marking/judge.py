"""Outcomes of a test cell's checks, and the mark they add up to."""

import time
import traceback
import warnings
import zlib
from dataclasses import asdict, dataclass, fields

import numpy as np

from autograder.candidate import CandidateError
from autograder.checks.findings import Failed
from autograder.checks.registry import checks_of
from autograder.checks.trial import Submitter, Trial
from autograder.marking.scheme import load_scheme

PASSED, FAILED, ERROR, TIMEOUT, GRADER_FAULT = (
    "passed",
    "failed",
    "error",
    "timeout",
    "grader_fault",
)


@dataclass(frozen=True)
class Outcome:
    """What one check decided.

    mark, points: what it earned, of how many. called, returned, expected: the message's parts,
    empty when passed. misconception: a name in the catalogue, or None. error_bound: the chance
    that a right solution would have been wronged by its statistics. fault: a grader fault's
    traceback, for the instructor only.
    """

    check: str
    status: str
    mark: float
    points: float
    called: str = ""
    returned: str = ""
    expected: str = ""
    misconception: str | None = None
    error_bound: float = 0.0
    seconds: float = 0.0
    fault: str = ""


@dataclass(frozen=True)
class CellResult:
    """The outcomes of one test cell."""

    assignment: str
    grade_id: str
    title: str
    part: int
    outcomes: tuple

    @property
    def mark(self):
        return float(sum(o.mark for o in self.outcomes))

    @property
    def points(self):
        return float(sum(o.points for o in self.outcomes))

    @property
    def has_grader_fault(self):
        return any(o.status == GRADER_FAULT for o in self.outcomes)

    @classmethod
    def from_dict(cls, data):
        """The CellResult whose as_dict() this is; keys it does not know are left out.

        Raises ValueError where it is none.
        """
        try:
            known = {f.name: data[f.name] for f in fields(cls)}
            names = {f.name for f in fields(Outcome)}
            outcomes = ({k: v for k, v in o.items() if k in names} for o in known["outcomes"])
            return cls(**known | {"outcomes": tuple(Outcome(**o) for o in outcomes)})
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"no result of a test cell: {error!r}") from None

    def as_dict(self):
        """Plain data, for the notebook's output and for reports."""
        return asdict(self) | {
            "outcomes": [asdict(o) for o in self.outcomes],
            "mark": self.mark,
            "points": self.points,
        }


def judge_cell(
    assignment, grade_id, candidate, oracle, seed=None, only=None, memory=None, submitter=None
):
    """Run the checks of one test cell on a candidate and return a CellResult.

    seed: for the checks' own randomness; the default is fixed, so that marks repeat.
    only: the name of a single check to run (the result then has its points alone).
    memory: a dictionary that the cells of one submission share, for what is costly to find out.
    submitter: whose submission it is, a checks.trial.Submitter.
    Raises LookupError for a cell that the marking scheme does not have.
    """
    scheme = load_scheme(assignment)
    if grade_id not in scheme.cells:
        raise LookupError(f"{assignment} has no test cell {grade_id!r} in its marking scheme")
    cell = scheme.cells[grade_id]
    functions = checks_of(assignment)
    rng = np.random.default_rng(zlib.crc32(grade_id.encode()) if seed is None else seed)
    trial = Trial(
        candidate,
        oracle,
        rng,
        memory={} if memory is None else memory,
        submitter=submitter or Submitter(),
    )
    outcomes = tuple(
        _run_check(name, functions[name], float(points), trial)
        for name, points in cell.checks.items()
        if only in (None, name)
    )
    return CellResult(assignment, grade_id, cell.title, cell.part, outcomes)


def _run_check(name, function, points, trial):
    started, bound = time.process_time(), trial.ledger.total
    result = {"status": PASSED, "mark": points}
    try:
        # Neither np.seterr nor a warnings filter in the notebook may turn a check into an error.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            function(trial)
        trial.note_passed(name)
    except Failed as failed:
        finding = failed.finding
        result = {"status": FAILED, "mark": points * failed.credit, **asdict(finding)}
    except CandidateError as error:
        result = {
            "status": error.status,
            "mark": 0.0,
            "called": error.called,
            "returned": error.problem,
            # What did not end in time has shown nothing else.
            "misconception": None if error.status == TIMEOUT else error.misconception,
        }
    except Exception:
        result = {"status": GRADER_FAULT, "mark": 0.0, "fault": traceback.format_exc()}
    return Outcome(
        check=name,
        points=points,
        error_bound=trial.ledger.total - bound,
        seconds=time.process_time() - started,
        **result,
    )
