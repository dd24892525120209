"""Rebuilding a submission on the released notebook.

Everything but the student's sources is the release's: metadata, outputs, test cells, given
code, kernel. The student's solution cells take their places by grade_id; cells that the
student added stay where they were, between the same cells of the release.
"""

import ast
from collections import defaultdict

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

MISSING = "# This cell was missing from the submission."
NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def rebuild(release, submitted):
    """(notebook, notes): the canonical notebook, and sentences on what had to be mended.

    release: the released notebook (nbformat 4), left as it is. submitted: a list of
    SubmittedCell (autograder.intake.read).
    """
    notes = []
    index_of = _Identifier(release, submitted)
    answers, extras, position = defaultdict(list), defaultdict(list), -1
    for cell in submitted:
        index = index_of(cell)
        if index is None:
            if cell.source.strip():
                extras[position].append(cell)
            continue
        if _is_solution(release.cells[index]):
            answers[index].append(cell.source)
        elif _grade_id(release.cells[index]) and index <= position:
            notes.append(f"a second copy of cell {_grade_id(release.cells[index])!r} was left out")
        position = max(position, index)

    canonical = release.copy()
    canonical.cells = _new_cells(extras[-1])
    for index, original in enumerate(release.cells):
        cell = original.copy()
        if _is_solution(original):
            sources = _distinct(answers[index], original.source)
            cell.source, copies = _answer(original, sources, notes)
            canonical.cells.append(cell)
            canonical.cells += [new_code_cell(source) for source in copies]
        else:
            canonical.cells.append(cell)
        canonical.cells += _new_cells(extras[index])
    for number, cell in enumerate(canonical.cells):
        if cell not in release.cells and not _grade_id(cell):
            cell["id"] = f"added-{number}"
    return canonical, notes


def with_notes(notebook, notes):
    """The notebook with a first cell that tells the reader what was mended; none, no cell."""
    if notes:
        text = "**Note on this submission**\n\n" + "\n".join(f"- {note}" for note in notes)
        notebook.cells.insert(0, new_markdown_cell(text, id="note-on-this-submission"))
    return notebook


def _answer(original, sources, notes):
    """(source of the solution cell, further code cells) from what the student wrote for it."""
    name = _grade_id(original)
    if not sources:
        notes.append(f"cell {name!r} was missing from the submission")
        return (MISSING if original.cell_type == "code" else original.source), []
    if len(sources) == 1:
        return sources[0], []
    notes.append(f"cell {name!r} was there {len(sources)} times; all copies were kept, in order")
    if original.cell_type == "markdown":
        return "\n\n".join(sources), []
    return sources[0], sources[1:]


def _distinct(sources, stub):
    """The sources without repeats, and without the untouched stub where there is an answer."""
    written = [s for s in dict.fromkeys(sources) if s.strip() != stub.strip()]
    return written or sources[:1]


def _new_cells(cells):
    return [NEW_CELL[cell.cell_type](cell.source) for cell in cells]


class _Identifier:
    """Says which released cell a submitted cell is: by grade_id, else by text or by definition.

    Tools that strip metadata are common enough: given cells are then recognised by their text,
    and stubs by the function or class that they define.
    """

    def __init__(self, release, submitted):
        self._ids = {_grade_id(c): i for i, c in enumerate(release.cells) if _grade_id(c)}
        self._texts = {}
        for i, cell in enumerate(release.cells):
            self._texts.setdefault((cell.cell_type, cell.source.strip()), i)
        # Prose has no grade_id; its cell id survives when the course's wording changes.
        self._prose = {
            c["id"]: i
            for i, c in enumerate(release.cells)
            if c.cell_type == "markdown" and "id" in c and not _grade_id(c)
        }
        present = {cell.grade_id for cell in submitted}
        self._definitions = {}
        for i, cell in enumerate(release.cells):
            if _is_solution(cell) and cell.cell_type == "code" and _grade_id(cell) not in present:
                for name in _defined(cell.source):
                    self._definitions[name] = i

    def __call__(self, cell):
        if cell.grade_id in self._ids:
            return self._ids[cell.grade_id]
        known = self._texts.get((cell.cell_type, cell.source.strip()))
        if known is not None:
            return known
        if cell.cell_type == "markdown" and cell.id in self._prose:
            return self._prose[cell.id]
        if cell.cell_type == "code" and self._definitions:
            for name in _defined(cell.source):
                if name in self._definitions:
                    return self._definitions[name]
        return None


def _defined(source):
    """Names of the functions and classes that a cell's source defines at its top level."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in body if isinstance(node, kinds)]


def _grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def _is_solution(cell):
    return cell.metadata.get("nbgrader", {}).get("solution", False)
