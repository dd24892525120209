"""The catalogue of cases of `quiz8`: the code's as in solutions/cases.py, the formulas' as answers.

Every answer of solutions/quiz8/*.toml to the original paper is a case: right ones must get full
marks, wrong ones lose them by the one check of their question, with their own diagnosis.
"""

from pathlib import Path

from autograder.checks.misconceptions import of_formula
from autograder.quiz.questions.variants import BASE
from solutions.cases import Case, Catalogue
from solutions.quiz8.answers import load_answers

CELL_OF = {
    "forward": "forward_formula",
    "backward": "backward_formula",
    "convolution": "small_convolution",
    "general": "general_convolution",
    "extension": "small_gradients",
}
CHECK_OF = {
    "forward": "forward_formula_is_right",
    "backward": "backward_formula_is_right",
    "convolution": "small_convolution_is_right",
    "general": "general_convolution_is_right",
    "extension": "small_gradients_are_right",
}
# Where indices start is not asked in the notebook: either will do. An empty answer is no mistake.
NOT_ASKED = ("quiz-index-base", "quiz-blank")
CELLS = ("paper_code", *CELL_OF.values(), "conv_forward_naive")
CATALOGUE = Catalogue(Path(__file__).parent, CELLS, {"conv": "code"})


def reference_cells(path=None):
    """{grade_id: source} of the worked solution. Raises solutions.cases.CaseError."""
    return CATALOGUE.reference_cells(path)


def load_cases(folder=None):
    """All Cases: of the code, from accepted/ and wrong/, and of the formulas."""
    cases = CATALOGUE.load_cases(folder)
    return cases if folder else cases + _formulas()


def _formulas():
    reference, cases = reference_cells(), []
    for item, cell in CELL_OF.items():
        for answer in load_answers(item, BASE.of(item)):
            if answer.diagnosis in NOT_ASKED:
                continue
            wrong = answer.diagnosis is not None
            source = f"def {cell}():\n    return {answer.text!r}\n"
            cases.append(
                Case(
                    "quiz8",
                    f"{item}_{'wrong' if wrong else 'right'}_{answer.name}",
                    "wrong" if wrong else "accepted",
                    "formulas",
                    answer.text,
                    reference | {cell: source},
                    (cell,),
                    CHECK_OF[item] if wrong else None,
                    of_formula(answer.diagnosis) if wrong else None,
                )
            )
    return cases
