"""Whether each case got the marks it should, and what each check is good for."""

from dataclasses import dataclass, field

from autograder.marking.scheme import load_scheme


def cells_that_judge(case):
    """The test cells that may take marks from a case: one mistake is punished once.

    For a wrong one those of the stub that the fault belongs to, which its catcher tells: a
    cache laid out in forward that backward then misreads is backward's fault.
    """
    scheme = load_scheme(case.assignment)
    judged_by = {}
    for grade_id, cell in scheme.cells.items():
        judged_by.setdefault(cell.judges, set()).add(grade_id)
    if case.verdict == "accepted":
        return set().union(*(judged_by[cell] for cell in case.changed))
    catcher = next((c for c in scheme.cells.values() if case.caught_by in c.checks), None)
    if catcher is None:
        raise LookupError(f"{case.name}: caught_by names no check: {case.caught_by!r}")
    return judged_by[catcher.judges]


@dataclass
class Verdicts:
    """problems: sentences, one a case or check that is not as it should be.

    catches: {check: [names of cases that fail it]}. sole: {check: [those that fail only it]}.
    """

    problems: list = field(default_factory=list)
    catches: dict = field(default_factory=dict)
    sole: dict = field(default_factory=dict)
    error_bound: float = 0.0


def judge_cases(graded, checks):
    """Compare GradedCases with their verdicts. checks: all check names of the assignment."""
    verdicts = Verdicts(catches={c: [] for c in checks}, sole={c: [] for c in checks})
    for item in graded:
        verdicts.problems += problems_of(item)
        verdicts.error_bound = max(verdicts.error_bound, item.error_bound)
        if item.case.verdict == "wrong":
            for check in item.failing:
                verdicts.catches[check].append(item.case.name)
            if len(item.failing) == 1:
                verdicts.sole[next(iter(item.failing))].append(item.case.name)
    for check in checks:
        if not verdicts.sole[check]:
            verdicts.problems.append(f"check {check}: no wrong solution is caught by it alone")
    return verdicts


def problems_of(item):
    """What is not as it should be with one graded case, as sentences."""
    case, found = item.case, []
    for name, reason in item.reasons.items():
        found.append(f"{name}: {reason}")
    faults = [o["check"] for o in item.outcomes if o["status"] == "grader_fault"]
    if faults:
        found.append(f"the grader failed in {', '.join(faults)}")
    short = {name for name, (mark, points) in item.marks.items() if mark != points}
    if case.verdict == "accepted":
        if short:
            found.append(f"right, but lost marks to {', '.join(sorted(item.failing)) or short}")
    else:
        allowed = cells_that_judge(case)
        if case.caught_by not in item.failing:
            found.append(f"{case.caught_by} did not catch it ({sorted(item.failing)} did)")
        if case.misconception not in item.misconceptions:
            found.append(
                f"its message does not name {case.misconception} "
                f"(it names {sorted(item.misconceptions)})"
            )
        if short - allowed:
            found.append(f"it also lost marks in {', '.join(sorted(short - allowed))}")
    return [f"{case.verdict} {case.name}: {problem}" for problem in found]
