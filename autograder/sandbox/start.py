"""Starting a process under an isolation: in bubblewrap, or to be confined by itself later."""

import functools
import os
import random
import re
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

import autograder
from autograder.sandbox import bubblewrap, policy, watch
from autograder.sandbox.runtime import Runtime

# Numbers for users of their own: reserved by nobody (systemd lists who reserves which).
USERS = range(1_900_000_000, 2_100_000_000)
# Inside a container only few numbers exist; these are the last that people are given.
FEW_USERS = range(60_001, 65_000)
# From here on a user's processes are counted in each user namespace.
COUNTED_APART = (5, 14)


@dataclass(frozen=True)
class Setting:
    """How notebooks are run.

    isolation: "bubblewrap", "landlock" or "none". given: a folder (or several) of released helper
    files. readable: further folders that students' code may read. environment: names of
    variables that it gets.
    """

    isolation: str
    limits: policy.Limits = field(default_factory=policy.Limits)
    given: tuple | Path | None = None
    readable: tuple = ()
    environment: tuple = ()


class Start:
    """Starts Python modules as the Setting says, with what a Runtime holds."""

    def __init__(self, setting: Setting, runtime: Runtime):
        self._setting, self._runtime = setting, runtime
        self._apart = setting.isolation == "bubblewrap"
        self._readable = policy.readable(setting.readable)
        package = Path(autograder.__file__).parent
        self._hidden = policy.hidden(package, self._readable)
        self._as_root = os.geteuid() == 0
        needed = [sys.executable, os.__file__, sysconfig.get_path("purelib")]
        needed += [] if self._apart else [runtime.given]
        mounted = self._readable if self._apart else ()
        self._reads_all = self._as_root and not policy.read_by_all(needed, mounted)
        self._scratch = policy.SCRATCH if self._apart else str(runtime.scratch)
        self._allowed, self._listable = [], []
        if setting.isolation == "landlock":
            for path in self._readable:
                allowed, listable = policy.around(path, self._hidden)
                self._allowed += allowed
                self._listable += listable
            self._allowed.append(str(runtime.code))

    def popen(self, module, arguments, flags=(), **options):
        """Start `python -m module arguments`, as subprocess.Popen does with the options.

        flags: Python's own.
        """
        words = [sys.executable, *flags, "-m", module, *arguments]
        if self._apart:
            words = [
                *bubblewrap.command(
                    self._runtime.code,
                    self._readable,
                    self._hidden,
                    self._setting.limits.scratch_mb,
                    sys.executable,
                    self._as_root,
                    self._reads_all,
                ),
                *words,
            ]
        environment = policy.worker_environment(self._scratch, self._setting.environment)
        return subprocess.Popen(
            words, cwd=self._runtime.code, env=environment, stdin=subprocess.DEVNULL, **options
        )

    def installation(self):
        """The folders from which a module may be imported."""
        return policy.installation()

    def parent(self):
        """This process's id, or 0 where what is started cannot see it."""
        return 0 if self._apart else os.getpid()

    def plan(self, worker):
        """The Confinement of the next notebook of the process `worker`."""
        setting, given = self._setting, self._runtime.given
        user = None
        if self._as_root and setting.isolation != "none":
            users = _users()
            user = random.SystemRandom().choice(users) if users else None
        return policy.Confinement(
            isolation=setting.isolation,
            limits=setting.limits,
            scratch=self._scratch,
            given=f"{policy.RUNTIME}/{given.name}" if self._apart else str(given),
            readable=tuple(self._allowed),
            listable=tuple(self._listable),
            user=user,
            reads_all=self._reads_all,
            mapped=watch.mapped(worker),
            tasks=self._tasks(user),
        )

    def _tasks(self, user):
        if user is not None:
            return 0
        if self._apart and _kernel() >= COUNTED_APART:
            return 2  # bubblewrap's own process and the worker
        return watch.tasks_of_user(os.getuid())


@functools.cache
def _users():
    """The user ids from which each notebook gets its own; none where there are too few."""
    try:
        lines = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        return USERS
    for users in (USERS, FEW_USERS):
        for line in lines:
            first, _, count = map(int, line.split())
            if first <= users[0] and users[-1] < first + count:
                return users
    return ()


def _kernel():
    return tuple(map(int, re.findall(r"\d+", os.uname().release)[:2]))
