"""Making the sample class's submission folders."""

import copy
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import nbformat

from autograder.validate.grade_cases import load_cases, reference_cells

WRITTEN = ("written_1", "written_2", "written_3")
ANSWER = "E[out] = p x, because a unit is kept with probability p and is zero otherwise."


@dataclass(frozen=True)
class Student:
    """id: nbgrader's. hands_in, options: see class.toml. parts: marks meant by part, or None."""

    id: str
    hands_in: str
    parts: tuple | None
    options: dict

    @property
    def awaits(self):
        """How many written answers await a person."""
        return len(WRITTEN) if self.options.get("written") else 0


def sample_class():
    """The students of class.toml."""
    text = resources.files("autograder.sample").joinpath("class.toml").read_text("utf-8")
    students = []
    for entry in tomllib.loads(text)["student"]:
        options = {k: v for k, v in entry.items() if k not in ("id", "hands_in", "parts")}
        parts = tuple(entry["parts"]) if "parts" in entry else None
        students.append(Student(entry["id"], entry["hands_in"], parts, options))
    return students


def hand_in(student, assignment, release, folder):
    """Write into `folder` what the student hands in. release: the released notebook's path."""
    if student.hands_in == "nothing":
        return
    folder = Path(folder)
    folder.mkdir(parents=True)
    file = folder / student.options.get("file", f"{assignment}.ipynb")
    if student.hands_in == "file":
        file.write_text(student.options["text"], encoding="utf-8")
        return
    notebook = nbformat.read(release, as_version=4)
    if student.hands_in == "solution":
        _fill_in(notebook, student, assignment)
    version = student.options.get("nbformat", 4)
    if version != 4:
        notebook = nbformat.convert(notebook, version)
    file.write_text(nbformat.writes(notebook, version=version), encoding="utf-8")


def _fill_in(notebook, student, assignment):
    options = student.options
    cells = reference_cells(assignment)
    if "case" in options:
        cells = {c.name: c for c in load_cases(assignment)}[options["case"]].cells
    if "only" in options:
        cells = {name: cells[name] for name in options["only"]}
    cells |= options.get("cells", {})
    written = dict.fromkeys(WRITTEN, ANSWER) if options.get("written") else {}
    for cell in notebook.cells:
        cell.source = (cells | written).get(_grade_id(cell), cell.source)
    for source in options.get("add_cells", ()):
        notebook.cells.insert(-1, nbformat.v4.new_code_cell(source))
    for name in options.get("copy_cells", ()):
        index = next(i for i, c in enumerate(notebook.cells) if _grade_id(c) == name)
        twin = copy.deepcopy(notebook.cells[index])
        twin["id"] = f"{name}-copy"
        notebook.cells.insert(index + 1, twin)
    deleted = options.get("delete_cells", ())
    notebook.cells = [cell for cell in notebook.cells if _grade_id(cell) not in deleted]


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")
