"""The points that a notebook shows, from its assignment's marking scheme."""

from autograder.marking.scheme import load_scheme


class Points:
    """What every cell and every part is worth, as whole numbers where they are whole."""

    def __init__(self, assignment):
        """Raises LookupError if the assignment has no marking scheme."""
        self.scheme = load_scheme(assignment)
        self.cells = {**self.scheme.cells, **self.scheme.written}

    def of(self, grade_id):
        """The points of a test cell (the sum of its checks) or of a written answer."""
        if grade_id not in self.cells:
            raise KeyError(f"the marking scheme has no cell `{grade_id}`")
        return _plain(self.cells[grade_id].points)

    def of_part(self, part):
        """The points of one part of the notebook. Raises KeyError if nothing belongs to it."""
        points = [cell.points for cell in self.cells.values() if cell.part == part]
        if not points:
            raise KeyError(f"the marking scheme has no part {part}")
        return _plain(sum(points))

    @property
    def total(self):
        """The points of the whole notebook."""
        return _plain(self.scheme.points)

    def comment(self, grade_id):
        """What a test cell shows students, as comments: its title, its checks, their points.

        A lone check is not named: the title says as much, and for a question that asks for one
        word the check's name would be the answer.
        """
        cell = self.scheme.cells[grade_id]
        lines = [f"# Marked here: {cell.title} ({self.of(grade_id)} points)"]
        if len(cell.checks) > 1:
            lines.append("#")
            for check, points in cell.checks.items():
                lines.append(f"# {_plain(points):>3}  {check.replace('_', ' ')}")
        return "\n".join(lines)


def _plain(points):
    return int(points) if points == int(points) else points
