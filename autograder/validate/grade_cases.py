"""Grading all cases of an assignment, several at a time."""

import importlib
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import nbformat

from autograder.execute.grade_one import grade_one
from autograder.marking.scheme import load_scheme


@dataclass(frozen=True)
class GradedCase:
    """A case and what became of it.

    marks: {grade_id: (mark or None, points)}. outcomes: dictionaries, see marking.judge.
    """

    case: object
    marks: dict
    reasons: dict
    outcomes: list

    @property
    def failing(self):
        return {o["check"] for o in self.outcomes if o["status"] != "passed"}

    @property
    def misconceptions(self):
        return {o["misconception"] for o in self.outcomes if o["misconception"]}

    @property
    def error_bound(self):
        return sum(o["error_bound"] for o in self.outcomes)


def load_cases(assignment):
    """The cases of an assignment, from solutions/<assignment>."""
    return importlib.import_module(f"solutions.{assignment}.cases").load_cases()


def reference_cells(assignment):
    """{grade_id: source} of the worked solution's cells."""
    return importlib.import_module(f"solutions.{assignment}.cases").reference_cells()


def grade_cases(cases, course, assignment, progress=lambda done, total, name: None):
    """Grade every case; returns GradedCases in the order given."""
    # One BLAS thread a process: the threads of several would fight for the cores.
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"
    answers = reference_cells(assignment)
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        futures = {
            pool.submit(grade_case, case, str(course), assignment, answers): i
            for i, case in enumerate(cases)
        }
        graded = [None] * len(cases)
        for done, future in enumerate(as_completed(futures), 1):
            index = futures[future]
            graded[index] = future.result()
            progress(done, len(cases), cases[index].name)
    return graded


def grade_case(case, course, assignment, answers):
    """Hand in the released notebook with the case's cells in place, and grade it."""
    notebook = hand_in(course, assignment, answers | case.cells)
    with tempfile.TemporaryDirectory(prefix="autograder-") as folder:
        submission = Path(folder, f"{assignment}.ipynb")
        nbformat.write(notebook, submission)
        for_eyes = load_scheme(assignment).for_eyes
        graded = grade_one(submission, course, assignment, leave_out=for_eyes)
    return GradedCase(
        case,
        {name: (cell.mark, cell.points) for name, cell in graded.cells.items()},
        {name: cell.reason for name, cell in graded.cells.items() if cell.reason},
        graded.outcomes(),
    )


def hand_in(course, assignment, answers):
    """The released notebook with its solution cells filled in from {grade_id: source}."""
    release = Path(course, "release", assignment, f"{assignment}.ipynb")
    notebook = nbformat.read(release, as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        if grade_id in answers:
            cell.source = answers[grade_id]
    return notebook
