"""What a student's autograded folder held before: kept until grading anew has come through.

nbgrader removes the folder before it grades again, and once more when that fails or is
interrupted; the notebook that was graded, with its outputs, would be gone.
"""

import os
import shutil
from pathlib import Path

ASIDE = ".before-"  # in front of the folder's name: hidden, and beside it


def keep_earlier(converter):
    """Have the Autograde converter keep earlier results where grading fails, and restore what
    an earlier run left behind when it was killed.
    """
    convert = converter.convert_notebooks

    def convert_and_keep():
        folders = [_autograded(converter, submitted) for submitted in converter.assignments]
        for folder in folders:
            restore(folder, converter.log)
            _set_aside(folder)
        try:
            convert()
        finally:
            for folder in folders:
                restore(folder, converter.log)

    converter.convert_notebooks = convert_and_keep


def earlier_notebook(coursedir, names):
    """Where the notebook that was graded before lies while its folder is graded anew.

    names: resources["nbgrader"]. There need not be one.
    """
    folder = coursedir.format_path(
        coursedir.autograded_directory, names["student"], names["assignment"]
    )
    return str(aside(Path(folder)) / f"{names['notebook']}.ipynb")


def aside(folder):
    """Where an autograded folder is kept meanwhile."""
    return folder.with_name(ASIDE + folder.name)


def _autograded(converter, submitted):
    student, assignment = Path(submitted).parts[-2:]
    coursedir = converter.coursedir
    return Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))


def _set_aside(folder):
    if folder.is_dir():
        # Links, not copies: nbgrader removes and writes anew, it changes no file.
        shutil.copytree(folder, aside(folder), copy_function=os.link)


def restore(folder, log):
    """Bring back what was kept of a folder that has not been graded anew, or remove it."""
    kept = aside(folder)
    if not kept.is_dir():
        return
    if folder.exists():
        shutil.rmtree(kept)
        return
    os.rename(kept, folder)
    log.warning("%s was not graded anew: what was there before is kept", folder)
