"""Gradescope's results.json (gradescope-autograders.readthedocs.io, Autograder Specifications).

What a person marks has no score: Gradescope has manual questions for it. Where the grader failed,
even in one cell, there is neither a score nor a test, so that Gradescope has no mark to show rather
than one that is too low.
"""

from autograder.marking.judge import PASSED
from autograder.reports.formats import as_text, words
from autograder.reports.formats.as_json import written
from autograder.reports.standing import PERSON

SEEN = {"visibility": "visible", "output_format": "text", "name_format": "text"}


def render(standing, run):
    """The Standing as results.json."""
    if standing.has_grader_fault:
        # render_fault's first sentence stands alone in the list of submissions.
        return _whole(run, f"{run.fault}\n\n{as_text.render(standing, run)}")
    tests = []
    for number, cell in enumerate(standing.cells, 1):
        tests += _tests(cell, number)
    return _whole(
        run,
        _summary(standing),
        score=_score(standing.mark),
        tests=tests,
        extra_data={"isolation": words.clean(standing.isolation)},  # shown to nobody
    )


def render_fault(run):
    """results.json without a score: the grader failed."""
    return _whole(run, run.fault)


def _whole(run, output, **further):
    return written(
        further
        | {
            "output": output,
            "output_format": "text",
            "stdout_visibility": "hidden",
            "execution_time": round(run.seconds),
        }
    )


def _summary(standing):
    by_hand = words.awaiting(standing, PERSON)
    lines = [
        f"{words.points(standing.mark)} of {words.points(words.out_of(standing))} points "
        "were given by the grader."
    ]
    if standing.late_penalty:
        lines.append(f"{words.points(standing.late_penalty)} points were taken off for lateness.")
    if by_hand:
        lines.append(f"{words.points(by_hand)} more points are marked by hand.")
    lines += (f"Note: {words.in_a_line(note)}" for note in standing.notes)
    return "\n".join(lines)


def _tests(cell, number):
    title = words.in_a_line(cell.title)
    if cell.awaits == PERSON:
        said = f"{words.cell_message(cell)} ({words.points(cell.points)} points)"
        return [{"name": f"{title}: {words.BY_HAND}", "number": f"{number}", "output": said} | SEEN]
    if cell.result is None:
        return [_test(title, f"{number}", cell.mark, cell.points, words.cell_message(cell))]
    return [
        _test(
            f"{title}: {words.check_name(outcome)}",
            f"{number}.{place}",
            outcome.mark,
            outcome.points,
            "" if outcome.status == PASSED else words.message_of(outcome),
        )
        for place, outcome in enumerate(cell.result.outcomes, 1)
    ]


def _test(name, number, mark, points, output):
    return {
        "name": name,
        "number": number,
        "score": _score(mark),
        "max_score": _score(points),
        "status": "passed" if mark >= points else "failed",
        "output": output,
    } | SEEN


def _score(value):
    return round(float(value), 6)
