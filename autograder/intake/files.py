"""Opening what a student handed in: regular files only, no link followed, everything capped."""

import os
import stat
from dataclasses import dataclass

MAX_BYTES = 50_000_000
MAX_ENTRIES = 2_000
MAX_DEPTH = 8


class Unreadable(ValueError):
    """The file is no notebook. The message is one sentence that names what is wrong."""


@dataclass(frozen=True)
class Listing:
    """What lies in a folder, as paths below it with slashes.

    files: regular files. odd: links, pipes, devices and what else is no file and no folder.
    deep: names of the top folders that go deeper than MAX_DEPTH. cut: whether there was more.
    """

    files: tuple
    odd: tuple
    deep: tuple
    cut: bool


def read_bytes(path, limit=MAX_BYTES):
    """The content of a regular file of at most `limit` bytes; never waits. Raises Unreadable."""
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        # Asked before opening too: opening a device can have an effect of its own.
        if not stat.S_ISREG(os.lstat(path).st_mode):
            raise Unreadable(f"it is {_kind(os.lstat(path).st_mode)}, not a file")
        handle = os.open(path, flags)
    except FileNotFoundError:
        raise Unreadable("there is no such file") from None
    except (OSError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        why = getattr(error, "strerror", None) or "its name cannot be used"
        raise Unreadable(f"it cannot be opened ({why})") from None
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("it is not a regular file")
        if status.st_size > limit:
            raise Unreadable(f"it is larger than {limit // 1_000_000 or 1} MB")
        with open(handle, "rb", closefd=False) as file:
            content = file.read(limit + 1)  # it may have grown since
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror})") from None
    finally:
        os.close(handle)
    if len(content) > limit:
        raise Unreadable(f"it is larger than {limit // 1_000_000 or 1} MB")
    return content


def list_folder(folder):
    """The Listing of a folder; raises OSError if the folder itself cannot be opened."""
    files, odd, deep, count = [], [], set(), 0
    waiting = [("", 1)]
    while waiting and count < MAX_ENTRIES:
        prefix, depth = waiting.pop(0)
        try:
            entries = os.scandir(os.path.join(folder, prefix))
        except OSError:
            if not prefix:
                raise
            odd.append(prefix.rstrip("/"))
            continue
        with entries:
            for entry in entries:
                count += 1
                if count > MAX_ENTRIES:
                    break
                name = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    if depth < MAX_DEPTH:
                        waiting.append((f"{name}/", depth + 1))
                    else:
                        deep.add(name.split("/")[0])
                elif entry.is_file(follow_symlinks=False):
                    files.append(name)
                else:
                    odd.append(name)
    cut = count > MAX_ENTRIES or bool(waiting)
    return Listing(tuple(sorted(files)), tuple(sorted(odd)), tuple(sorted(deep)), cut)


def is_link(path):
    """Whether the path itself is a link, wherever it leads."""
    return os.path.islink(path)


def shown_name(name):
    """A file's name as it can stand in a log, in Markdown and in HTML."""
    kept = "".join(c if c.isalnum() or c in " ._-()+,=/" else "?" for c in str(name))
    return kept if len(kept) <= 80 else kept[:77] + "..."


def _kind(mode):
    kinds = {
        stat.S_IFLNK: "a link, and links are not followed",
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode), "something else")
