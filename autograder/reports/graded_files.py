"""What lies in a student's autograded folder and results file, read without nbformat's checks."""

import json
import math
from dataclasses import dataclass, field

from autograder.execute.result import NoResult, digest_of, read_head
from autograder.intake.rebuild import NOTE_ID
from autograder.marking.cell import RESULT_MIME
from autograder.marking.judge import CellResult

RESULTS = "results"  # where autograder.class_run has them
LONGEST_REASON = 400  # characters


@dataclass
class GradedFiles:
    """order: (notebook, grade_id) of the marked cells. results, reasons: by the same.

    notes: what intake had to mend. isolation: what confined the student's code, "" if not known.
    seconds: of CPU that grading took, None if not known. problems: sentences about what could not
    be read; without the student's name.
    """

    order: list = field(default_factory=list)
    results: dict = field(default_factory=dict)
    reasons: dict = field(default_factory=dict)
    notes: tuple = ()
    isolation: str = ""
    seconds: float | None = None
    problems: list = field(default_factory=list)


def read_graded(course, student, names):
    """The GradedFiles of one student. names: of the assignment's notebooks. Never raises."""
    found, digests = GradedFiles(), {}
    folder = course.folder("autograded", student)
    for name in names:
        try:
            text = (folder / f"{name}.ipynb").read_text("utf-8")
            notebook = json.loads(text)
            _read_notebook(found, name, notebook["cells"])
        except FileNotFoundError:
            found.problems.append(f"there is no autograded {name}.ipynb")
        except OSError as error:
            found.problems.append(f"autograded {name}.ipynb cannot be read ({error.strerror})")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            found.problems.append(f"autograded {name}.ipynb is no notebook")
        else:
            digests[name] = digest_of(text)
    _read_result(found, course.folder(RESULTS, student), digests)
    return found


def read_order(folder, names):
    """(notebook, grade_id) of the marked cells of a release, in order; what cannot be read is left
    out.
    """
    found = GradedFiles()
    for name in names:
        try:
            notebook = json.loads((folder / f"{name}.ipynb").read_text("utf-8"))
            _read_notebook(found, name, notebook["cells"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
    return found.order


def sound_result(data, grade_id):
    """The CellResult in a notebook's output, or None where it is not one of this cell.

    Notebooks may be old, edited, or graded by another course's rules: what is shown and added up
    must have the right types.
    """
    try:
        result = CellResult.from_dict(data)
    except ValueError:
        return None
    fine = (
        result.grade_id == grade_id
        and isinstance(result.title, str)
        and isinstance(result.part, int)
        and all(_is_sound(outcome) for outcome in result.outcomes)
    )
    return result if fine else None


def _is_sound(outcome):
    texts = (o := outcome).check, o.status, o.called, o.returned, o.expected, o.fault
    numbers = o.mark, o.points, o.seconds
    return (
        all(isinstance(text, str) for text in texts)
        and all(_is_number(number) for number in numbers)
        and 0 <= o.mark <= o.points
        and isinstance(o.misconception, str | None)
    )


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _read_notebook(found, name, cells):
    if cells and cells[0].get("id") == NOTE_ID and not found.notes:
        lines = _text(cells[0]["source"]).splitlines()
        found.notes += tuple(line[2:] for line in lines if line.startswith("- "))
    for cell in cells:
        kind = cell.get("metadata", {}).get("nbgrader", {})
        if not (kind.get("grade") or kind.get("task")):
            continue
        grade_id = kind["grade_id"]
        key = name, grade_id
        found.order.append(key)
        if cell["cell_type"] != "code" or kind.get("solution") or not kind.get("grade"):
            continue
        for output in cell.get("outputs", ()):
            data = output.get("data", {}).get(RESULT_MIME)
            if output.get("output_type") == "stream":
                found.reasons[key] = _text(output["text"]).strip()[:LONGEST_REASON]
            elif data is not None and (result := sound_result(data, grade_id)) is not None:
                found.results[key] = result
                found.isolation = str(data.get("isolation", ""))[:LONGEST_REASON]


def _read_result(found, folder, digests):
    try:
        head = read_head(folder)
    except NoResult:
        return
    # Of another grading, by `nbgrader autograde` say, it tells nothing of these notebooks.
    if {n.name: n.digest for n in head.notebooks} != digests:
        return
    found.isolation, found.seconds = head.isolation, head.cpu
    found.notes = tuple(note for n in head.notebooks for note in n.notes)
    for notebook in head.notebooks:
        found.reasons |= {(notebook.name, cell): why for cell, why in notebook.reasons.items()}


def _text(source):
    return source if isinstance(source, str) else "".join(source)
