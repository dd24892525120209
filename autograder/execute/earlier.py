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
            _restore(folder, converter.log)
            _set_aside(folder)
        try:
            convert()
        finally:
            for folder in folders:
                _restore(folder, converter.log)

    converter.convert_notebooks = convert_and_keep


def _autograded(converter, submitted):
    student, assignment = Path(submitted).parts[-2:]
    coursedir = converter.coursedir
    return Path(coursedir.format_path(coursedir.autograded_directory, student, assignment))


def _set_aside(folder):
    if folder.is_dir():
        # Links, not copies: nbgrader removes and writes anew, it changes no file.
        shutil.copytree(folder, _aside(folder), copy_function=os.link)


def _restore(folder, log):
    aside = _aside(folder)
    if not aside.is_dir():
        return
    if folder.exists():
        shutil.rmtree(aside)
        return
    os.rename(aside, folder)
    log.warning("%s was not graded anew: what was there before is kept", folder)


def _aside(folder):
    return folder.with_name(ASIDE + folder.name)
