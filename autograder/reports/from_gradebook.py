"""How a whole class stands in an assignment: from nbgrader's gradebook and the graded notebooks."""

import glob
import re
from dataclasses import dataclass, field
from datetime import UTC

from autograder.marking.scheme import load_scheme
from autograder.reports.gradebook_rows import read_rows
from autograder.reports.graded_files import read_graded, read_order
from autograder.reports.standing import GRADER, PERSON, CellStanding, Standing


@dataclass(frozen=True)
class ClassStanding:
    """A class's assignment; students are named by nbgrader's ids, sorted.

    handed_in: a Standing for each student who is graded, though perhaps not wholly. absent: who
    handed in nothing. ungraded: who handed in what has not been graded. names: {student: (first
    name, last name, e-mail address)}, "" where the gradebook has none. late: {student: seconds
    after the due date, as extended}, of those who are late. seconds: {student: seconds of CPU that
    grading took}, where that is known. problems: ((student, sentence), ...), what could not be
    read; the marks are the gradebook's all the same.
    """

    assignment: str
    title: str
    points: float
    handed_in: tuple
    absent: tuple = ()
    ungraded: tuple = ()
    names: dict = field(default_factory=dict)
    late: dict = field(default_factory=dict)
    seconds: dict = field(default_factory=dict)
    problems: tuple = ()


def standings(course):
    """The ClassStanding of a Course (autograder.execute.course); writes nothing.

    Whom the course excludes (CourseDirectory.student_id_exclude) is in none of the lists. Cells
    have nbgrader's grade_id; where several notebooks of the assignment have the same one, they are
    called NOTEBOOK/grade_id.

    Raises NbGraderException if there is no gradebook or no such assignment, SQLAlchemyError if the
    gradebook cannot be read.
    """
    rows = read_rows(course.coursedir.db_url, course.assignment)
    excluded = set((course.coursedir.student_id_exclude or "").split(","))
    make = _Maker(course, rows)
    handed_in, ungraded, late, seconds, problems = [], [], {}, {}, []
    for submission in rows.submissions:
        student = submission.student
        if student in excluded:
            continue
        files = read_graded(course, student, make.notebooks)
        if not files.order and not submission.marks:  # grading came to nothing
            ungraded.append(student)
            continue
        handed_in.append(make.standing(submission, files))
        problems += [(student, problem) for problem in files.problems]
        if submission.late:
            late[student] = submission.late
        if files.seconds is not None:
            seconds[student] = files.seconds
    known = {standing.student for standing in handed_in} | set(ungraded)
    waiting = _handed_in(course) - known - excluded
    absent = set(rows.students) - known - waiting - excluded
    return ClassStanding(
        course.assignment,
        make.title,
        sum(cell.points for cell in rows.cells),
        tuple(handed_in),
        tuple(sorted(absent)),
        tuple(sorted({*ungraded, *waiting})),
        {student: name for student, name in rows.students.items() if student not in excluded},
        late,
        seconds,
        tuple(problems),
    )


class _Maker:
    """Makes Standings; holds what is the same for all students."""

    def __init__(self, course, rows):
        self._assignment = course.assignment
        try:
            scheme = load_scheme(course.assignment)
            self.title, self._parts = scheme.title, scheme.parts
            self._known = scheme.cells | scheme.written
        except LookupError:  # an assignment that others have written
            self.title, self._parts, self._known = course.assignment, {}, {}
        self.notebooks = sorted({cell.notebook for cell in rows.cells})
        order = read_order(course.folder("release"), self.notebooks)
        places = {key: place for place, key in reversed(list(enumerate(order)))}
        self._cells = sorted(
            rows.cells, key=lambda cell: (cell.notebook, places.get(cell.key, len(order)), cell.key)
        )
        names = [cell.name for cell in self._cells]
        self._shared = {name for name in names if names.count(name) > 1}

    def standing(self, submission, files):
        """The Standing of a gradebook_rows.Submission with its GradedFiles."""
        timestamp = submission.timestamp
        return Standing(
            submission.student,
            self._assignment,
            self.title,
            tuple(self._cell(cell, submission, files) for cell in self._cells),
            self._parts,
            submission.penalty,
            timestamp and timestamp.replace(tzinfo=UTC),
            files.notes,
            files.isolation,
        )

    def _cell(self, cell, submission, files):
        mark = submission.marks.get(cell.key)
        known, result = self._known.get(cell.name), files.results.get(cell.key)
        shown = known or result
        return CellStanding(
            f"{cell.notebook}/{cell.name}" if cell.name in self._shared else cell.name,
            shown.title if shown else cell.name,
            shown.part if shown else 0,
            cell.points,
            mark,
            "" if mark is not None else PERSON if cell.by_hand else GRADER,
            result,
            submission.comments.get(cell.key, ""),
            files.reasons.get(cell.key, ""),
        )


def _handed_in(course):
    """Students with a folder of what they handed in; nothing in it is looked at."""
    coursedir = course.coursedir
    where = coursedir.submitted_directory, "(?P<student>[^/]+)", course.assignment
    student = re.compile(coursedir.format_path(*where, escape=True))
    folders = glob.glob(str(course.folder("submitted", "*")))
    return {found["student"] for found in map(student.fullmatch, folders) if found}
