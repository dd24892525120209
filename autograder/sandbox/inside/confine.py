"""Confining this process before the first line of a student's code: the order matters.

Files first, by paths that only the old user may be able to walk; then limits; then the other
user, which loses all privileges; last the filter, which refuses most of what was done before.
"""

import contextlib
import os
import struct
import sys

from autograder.sandbox.inside import landlock, seccomp
from autograder.sandbox.inside.processes import die_with_parent
from autograder.sandbox.inside.syscalls import checked, libc, prctl
from autograder.sandbox.policy import DEVICES, HOME, TEMPORARY, WORK

with contextlib.suppress(ImportError):  # not on Windows, where nothing here runs anyway
    import resource

PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_CAPBSET_DROP = 4, 8, 24
PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 38, 47, 2
CAPABILITY_VERSION_3 = 0x20080522
CAP_DAC_READ_SEARCH, LAST_CAP = 2, 63
MEGABYTE = 1024 * 1024
# After this much more CPU time a process that catches the first signal is killed.
CPU_GRACE = 1


def confine(plan, parent):
    """Confine this process as the Confinement `plan` says. parent: the process to end with.

    Raises OSError if any part of it fails: nothing of the student's may run then. Must be called
    in a process with one thread.
    """
    protected = plan.isolation != "none"
    rules = _rules(plan) if protected else None
    limit(plan)
    if protected:
        take_user(plan.user, plan.reads_all)
        if plan.user is not None:
            prctl(PR_SET_DUMPABLE, 0)
        # Else its memory could not be counted from outside; there are no core files anyway.
        prctl(PR_SET_NO_NEW_PRIVS, 1)
    die_with_parent(parent)  # a new user forgets it
    if rules is not None:
        rules.enforce()
    if protected:
        shares_user = plan.user is None and not plan.own_namespace
        version = landlock.abi()
        scoped = version >= landlock.SCOPE_SINCE
        seccomp.install(
            sees_others_files=not plan.own_namespace,
            own_pid=os.getpid() if shares_user and not scoped else None,
            guards_truncate=plan.own_namespace or version >= landlock.TRUNCATE_SINCE,
        )


def keep_descriptors(*kept):
    """Close all descriptors but 0, 1, 2 and these."""
    kept = sorted({*kept, 0, 1, 2})
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    most = 65536 if most == resource.RLIM_INFINITY else most
    for before, after in zip(kept, [*kept[1:], most], strict=True):
        os.closerange(before + 1, after)


def limit(plan):
    """The system's limits for this process and all that it starts."""
    limits = plan.limits
    wanted = {
        "CORE": 0,
        "FSIZE": limits.file_mb * MEGABYTE,
        "NOFILE": limits.open_files,
        "NICE": 0,
        "RTPRIO": 0,
        "MEMLOCK": 0,
        "MSGQUEUE": 0,
        "SIGPENDING": 1024,
    }
    if sys.platform == "linux":  # elsewhere these are not counted as they are here
        wanted["AS"] = plan.mapped + limits.memory_mb * MEGABYTE
        wanted["NPROC"] = plan.tasks + limits.processes
    for name, value in wanted.items():
        _set(name, value, value)
    _set("CPU", limits.cpu_seconds, limits.cpu_seconds + CPU_GRACE)


def take_user(user, reads_all=False):
    """Become the user (if not None) with the group of the same number, and lose all privileges.

    reads_all: keep the right to read files whatever their permissions.
    """
    for capability in range(LAST_CAP + 1):
        with contextlib.suppress(OSError):  # no such capability, or no right to drop it
            if not (reads_all and capability == CAP_DAC_READ_SEARCH):
                prctl(PR_CAPBSET_DROP, capability)
    if user is not None:
        if reads_all:
            prctl(PR_SET_KEEPCAPS, 1)
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    kept = 1 << CAP_DAC_READ_SEARCH if reads_all else 0
    _set_capabilities(kept)
    if kept:  # for the programs it starts, too
        prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH)


def _rules(plan):
    if not landlock.abi():
        return None
    if plan.own_namespace:  # the files are apart already; signals and sockets are the rest
        scoped = landlock.abi() >= landlock.SCOPE_SINCE
        return landlock.Ruleset(files=False) if scoped else None
    rules = landlock.Ruleset()
    for path in plan.readable:
        rules.allow(path, landlock.READ)
    for path in plan.listable:
        rules.allow(path, landlock.LIST)
    if plan.given:
        rules.allow(plan.given, landlock.READ)
    for name in (WORK, TEMPORARY, HOME):
        rules.allow(os.path.join(plan.scratch, name), landlock.OWN)
    for path in DEVICES:
        rules.allow(path, landlock.DEVICE)
    return rules


def _set(name, soft, hard):
    number = getattr(resource, f"RLIMIT_{name}", None)
    if number is None:
        return
    _, most = resource.getrlimit(number)
    if most != resource.RLIM_INFINITY:  # never more than there was
        soft, hard = min(soft, most), min(hard, most)
    resource.setrlimit(number, (soft, hard))


def _set_capabilities(kept):
    header = struct.pack("=Ii", CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; the lower half of each, then the upper
    data = struct.pack("=6I", kept, kept, kept, 0, 0, 0)
    checked(libc().capset(header, data), "capset")
