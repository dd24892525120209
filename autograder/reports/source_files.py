"""What autograding must know of an assignment's notebooks, read from source/ without a gradebook.

`nbgrader generate_assignment` stores it in the gradebook; a CI machine has none, and needs none.
"""

import json

import nbformat
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import is_grade, is_locked, is_solution, is_task
from traitlets import import_item

from autograder.execute.sources import SourceCell, SourceNotebook


def sources_in_files(course):
    """The SourceNotebooks of a Course's release, by name, as its gradebook would have them.

    Raises NbGraderException where a notebook is missing or cannot be read.
    """
    prepare = _preprocessors(course)
    return {name: _read(course, name, prepare) for name in course.notebooks()}


def _preprocessors(course):
    """Those of generate_assignment, as configured, that come before it stores the cells."""
    converter = GenerateAssignment(coursedir=course.coursedir, parent=course.app)
    found = []
    for name in converter.preprocessors:
        preprocessor = import_item(name) if isinstance(name, str) else name
        if issubclass(preprocessor, SaveCells):
            break
        found.append(preprocessor(parent=converter))
    return found


def _read(course, name, prepare):
    path = course.folder("source") / f"{name}.ipynb"
    resources = {
        "nbgrader": {"notebook": name, "assignment": course.assignment},
        "metadata": {"name": name, "path": str(path.parent)},
    }
    try:
        notebook = nbformat.read(path, as_version=nbformat.current_nbformat)
        for preprocessor in prepare:
            notebook, resources = preprocessor(notebook, resources)
    except FileNotFoundError:
        raise NbGraderException(
            f"there is no {path}: hidden tests are needed, so use the instructor's copy of the "
            "course"
        ) from None
    except Exception as error:  # whatever nbformat and the preprocessors raise
        raise NbGraderException(f"{path} cannot be used ({type(error).__name__})") from error
    cells = [cell for cell in notebook.cells if _is_stored(cell)]
    return SourceNotebook(
        name,
        json.dumps(notebook.metadata.get("kernelspec", {})),
        tuple(sorted(map(_source_cell, cells), key=lambda cell: cell.name)),
    )


def _is_stored(cell):
    return is_grade(cell) or is_solution(cell) or is_locked(cell) or is_task(cell)


def _source_cell(cell):
    nbgrader = cell.metadata.nbgrader
    points = float(nbgrader["points"]) if is_grade(cell) or is_task(cell) else None
    return SourceCell(
        nbgrader["grade_id"],
        cell.cell_type,
        cell.source,
        is_locked(cell),
        nbgrader.get("checksum"),
        points,
    )
