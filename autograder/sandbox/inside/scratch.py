"""The folders that a notebook may write: made before it, measured in it, wiped after it."""

import contextlib
import os
import tempfile
import time

from autograder.sandbox import folders
from autograder.sandbox.policy import HOME, TEMPORARY, WORK

MEGABYTE = 1024 * 1024
SHARED_MEMORY = "/dev/shm"
# A disk with less than this left is full for everybody, so the notebook ends.
RESERVE_MB = 512
# Seconds between two looks at what is used, and how much longer a look may make that.
LOOK, RELATION = 0.5, 10


class Scratch:
    """The scratch of one notebook, as the Confinement `plan` says."""

    def __init__(self, plan):
        self._plan = plan
        self._folders = [os.path.join(plan.scratch, name) for name in (WORK, TEMPORARY, HOME)]
        self._next = 0
        # A file system of its own, which counts for itself; on another one everybody's files are.
        self._apart = plan.own_namespace
        self._free = self._free_mb()

    @property
    def work(self):
        return self._folders[0]

    def make(self):
        """Make the folders, with the given files in the work folder as links."""
        for folder in self._folders:
            os.mkdir(folder, 0o700)
        if self._plan.given:
            for name in sorted(os.listdir(self._plan.given)):
                os.symlink(os.path.join(self._plan.given, name), os.path.join(self.work, name))
        if self._plan.user is not None:
            for folder in self._folders:
                os.chown(folder, self._plan.user, self._plan.user)

    def enter(self):
        """Make this process use the folders."""
        os.chdir(self.work)
        _, temporary, home = self._folders
        os.environ |= {"TMPDIR": temporary, "HOME": home, "MPLCONFIGDIR": home}
        tempfile.tempdir = None  # found anew when it is needed

    def complaint(self):
        """What is wrong with how it is used, as the end of "it ..."; "" if nothing is."""
        if time.monotonic() < self._next:
            return ""
        started = time.monotonic()
        limits = self._plan.limits
        try:
            size, count = self._used()
        except folders.OutOfSight as hiding:
            return str(hiding)
        took = time.monotonic() - started
        self._next = started + took + max(LOOK, took * RELATION)
        if size > limits.scratch_mb * MEGABYTE:
            return f"used more than {limits.scratch_mb} MB of files"
        if count > limits.files:
            return f"made more than {limits.files} files"
        if not self._apart and self._free_mb() < min(RESERVE_MB, self._free / 2):
            return "filled the disk"
        return ""

    def wipe(self):
        """Empty the folders, as the notebook's user and when its processes have ended."""
        # Without a user of its own a notebook may have written beside its folders, too.
        for folder in [self._plan.scratch] if self._plan.user is None else self._folders:
            folders.empty(folder)
        if self._apart and os.path.isdir(SHARED_MEMORY):
            for entry in list(os.scandir(SHARED_MEMORY)):
                if entry.is_dir(follow_symlinks=False):
                    folders.empty(entry.path)
                    os.rmdir(entry.path)
                else:
                    os.unlink(entry.path)

    def remove(self):
        """Remove the folders, which are empty or gone now. Raises OSError if one is not."""
        for folder in self._folders:
            with contextlib.suppress(FileNotFoundError):
                os.rmdir(folder)

    def _used(self):
        if not self._apart:
            most = self._plan.limits.files
            found = [folders.used(folder, most) for folder in self._folders]
            return tuple(map(sum, zip(*found, strict=True)))
        size = count = 0
        for place in (self._plan.scratch, SHARED_MEMORY):
            found = os.statvfs(place)
            size += (found.f_blocks - found.f_bfree) * found.f_frsize
            count += found.f_files - found.f_ffree
        return size, count

    def _free_mb(self):
        found = os.statvfs(self._plan.scratch)
        return found.f_bavail * found.f_frsize / MEGABYTE
