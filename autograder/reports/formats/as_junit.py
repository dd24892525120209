"""JUnit XML: a suite for each cell, a test case for each check.

Written to fit both descriptions in use, Ant's (windyroad/JUnit-Schema) and Jenkins's (junit-10.xsd
of its xUnit plugin): marks are properties of the suites, as test cases have none there.
"""

import re
import xml.etree.ElementTree as ET

from autograder.marking.judge import FAILED, GRADER_FAULT, PASSED
from autograder.reports.formats import words
from autograder.reports.formats.words import in_a_line
from autograder.reports.standing import GRADER, PERSON


def render(standing, run):
    """The Standing as JUnit XML."""
    root = ET.Element("testsuites")
    for number, cell in enumerate(standing.cells):
        _suite(root, number, run, in_a_line(cell.title), _cases(cell), _properties(standing, cell))
    return _written(root)


def render_fault(run):
    """One test case, with the grader's error."""
    root = ET.Element("testsuites")
    case = ("grading", 0.0, ("error", GRADER_FAULT, run.fault, ""))
    _suite(root, 0, run, in_a_line(run.assignment), [case], {"student": run.student})
    return _written(root)


def _properties(standing, cell):
    found = {
        "assignment": standing.assignment,
        "student": standing.student,
        "grade_id": cell.grade_id,
        "part": str(cell.part),
        "points": words.points(cell.points),
        "isolation": standing.isolation,
    }
    if cell.mark is not None:
        found["mark"] = words.points(cell.mark)
    if cell.awaits:
        found["awaits"] = cell.awaits
    for number, note in enumerate(standing.notes, 1):
        found[f"note_{number}"] = note
    return found


def _cases(cell):
    """(name, seconds, None or (element, type, message, text)) of each test case."""
    if cell.awaits == PERSON:
        return [("answer", 0.0, ("skipped", None, words.cell_message(cell), ""))]
    cases = [_case(o) for o in cell.result.outcomes] if cell.result else []
    told = any(problem and problem[1] == GRADER_FAULT for _, _, problem in cases)
    if cell.awaits == GRADER and not told:
        cases.append(("mark", 0.0, ("error", GRADER_FAULT, words.cell_message(cell), "")))
    elif not cases:
        cases.append(("mark", 0.0, _lost(cell)))
    return cases


def _lost(cell):
    if cell.mark >= cell.points:
        return None
    said = f"{words.points(cell.mark)} of {words.points(cell.points)} points"
    return ("failure", "failed", said, words.cell_message(cell))


def _case(outcome):
    kind, problem = outcome.status, None
    if kind == FAILED:
        lost = words.points(outcome.points - outcome.mark)
        problem = ("failure", kind, f"{lost} of {words.points(outcome.points)} points lost")
    elif kind == GRADER_FAULT:
        problem = ("error", GRADER_FAULT, words.NOT_MARKED)
    elif kind != PASSED:  # the student's code raised, or did not end
        problem = ("error", kind, f"{words.points(outcome.points)} points lost")
    if problem:
        problem = (*problem, "" if kind == GRADER_FAULT else words.message_of(outcome))
    return (words.check_name(outcome), outcome.seconds, problem)


def _suite(root, number, run, name, cases, properties):
    kinds = [problem[0] for _, _, problem in cases if problem]
    suite = ET.SubElement(
        root,
        "testsuite",
        {
            "name": name or "cell",
            "id": str(number),
            "package": in_a_line(run.assignment),
            "timestamp": run.stamp.removesuffix("Z"),
            "hostname": "localhost",
            "tests": str(len(cases)),
            "failures": str(kinds.count("failure")),
            "errors": str(kinds.count("error")),
            "skipped": str(kinds.count("skipped")),
            "time": _seconds(sum(seconds for _, seconds, _ in cases)),
        },
    )
    holder = ET.SubElement(suite, "properties")
    for key, value in properties.items():
        ET.SubElement(holder, "property", {"name": key, "value": in_a_line(value)})
    for case, seconds, problem in cases:
        about = {"name": case, "classname": name or "cell", "time": _seconds(seconds)}
        element = ET.SubElement(suite, "testcase", about)
        if problem:
            tag, kind, message, text = problem
            about = {"type": kind} if kind else {}
            ET.SubElement(element, tag, about | {"message": in_a_line(message)}).text = text or None
    ET.SubElement(suite, "system-out")
    ET.SubElement(suite, "system-err")


def _seconds(value):
    return f"{value:.3f}"


def _written(root):
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    # As in words.without_commands; an entity keeps the text what it was.
    text = re.sub(r"(?m)^(\s*):(?=:)", r"\1&#58;", text).replace("##[", "&#35;#[")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'
