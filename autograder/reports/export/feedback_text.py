"""A student's feedback as a few lines, for a platform's comment field."""

import functools

import jinja2

from autograder.execute.late_policy import points


@functools.cache
def _templates():
    return jinja2.Environment(
        loader=jinja2.PackageLoader("autograder.reports.export", "templates"),
        autoescape=jinja2.select_autoescape(("html.j2",), default=False),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def feedback_text(standing, late="", form="html"):
    """The feedback of a Standing: marks by part, misconceptions, comments, what is not marked yet.

    late: what late_policy.describe says. form: "html", a single line, or "text".
    """
    template = _templates().get_template(f"feedback.{'html' if form == 'html' else 'txt'}.j2")
    text = template.render(
        standing=standing,
        parts=[part for part in standing.by_part() if part.title],
        part_titles=standing.parts,
        misconceptions=list(standing.misconceptions()),
        comments=[cell for cell in standing.cells if cell.comment],
        late=late,
        points=points,
    )
    lines = (line.strip() for line in text.splitlines()) if form == "html" else [text.strip()]
    return "".join(lines)
