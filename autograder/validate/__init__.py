"""Grading the grader: every accepted and wrong solution, by the path a student's work takes."""
