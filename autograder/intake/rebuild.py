"""Rebuilding a submission on the released notebook.

Everything but the student's sources is the release's: metadata, tags, outputs, test cells, given
code, kernel. The student's solution cells take their places by grade_id; cells that the
student added stay where they were, between the same cells of the release.
"""

import bisect
from collections import defaultdict

from nbformat.v4 import new_code_cell, new_markdown_cell, new_raw_cell

from autograder.intake.identify import Identifier, grade_id, is_solution, is_test, plain

MISSING = "# This cell was missing from the submission."
NOTE_ID = "note-on-this-submission"
ADDED = "added-"  # begins the ids of the cells that a student added
MAX_CELL_CHARACTERS = 1_000_000
MAX_ADDED_CHARACTERS = 5_000_000  # in all the cells that a student added
NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell, "raw": new_raw_cell}


def rebuild(release, submitted):
    """(notebook, notes): the canonical notebook, and sentences on what had to be mended.

    release: the released notebook (nbformat 4), left as it is. submitted: a list of
    SubmittedCell (autograder.intake.read).
    """
    notes = []
    answers, added = _sort_out(release, _short_enough(submitted, notes), notes)
    new_cells = _Adder()
    canonical = release.copy()
    canonical.cells = new_cells(added[-1])
    for index, original in enumerate(release.cells):
        cell = original.copy()
        copies = _answer(cell, answers[index], notes) if is_solution(original) else []
        canonical.cells += [cell, *new_cells(copies), *new_cells(added[index])]
    return canonical, notes


def with_notes(notebook, notes):
    """The notebook with a first cell that tells the reader what was mended; none, no cell."""
    if notes:
        # The box is nbgrader's; what students write cannot have its look (autograder.pages).
        lines = "\n".join(f"- {note}" for note in notes)
        text = f"**Note on this submission**\n\n{lines}"
        text = f'<div class="alert alert-warning">\n\n{text}\n\n</div>'
        notebook.cells.insert(0, new_markdown_cell(text, id=NOTE_ID))
    return notebook


def _short_enough(submitted, notes):
    for cell in submitted:
        if len(cell.source) > MAX_CELL_CHARACTERS:
            which = f"cell {cell.grade_id!r}" if is_name(cell.grade_id) else "a cell"
            notes.append(
                f"{which} was left out: it is longer than {MAX_CELL_CHARACTERS:,} characters"
            )
            cell.source = "# This cell was too long and is left out."
    return submitted


def is_name(text):
    """Whether a grade_id that a student's file names can be repeated in a sentence."""
    return isinstance(text, str) and text.isidentifier() and len(text) < 80


def _sort_out(release, submitted, notes):
    """(answers, added): cells by index of the released cell that they answer or follow."""
    index_of = Identifier(release, submitted)
    found = [index_of(cell) for cell in submitted]
    in_order = _in_order(found)
    answers, added, seen, position, room = (
        defaultdict(list),
        defaultdict(list),
        set(),
        -1,
        MAX_ADDED_CHARACTERS,
    )
    for number, (cell, index) in enumerate(zip(submitted, found, strict=True)):
        if number in in_order:
            position = index
        if index is None:
            if cell.source.strip() or cell.attachments:
                room -= len(cell.source)
                if room >= 0:
                    added[position].append(cell)
        elif is_solution(release.cells[index]):
            answers[index].append(cell)
        elif grade_id(release.cells[index]):
            _note_on_given(release.cells[index], cell, index in seen, notes)
            seen.add(index)
    if room < 0:
        notes.append(
            "some added cells were left out: together they are longer than "
            f"{MAX_ADDED_CHARACTERS:,} characters"
        )
    return answers, added


def _note_on_given(original, cell, again, notes):
    name = grade_id(original)
    if again:
        notes.append(f"a second copy of cell {name!r} was left out")
    elif is_test(original) and plain(cell.source) != plain(original.source):
        notes.append(f"the test cell {name!r} had been changed; the released one was used")


def _in_order(found):
    """Positions of the longest run of cells that stand in the release's order.

    What a student added stays behind the nearest of these: a cell that was pasted or moved
    elsewhere must not drag its new neighbours along.
    """
    ends, last, before = [], [], {}
    for position, index in enumerate(found):
        if index is None:
            continue
        place = bisect.bisect_left(ends, index)
        before[position] = last[place - 1] if place else None
        ends[place : place + 1] = [index]
        last[place : place + 1] = [position]
    chain, position = set(), last[-1] if last else None
    while position is not None:
        chain.add(position)
        position = before[position]
    return chain


def _answer(cell, written, notes):
    """Put what the student wrote into the solution cell; returns cells to add after it."""
    name, stub = grade_id(cell), cell.source
    if not written:
        notes.append(f"cell {name!r} was missing from the submission")
        if cell.cell_type == "code":
            cell.source = MISSING
        return []
    written = _distinct(written, stub)
    if len(written) > 1:
        notes.append(
            f"cell {name!r} was there {len(written)} times; all copies were kept, in order"
        )
    if cell.cell_type == "markdown":
        cell.source = "\n\n".join(one.source for one in written)
        _attach(cell, written)
        return []
    cell.source = written[0].source
    for copy in written[1:]:
        copy.cell_type = "code"
    return written[1:]


def _distinct(written, stub):
    """The cells without repeats, and without the untouched stub where there is an answer."""
    by_source = {}
    for cell in written:
        by_source.setdefault(cell.source, cell)
    kept = [cell for cell in by_source.values() if cell.source.strip() != stub.strip()]
    return kept or written[:1]


def _attach(cell, written):
    attachments = {name: data for one in written for name, data in one.attachments.items()}
    if attachments:
        cell["attachments"] = attachments


class _Adder:
    """Makes the notebook cells of what a student added, each with an id of its own."""

    def __init__(self):
        self._count = 0

    def __call__(self, cells):
        made = []
        for cell in cells:
            self._count += 1
            new = NEW_CELL[cell.cell_type](cell.source, id=f"{ADDED}{self._count}")
            if cell.cell_type == "markdown":
                _attach(new, [cell])
            made.append(new)
        return made
