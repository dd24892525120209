"""Every case under many random seeds, judged in one process without the notebook around it.

`validate` goes by the path a student's work takes, once; this asks how often chance would have
decided otherwise.
"""

import contextlib
import io
import os
import time
import zlib
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context

import numpy as np

from autograder import oracle
from autograder.candidate import LocalCandidate
from autograder.marking.judge import judge_cell
from autograder.marking.scheme import load_scheme
from autograder.validate.grade_cases import load_cases, reference_cells
from autograder.validate.verdicts import cells_that_judge

# These need the experiment's training runs: seconds a seed instead of milliseconds. `validate`
# grades them; their limits are argued in autograder/checks/experiment.py.
NEED_TRAINING = {"test_experiment", "test_inline_question_2"}
# A case whose calls are slow (loops in Python, many layers) is judged for this long at most.
MOST_SECONDS = 240


def sweep(assignment, seeds, only, stream):
    """Judge every case with every seed; print what went wrong. Returns whether nothing did."""
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    cases = [c for c in load_cases(assignment) if (only or "") in c.name]
    cases = [c for c in cases if _cells_to_judge(c)]
    answers, clean, fewest = reference_cells(assignment), True, seeds
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = {
            pool.submit(sweep_case, case, assignment, answers, seeds): case for case in cases
        }
        for number, future in enumerate(as_completed(futures), 1):
            case, (judged, misjudged) = futures[future], future.result()
            fewest = min(fewest, judged)
            words = f"[{number}/{len(cases)}] {case.verdict} {case.name}: {judged} seeds"
            if judged < seeds:
                words += f" (of {seeds}: slow)"
            if misjudged:
                clean = False
                wrong = "rejected" if case.verdict == "accepted" else "let through"
                words += f"; {wrong} with seeds {misjudged[:10]} ({len(misjudged)} times)"
            print(words, file=stream, flush=True)
    print(
        f"sweep: {len(cases)} cases, at least {fewest} seeds each: "
        + ("no accepted solution rejected, no wrong one let through" if clean else "NOT clean"),
        file=stream,
    )
    return clean


def sweep_case(case, assignment, answers, seeds):
    """(number of seeds judged, the seeds for which the verdict was wrong)."""
    misjudged, started = [], time.process_time()
    for seed in range(seeds):
        if time.process_time() - started > MOST_SECONDS:
            return seed, misjudged
        candidate = LocalCandidate(namespace_of(answers | case.cells))
        np.random.seed(seed)  # the student's stream, as if the notebook had come this far
        if case.verdict == "accepted":
            right = _all_pass(case, assignment, candidate, seed)
        else:
            right = _is_caught(case, assignment, candidate, seed)
        if not right:
            misjudged.append(seed)
    return seeds, misjudged


def namespace_of(cells):
    """The names that the given cells define, as in a notebook that star-imports the layers."""
    namespace = {"__name__": "__main__"}
    exec("import itertools", namespace)
    exec("import numpy as np", namespace)
    exec("from solutions.cs231n.layers import *", namespace)
    exec("from solutions.cs231n.layer_utils import *", namespace)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        for grade_id, source in cells.items():
            exec(compile(source, grade_id, "exec"), namespace)
    return namespace


def _all_pass(case, assignment, candidate, seed):
    return all(
        _full_marks(assignment, grade_id, candidate, seed) for grade_id in _cells_to_judge(case)
    )


def _is_caught(case, assignment, candidate, seed):
    """Whether a wrong solution loses marks: its own catcher is asked first."""
    cells = load_scheme(assignment).cells
    catcher = next(name for name, cell in cells.items() if case.caught_by in cell.checks)
    return not (
        _full_marks(assignment, catcher, candidate, seed, only=case.caught_by)
        and _all_pass(case, assignment, candidate, seed)
    )


def _full_marks(assignment, grade_id, candidate, seed, only=None):
    checks_seed = zlib.crc32(f"{grade_id} {seed}".encode())
    result = judge_cell(assignment, grade_id, candidate, oracle, seed=checks_seed, only=only)
    if result.has_grader_fault:
        raise RuntimeError("\n".join(o.fault for o in result.outcomes))
    return result.mark == result.points


def _cells_to_judge(case):
    cells = cells_that_judge(case) - NEED_TRAINING
    if case.verdict == "wrong" and case.caught_by == "dropout_narrows_the_gap":
        return []
    return sorted(cells)
