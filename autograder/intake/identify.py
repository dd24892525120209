"""Which released cell a submitted cell is."""

import re

# At the start of a line only. Not by `ast`: a hostile source can crash the parser itself.
DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)


class Identifier:
    """Finds the released cell: by grade_id, else by text or by what is defined.

    Tools that strip metadata are common enough: given cells are then recognised by their text,
    and stubs by the function or class that they define. A pasted test cell is recognised so too.
    """

    def __init__(self, release, submitted):
        self._ids = {grade_id(c): i for i, c in enumerate(release.cells) if grade_id(c)}
        self._texts = {}
        for i, cell in enumerate(release.cells):
            self._texts.setdefault((cell.cell_type, plain(cell.source)), i)
        # Prose has no grade_id; its cell id survives when the course's wording changes.
        self._prose = {
            c["id"]: i
            for i, c in enumerate(release.cells)
            if c.cell_type == "markdown" and "id" in c and not grade_id(c)
        }
        present = {cell.grade_id for cell in submitted}
        self._definitions = {}
        for i, cell in enumerate(release.cells):
            if is_solution(cell) and cell.cell_type == "code" and grade_id(cell) not in present:
                for name in DEFINITION.findall(cell.source):
                    self._definitions[name] = i

    def __call__(self, cell):
        """The index of the released cell, or None if the student added this one."""
        if cell.grade_id in self._ids:
            return self._ids[cell.grade_id]
        known = self._texts.get((cell.cell_type, plain(cell.source)))
        if known is not None:
            return known
        if cell.cell_type == "markdown" and cell.id in self._prose:
            return self._prose[cell.id]
        if cell.cell_type == "code" and self._definitions:
            for name in DEFINITION.findall(cell.source):
                if name in self._definitions:
                    return self._definitions[name]
        return None


def plain(source):
    """A source without what editors change: line ends, trailing blanks, blank lines."""
    return "\n".join(line.rstrip() for line in source.splitlines() if line.strip()).strip()


def grade_id(cell):
    """The released cell's grade_id, or None."""
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def is_solution(cell):
    """Whether the released cell is one that students write."""
    return cell.metadata.get("nbgrader", {}).get("solution", False)


def is_test(cell):
    """Whether the released cell is one that marks."""
    nbgrader = cell.metadata.get("nbgrader", {})
    return bool(nbgrader.get("grade")) and not nbgrader.get("solution")
