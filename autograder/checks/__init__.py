"""Checks: one property of the student's work each, judged on behaviour.

A check is a function check_<property>(trial). It returns when the property holds, raises
`Failed` when it does not, and lets a CandidateError through when the student's code could not
answer. Any other exception is the grader's fault. Every statistical decision is taken by
autograder.checks.statistics, which adds up the chance of wronging a right solution.
"""
