"""Folders that students' code has filled: measured and emptied, whatever is in them."""

import contextlib
import errno
import os
import secrets
import shutil


class OutOfSight(Exception):
    """A folder whose contents cannot be counted; the message is the end of "it ..."."""


def used(folder, most_files):
    """(bytes on disk, files) beneath a folder while it is being used; stops at `most_files`.

    Raises OutOfSight. What is gone meanwhile is left out.
    """
    size = count = 0
    pending = [folder]
    while pending and count <= most_files:
        try:
            entries = os.scandir(pending.pop())
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as error:
            # Never made readable here: its name may stand for something else by now.
            deep = error.errno == errno.ENAMETOOLONG
            why = "so deep in each other" if deep else "that nobody can look into"
            raise OutOfSight(f"made folders {why}") from error
        with entries:
            for entry in entries:
                count += 1
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                with contextlib.suppress(OSError):  # gone, or to be found out with its folder
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                if count > most_files:
                    break
    return size, count


def empty(folder):
    """Remove all that is in a folder of this user's, when nobody works in it any more.

    Folders are moved up first, so that no path gets too long and no recursion too deep.
    """
    prefix = os.path.join(folder, secrets.token_hex(8))
    pending, count = [folder], 0
    while pending:
        current = pending.pop()
        os.chmod(current, 0o700)
        with os.scandir(current) as entries:
            for entry in entries:
                if not entry.is_dir(follow_symlinks=False):
                    os.unlink(entry.path)
                elif current == folder:
                    pending.append(entry.path)
                else:
                    os.chmod(entry.path, 0o700)
                    count += 1
                    os.rename(entry.path, f"{prefix}-{count}")
                    pending.append(f"{prefix}-{count}")
        if current != folder:
            os.rmdir(current)


def remove(folder):
    """Remove a folder and all that is in it. Raises OSError."""
    empty(folder)
    shutil.rmtree(folder)
