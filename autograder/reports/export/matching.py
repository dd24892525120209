"""Who is who: students of the gradebook in the rows of a learning platform's file."""

import unicodedata

from autograder.reports.export.csv_file import CannotExport
from autograder.reports.export.formulas import undo


def match_students(students, rows):
    """Find each Person's row. rows: a list, for each row the set of texts that identify it.

    A student is known by the gradebook's id, e-mail address and lms_user_id, whatever the case.
    Nobody is guessed: who fits two rows, or a row that another fits too, has none.

    Returns ({student id: number of the row}, {student id: why there is none}).
    """
    places = {}
    for number, texts in enumerate(rows):
        for text in texts:
            if key := _key(undo(text)):
                places.setdefault(key, set()).add(number)
    fitting, taken = {}, {}
    for student in students:
        keys = filter(None, map(_key, (student.id, student.email, student.lms_user_id)))
        fitting[student.id] = set().union(*(places.get(key, ()) for key in keys))
        for number in fitting[student.id]:
            taken.setdefault(number, []).append(student.id)
    found, problems = {}, {}
    for student, numbers in fitting.items():
        if not numbers:
            problems[student] = "no row of the file is theirs"
        elif len(numbers) > 1:
            problems[student] = f"{len(numbers)} rows of the file could be theirs"
        elif len(others := taken[next(iter(numbers))]) > 1:
            same = ", ".join(name for name in others if name != student)
            problems[student] = f"their row of the file could be that of {same} too"
        else:
            found[student] = next(iter(numbers))
    return found, problems


def nobody_found(path, columns, problems):
    """The CannotExport to be raised when a platform's file has a row for no student at all."""
    some = "; ".join(f"{student}: {why}" for student, why in list(problems.items())[:5])
    return CannotExport(
        f"none of the {len(problems)} students has a row of their own in {path}, looked for in "
        f"{', '.join(columns)} by id and e-mail address ({some}). Name other columns with --match, "
        "or give the students their e-mail addresses with `nbgrader db student import`"
    )


def _key(text):
    return unicodedata.normalize("NFC", text).strip().casefold()
