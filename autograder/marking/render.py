"""A test cell's result as the student reads it: HTML and plain text from one template each."""

import functools

import jinja2

from autograder.checks.misconceptions import catalogue
from autograder.marking.judge import GRADER_FAULT, PASSED


@functools.cache
def _templates():
    return jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.marking", "templates"),
        autoescape=jinja2.select_autoescape(("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def messages(result):
    """The result's lost marks, as dictionaries: equal problems of several checks said once.

    again: whether an earlier message has explained the same misconception.
    """
    found = {}
    for outcome in result.outcomes:
        if outcome.status not in (PASSED, GRADER_FAULT):
            found.setdefault((outcome.returned, outcome.expected), []).append(outcome)
    merged = []
    for same in found.values():
        name = next((o.misconception for o in same if o.misconception), None)
        merged.append(
            {
                "lost": sum(o.points - o.mark for o in same),
                "checks": [o.check.replace("_", " ") for o in same],
                "called": same[0].called,
                "returned": same[0].returned,
                "expected": same[0].expected,
                "misconception": catalogue()[name] if name else None,
            }
        )
    merged.sort(key=lambda m: -m["lost"])
    named = set()
    for message in merged:
        message["again"] = message["misconception"] in named
        named.add(message["misconception"])
    return merged


def render(result, form):
    """The result as "html" or "text"."""
    return (
        _templates()
        .get_template(f"cell.{'html' if form == 'html' else 'txt'}.j2")
        .render(
            result=result,
            messages=messages(result),
            faults=[o for o in result.outcomes if o.status == GRADER_FAULT],
        )
    )
