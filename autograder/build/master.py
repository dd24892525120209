"""Renders a text master to a notebook.

A master is a Jinja template that renders to jupytext's percent format. Its cells carry

- key: the cell's id, and its nbgrader grade_id if it has a role;
- role (optional): `given`, `stub`, `test` or `written`. A cell without one is plain prose.

Templates may use `text(key)`, `mark_scheme(key)`, `reference(name)`, `points(grade_id)` and
`marks_comment(grade_id)`; prose may use `points`, `part_points(part)` and `total_points`.
"""

import ast

import jupytext
import nbformat
from jinja2 import Environment, StrictUndefined

from autograder.build.points import Points
from autograder.build.prose import Prose

ROLES = {
    "given": {"grade": False, "solution": False, "locked": True},
    "stub": {"grade": False, "solution": True, "locked": False},
    "test": {"grade": True, "solution": False, "locked": True},
    "written": {"grade": True, "solution": True, "locked": False},
}


def cut(source, name):
    """The text of the top-level function or class `name` in Python source.

    With its decorators, and with indented comments after its last statement: END SOLUTION is often
    one. Raises KeyError if there is no such function or class.
    """
    lines = source.splitlines()
    for node in ast.parse(source).body:
        if getattr(node, "name", None) == name:
            first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
            end = node.end_lineno
            while end < len(lines) and (not lines[end].strip() or lines[end][0].isspace()):
                end += 1
            return "\n".join(lines[first - 1 : end]).rstrip()
    raise KeyError(f"the reference has no `{name}`")


def render(assignment, course_root, language="en"):
    """Render `source/<assignment>.master.py` with the prose of one language.

    course_root: a `pathlib.Path`. Returns (notebook, beside): an nbformat 4.5 notebook, the same
    on every run, and the names in `solutions/`, or those that begin with `autograder/`, that the
    master wants copied beside it.
    Raises KeyError for a key, a reference or a grade_id that does not exist, ValueError for prose
    that no cell uses or a cell without key, and jinja2.UndefinedError for an unknown name.
    """
    points = Points(assignment)
    prose = Prose(course_root / "source" / f"{assignment}.{language}.md")
    reference = (course_root / "solutions" / assignment / "reference.py").read_text("utf-8")
    master = (course_root / "source" / f"{assignment}.master.py").read_text("utf-8")

    numbers = {
        "points": points.of,
        "part_points": points.of_part,
        "total_points": points.total,
    }
    # Prose is its own template, so that a total in a sentence follows the marking scheme.
    environment = Environment(
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,
    )

    def text(key):
        words = environment.from_string(prose.section(key)).render(numbers)
        return _as_comment(words)

    def mark_scheme(key):
        # nbgrader removes the lines from BEGIN to END; as Markdown they are two headings.
        return f"{_as_comment('### BEGIN MARK SCHEME')}\n#\n{text(key)}\n#\n" + _as_comment(
            "### END MARK SCHEME"
        )

    rendered = environment.from_string(master).render(
        assignment=assignment,
        text=text,
        mark_scheme=mark_scheme,
        reference=lambda name: cut(reference, name),
        marks_comment=points.comment,
        **numbers,
    )
    prose.check_all_used()

    read = jupytext.reads(rendered, fmt="py:percent")
    beside = read.metadata.get("copy_beside", [])
    notebook = nbformat.v4.new_notebook(
        # The macros at the top of a master leave a cell of blank lines.
        cells=[_finished_cell(cell, points) for cell in read.cells if cell.source.strip()],
        metadata={
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
    )
    notebook.nbformat_minor = 5
    nbformat.validate(notebook)
    return notebook, beside


def _as_comment(words):
    return "\n".join(f"# {line}".rstrip() for line in words.splitlines())


def _finished_cell(cell, points):
    """A cell as read by jupytext, with its id and nbgrader metadata in place of key and role."""
    key, role = cell.metadata.get("key"), cell.metadata.get("role")
    if key is None:
        raise ValueError(f"a cell of the master has no key; it begins {cell.source[:60]!r}")

    metadata = {}
    if role is not None:
        metadata["nbgrader"] = {"grade_id": key, "schema_version": 3, "task": False, **ROLES[role]}
        if ROLES[role]["grade"]:
            metadata["nbgrader"]["points"] = points.of(key)

    new_cell = nbformat.v4.new_markdown_cell
    if cell.cell_type == "code":
        new_cell = nbformat.v4.new_code_cell
    return new_cell(cell.source.rstrip(), id=key, metadata=metadata)
