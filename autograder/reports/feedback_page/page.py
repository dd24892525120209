"""What the feedback page shows, found in an autograded notebook whose cells have their marks."""

import re
from dataclasses import dataclass, field

from nbgrader.utils import is_grade, is_solution, is_task

from autograder.intake.rebuild import ADDED, NOTE_ID
from autograder.marking.judge import GRADER_FAULT, CellResult
from autograder.marking.scheme import load_scheme
from autograder.reports.feedback_page.lost import losses

PLAIN = ("text", "given", "raw")
NO_RESPONSE = "No response."  # nbgrader's comment on an answer left as it was released
HEADING = re.compile(r"^##[ \t]+(.+?)[ \t#]*$", re.MULTILINE)
POINTS = re.compile(r"[ \t]*\([^()]*\d[^()]*\)$")  # as in "Part 1 (25 points)"
RESULT = "application/vnd.dropout-course.result+json"


@dataclass
class MarkedCell:
    """A cell with points. kind: "tests", "answer" (marked by hand) or "task".

    mark: None while it awaits somebody. said: what a test cell without a result said.
    is_fault: the grader failed in it. by_hand: a person set another mark than the tests gave.
    is_blank: an answer that is as it was released. bonus: its points come on top of the others.
    """

    grade_id: str
    title: str
    kind: str
    points: float
    mark: float | None
    comment: str
    cell: object
    result: CellResult | None = None
    said: str = ""
    by_hand: bool = False
    anchor: str = ""
    is_blank: bool = False
    bonus: bool = False

    @property
    def is_fault(self):
        return self.kind == "tests" and self.mark is None

    @property
    def lost(self):
        """Points; nothing where there is no mark, or extra credit, or a bonus left out."""
        if self.mark is None or (self.bonus and not self.mark):
            return 0.0
        return max(0.0, self.points - self.mark)


@dataclass
class Section:
    """A part of the notebook: from a heading of the course's own text to the next.

    number: the part's in the marking scheme, None where it has none. cells: the notebook's.
    is_plain: it holds text and given code only, in a notebook that has more than that.
    """

    title: str
    anchor: str
    number: int | None = None
    cells: list = field(default_factory=list)
    marked: list = field(default_factory=list)
    is_plain: bool = False

    @property
    def mark(self):
        return sum(c.mark for c in self.marked if c.mark is not None)

    @property
    def points(self):
        return sum(c.points for c in self.marked)

    @property
    def bonus(self):
        """Points on top: part of `points`, asked of nobody."""
        return sum(c.points for c in self.marked if c.bonus)

    @property
    def awaiting(self):
        return sum(c.points for c in self.marked if c.mark is None)


@dataclass
class Page:
    """title: the assignment's. sections: all; those with marks are the parts.

    late: {"penalty": points, "sentences": [...]}. note: the cell on how the file was read, or None.
    """

    title: str
    student: str
    sections: list
    late_penalty: float = 0.0
    late_sentences: tuple = ()
    note: object = None

    def __post_init__(self):
        self._by_cell = {id(cell): s for s in self.sections for cell in s.cells}
        self._marked = {id(m.cell): m for s in self.sections for m in s.marked}
        self.lost = losses(self.parts)

    @property
    def parts(self):
        return [section for section in self.sections if section.marked]

    @property
    def marked(self):
        return [cell for section in self.sections for cell in section.marked]

    @property
    def answers(self):
        """(section, cell) of what a person marks, or has commented on."""
        return [
            (section, cell)
            for section in self.sections
            for cell in section.marked
            if cell.kind != "tests"
        ]

    @property
    def comments(self):
        """(section, title, comment, cell) of comments on code, which a person wrote."""
        marked = {id(m.cell) for m in self.marked}
        return [
            (section, cell.metadata.nbgrader["grade_id"], comment, cell)
            for section in self.sections
            for cell in section.cells
            if id(cell) not in marked and (comment := comment_on(cell))
        ]

    @property
    def faults(self):
        """Test cells that the grader failed in."""
        return [cell for cell in self.marked if cell.is_fault]

    @property
    def earned(self):
        return sum(section.mark for section in self.sections)

    @property
    def mark(self):
        return max(0.0, self.earned - self.late_penalty)

    @property
    def points(self):
        """Points that are asked for, without a bonus."""
        return sum(section.points - section.bonus for section in self.sections)

    @property
    def bonus(self):
        return sum(section.bonus for section in self.sections)

    @property
    def awaiting(self):
        return sum(section.awaiting for section in self.sections)

    def section_of(self, cell):
        """The Section that a cell stands in."""
        return self._by_cell[id(cell)]

    def marked_cell(self, cell):
        """The cell's MarkedCell, or None."""
        return self._marked.get(id(cell))

    def part_anchor(self, number):
        """The anchor of a part's text by its number in the scheme, or None."""
        return next((s.anchor for s in self.sections if s.number == number), None)


