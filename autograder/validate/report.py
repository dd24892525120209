"""What `python -m autograder validate` prints."""

ALLOWED_ERROR_BOUND = 1e-9


def print_report(graded, verdicts, stream):
    """Print the kill matrix and the problems; returns whether there are none."""
    write = lambda line="": print(line, file=stream)  # noqa: E731
    accepted = [g for g in graded if g.case.verdict == "accepted"]
    wrong = [g for g in graded if g.case.verdict == "wrong"]
    write(f"{len(accepted)} accepted and {len(wrong)} wrong solutions graded")
    write()
    write(f"{'wrong solution':<52}{'marks lost':>11}  caught by (* by this check alone)")
    for item in wrong:
        lost = sum(points - (mark or 0) for mark, points in item.marks.values())
        star = "*" if len(item.failing) == 1 else ""
        write(f"{item.case.name:<52}{lost:>11g}  {', '.join(sorted(item.failing))}{star}")
    write()
    write(f"{'check':<44}{'catches':>8}{'alone':>7}  e.g. alone")
    for check, names in verdicts.catches.items():
        alone = verdicts.sole[check]
        write(f"{check:<44}{len(names):>8}{len(alone):>7}  {', '.join(alone[:2])}")
    write()
    within = verdicts.error_bound < ALLOWED_ERROR_BOUND
    write(
        f"chance of wronging a right submission, by the bounds used: {verdicts.error_bound:.2g} "
        f"a grading (allowed {ALLOWED_ERROR_BOUND:g})"
    )
    problems = list(verdicts.problems)
    if not within:
        problems.append("the error bounds add up to more than is allowed")
    for problem in problems:
        write(f"PROBLEM  {problem}")
    write("validate: " + ("clean" if not problems else f"{len(problems)} problems"))
    return not problems
