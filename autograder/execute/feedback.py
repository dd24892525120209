"""Keeping what is not for students out of their feedback page."""

from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from nbgrader.utils import is_locked, is_solution


class HideFromStudents(ClearHiddenTests):
    """Removes hidden tests and rubrics from the page (nbgrader #917 shows them in full).

    Only cells that are the course's own have any. A student who writes the marker into a cell
    would otherwise hide that cell or, with half a pair of markers, have no page at all.
    """

    def __init__(self, **kw):
        super().__init__(**kw)
        self._rubrics = ClearMarkScheme(enforce_metadata=False)

    def preprocess_cell(self, cell, resources, cell_index):
        if is_locked(cell) and not is_solution(cell):
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
            cell, resources = self._rubrics.preprocess_cell(cell, resources, cell_index)
        return cell, resources