def page_of(notebook, names):
    """The Page of an autograded notebook.

    names: resources["nbgrader"] as autograder.reports.grades.GetGrades leaves it; its cells'
    metadata hold their marks ("score", "points"), comments and whether they await a person.
    """
    scheme = _scheme(names.get("assignment", ""))
    titles, parts = _titles(scheme)
    note, cells = None, list(notebook.cells)
    if cells and cells[0].get("id") == NOTE_ID:
        note = cells.pop(0)
    sections, made = [Section("", "start")], []
    for cell in cells:
        heading = HEADING.search(cell.source) if kind_of(cell) == "text" else None
        if heading:
            title = POINTS.sub("", heading[1])
            sections.append(Section(title, f"part-{len(sections)}"))
        section = sections[-1]
        section.cells.append(cell)
        if is_grade(cell) or is_task(cell):
            marked = _marked(cell, titles)
            marked.bonus = scheme is not None and marked.grade_id in scheme.bonus
            marked.anchor = f"marked-{len(made)}"
            made.append(marked)
            section.marked.append(marked)
            if section.number is None:
                section.number = parts.get(marked.grade_id)
    sections = [section for section in sections if section.cells]
    for section in sections:
        section.is_plain = len(sections) > 1 and all(kind_of(c) in PLAIN for c in section.cells)
    if sections and not sections[0].title:
        sections[0].title = "Before the first part" if len(sections) > 1 else "Your notebook"
    return Page(
        scheme.title if scheme else names.get("notebook", ""),
        names.get("student", ""),
        sections,
        float(names.get("late_penalty") or 0.0),
        tuple(names.get("late_sentences", ())),
        note,
    )


def kind_of(cell):
    """What a cell is to its reader.

    "tests", "answer" (marked by hand), "work" (the student's code), "added" (by the student),
    "text" and "given" (the course's), "raw".
    """
    if cell.cell_type == "raw":
        return "raw"
    if is_task(cell) or (is_grade(cell) and (is_solution(cell) or cell.cell_type != "code")):
        return "answer"
    if is_grade(cell):
        return "tests"
    if is_solution(cell):
        return "work"
    if str(cell.get("id", "")).startswith(ADDED):
        return "added"
    return "text" if cell.cell_type == "markdown" else "given"


def comment_on(cell):
    """The marker's comment on a cell, "" if there is none."""
    comment = cell.metadata.get("nbgrader", {}).get("comment") or ""
    return "" if comment == NO_RESPONSE else comment


def _marked(cell, titles):
    nbgrader = cell.metadata.nbgrader
    awaits = nbgrader.get("awaits", False)
    kind = kind_of(cell)
    made = MarkedCell(
        nbgrader["grade_id"],
        titles.get(nbgrader["grade_id"], _words(nbgrader["grade_id"])),
        "tests" if kind == "tests" else "answer",
        float(nbgrader.get("points") or 0.0),
        None if awaits else float(nbgrader.get("score") or 0.0),
        comment_on(cell),
        cell,
        is_blank=nbgrader.get("comment") == NO_RESPONSE,
    )
    if kind == "tests":
        made.result = _result(cell)
        made.said = "" if made.result else _said(cell)
        faulty = made.result is None or any(o.status == GRADER_FAULT for o in made.result.outcomes)
        made.by_hand = not awaits and (
            nbgrader.get("by_hand", False)
            or (not faulty and abs(made.mark - made.result.mark) > 1e-9)
        )
    return made


def _result(cell):
    for output in reversed(cell.get("outputs", ())):
        if output.output_type == "display_data" and RESULT in output.data:
            try:
                return CellResult.from_dict(output.data[RESULT])
            except ValueError:
                return None
    return None


def _said(cell):
    """The words of a test cell's streams and errors."""
    words = []
    for output in cell.get("outputs", ()):
        if output.output_type == "stream":
            words.append(output.text.strip())
        elif output.output_type == "error":
            words.append(f"{output.ename}: {output.evalue}".strip())
    return "\n".join(dict.fromkeys(word for word in words if word))


def _scheme(assignment):
    try:
        return load_scheme(assignment)
    except LookupError:
        return None


def _titles(scheme):
    """({grade_id: title}, {grade_id: part}) of a marking scheme, or of none."""
    if scheme is None:
        return {}, {}
    known = {**scheme.cells, **scheme.written}
    return {k: v.title for k, v in known.items()}, {k: v.part for k, v in known.items()}


def _words(grade_id):
    """A cell's name to be read, where no scheme has a title for it."""
    return grade_id.replace("_", " ")
