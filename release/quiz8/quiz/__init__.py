"""Quizzes: formulas that students type and that are judged by their meaning.

    reading/     text -> tree -> text; shown to students as "read as"; ships with the release
    questions/   a student's own letters and numbers, and the question's text; no answers
    judge/       meaning: exact evaluation, equality, diagnoses, marks
    paper/       a student's paper and its key, as a page
    proof/       what shows that variants, keys and diagnoses fit together
    command.py   `python -m autograder quiz`

Arrows of import: proof, paper -> judge -> questions -> reading. Nothing here knows of nbgrader.
"""
