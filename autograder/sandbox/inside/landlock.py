"""Landlock (Linux 5.13 and newer): what files this process may touch, and whom it may signal.

Needs no privilege, cannot be undone, and holds for everything the process starts.
"""

import ctypes
import os
import stat
import struct

from autograder.sandbox.inside.syscalls import (
    LANDLOCK_ADD_RULE,
    LANDLOCK_CREATE_RULESET,
    LANDLOCK_RESTRICT_SELF,
    checked,
    libc,
    machine,
    prctl,
)

PR_SET_NO_NEW_PRIVS = 38
CREATE_RULESET_VERSION = 1
RULE_PATH_BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
REMOVE_DIR, REMOVE_FILE, MAKE_CHAR, MAKE_DIR = 1 << 4, 1 << 5, 1 << 6, 1 << 7
MAKE_REG, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK = 1 << 8, 1 << 9, 1 << 10, 1 << 11
MAKE_SYM, REFER, TRUNCATE, IOCTL_DEV = 1 << 12, 1 << 13, 1 << 14, 1 << 15

READ = EXECUTE | READ_FILE | READ_DIR
LIST = READ_DIR
ON_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
DEVICE = READ_FILE | WRITE_FILE | TRUNCATE
OWN = (
    READ | WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | MAKE_FIFO
    | MAKE_SYM | REFER | TRUNCATE
)  # fmt: skip

# The first version of the interface that knows these.
REFER_SINCE, TRUNCATE_SINCE, TCP_SINCE, IOCTL_SINCE, SCOPE_SINCE = 2, 3, 4, 5, 6
BIND_TCP, CONNECT_TCP = 1, 2
SCOPE_ABSTRACT_UNIX_SOCKET, SCOPE_SIGNAL = 1, 2


def abi():
    """The version of the interface that this system has; 0 without Landlock."""
    if not machine():
        return 0
    flags = ctypes.c_uint32(CREATE_RULESET_VERSION)
    found = libc().syscall(ctypes.c_long(LANDLOCK_CREATE_RULESET), None, ctypes.c_size_t(0), flags)
    return max(0, found)


def handled(version):
    """(file rights, TCP rights, scopes) that version `version` can take away."""
    files = (1 << 13) - 1
    for since, right in (
        (REFER_SINCE, REFER), (TRUNCATE_SINCE, TRUNCATE), (IOCTL_SINCE, IOCTL_DEV)
    ):  # fmt: skip
        if version >= since:
            files |= right
    tcp = BIND_TCP | CONNECT_TCP if version >= TCP_SINCE else 0
    scopes = SCOPE_ABSTRACT_UNIX_SOCKET | SCOPE_SIGNAL if version >= SCOPE_SINCE else 0
    return files, tcp, scopes


class Ruleset:
    """What will be allowed. files: whether files are restricted at all, or only the rest."""

    def __init__(self, files=True):
        self._version = abi()
        self._files, tcp, scopes = handled(self._version)
        if not files:
            self._files = 0
        attributes = struct.pack("=QQQ", self._files, tcp, scopes)
        size = 8 if self._version < TCP_SINCE else 16 if self._version < SCOPE_SINCE else 24
        self._descriptor = checked(
            libc().syscall(
                ctypes.c_long(LANDLOCK_CREATE_RULESET),
                attributes,
                ctypes.c_size_t(size),
                ctypes.c_uint32(0),
            ),
            "landlock_create_ruleset",
        )

    def allow(self, path, rights):
        """Allow `rights` on a file, or on a folder and all beneath it; nothing if it is missing."""
        try:
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            return
        try:
            if not stat.S_ISDIR(os.fstat(descriptor).st_mode):
                rights &= ON_FILES
            rights &= self._files
            if rights:
                rule = struct.pack("=Qi", rights, descriptor)
                checked(
                    libc().syscall(
                        ctypes.c_long(LANDLOCK_ADD_RULE),
                        ctypes.c_int(self._descriptor),
                        ctypes.c_int(RULE_PATH_BENEATH),
                        rule,
                        ctypes.c_uint32(0),
                    ),
                    f"landlock_add_rule {path}",
                )
        finally:
            os.close(descriptor)

    def enforce(self):
        """From now on, and for ever."""
        prctl(PR_SET_NO_NEW_PRIVS, 1)
        checked(
            libc().syscall(
                ctypes.c_long(LANDLOCK_RESTRICT_SELF),
                ctypes.c_int(self._descriptor),
                ctypes.c_uint32(0),
            ),
            "landlock_restrict_self",
        )
        os.close(self._descriptor)
