"""One handed-in file as a canonical notebook."""

import os
from pathlib import Path

import nbformat

from autograder.intake.files import Unreadable, shown_name
from autograder.intake.folder import notebook_in
from autograder.intake.read import read_notebook
from autograder.intake.rebuild import rebuild, with_notes


def canonical_notebook(path, release_path, notes=(), own=()):
    """(notebook, notes) for one handed-in file; never raises for what a student sent.

    path: the file, or None if there is none to read: the notes say why. own: the course's own
    notebooks; a hard link to one of them is no submission.
    """
    release = nbformat.read(release_path, as_version=4)
    notebook, notes = release, list(notes)
    if path is not None:
        try:
            _refuse_own(path, own)
            notebook, mended = rebuild(release, read_notebook(path))
            notes += mended
        except Unreadable as reason:
            notes.append(
                f"the file {shown_name(Path(path).name)} could not be read: {reason}. Nothing in "
                "it could be marked; hand it in again"
            )
    return with_notes(notebook, notes), notes


def submitted_notebook(submission, name, expected, release, own=()):
    """(notebook, notes) of what one student handed in; never raises for what a student sent.

    submission: the folder it came in, or the notebook file itself. name: the notebook's. expected:
    the names of all notebooks of the assignment. release: the released folder. own: as for
    canonical_notebook.
    """
    path, notes = Path(submission), ()
    if path.is_dir() and path.suffix != ".ipynb":
        handed_in = notebook_in(path, name, expected, release)
        path, notes = handed_in.path, handed_in.notes
    return canonical_notebook(path, Path(release) / f"{name}.ipynb", notes=notes, own=own)


def _refuse_own(path, own):
    for original in own:
        try:
            same = os.path.samestat(os.lstat(path), os.lstat(original))
        except OSError:
            continue
        if same:
            raise Unreadable("it is the course's own file")
