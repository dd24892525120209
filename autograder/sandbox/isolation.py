"""Which isolations work here, found out by trying them; the strongest is taken."""

import functools
import json
import os
import subprocess
import sys
import tempfile

from autograder.sandbox import bubblewrap
from autograder.sandbox.inside import landlock, syscalls
from autograder.sandbox.runtime import Runtime
from autograder.sandbox.start import Setting, Start

# The strongest first.
NAMES = ("bubblewrap", "landlock", "none")
PROBE = "autograder.sandbox.inside.probe"
CONFINED = "confined"
SECONDS = 30
ALLOW_NONE = 'c.ExecuteSubmission.isolation = "none"'
ABOUT = {
    "bubblewrap": "files, network, processes and limits: nothing but its own is there",
    "landlock": "files, network and limits; names and sizes of other files can be seen",
    "none": "limits only: students' code can read and change what you can",
}


class IsolationUnavailable(RuntimeError):
    """The isolation asked for does not work here; the message says what to do."""


def works(name):
    """Whether the isolation `name` works here."""
    return not why_not(name)


@functools.cache
def why_not(name):
    """Why the isolation `name` does not work here; "" if it does. Tries it."""
    if name == "none":
        return ""
    if name not in NAMES:
        raise ValueError(f"there is no isolation {name!r}: only {', '.join(NAMES)}")
    if sys.platform != "linux":
        return "it needs Linux"
    if not syscalls.machine():
        return "its filter of system calls is written for 64-bit x86 and Arm processors only"
    if name == "bubblewrap" and not bubblewrap.program():
        return "the program bwrap is not installed"
    if name == "landlock" and not landlock.abi():
        return "this system's kernel has no Landlock (Linux 5.13 and newer), or it is switched off"
    return _try(name)


def choose(wanted="auto"):
    """The isolation to use: `wanted`, or with "auto" the strongest that works.

    Raises IsolationUnavailable; "none" must be asked for by name.
    """
    names = NAMES[:-1] if wanted == "auto" else (wanted,)
    for name in names:
        if works(name):
            return name
    reasons = "\n".join(f"  {name}: {why_not(name)}" for name in names)
    raise IsolationUnavailable(
        f"no isolation that keeps students' code in works here:\n{reasons}\n{_remedy()}\n"
        "To grade without isolation all the same, with work that you trust or on a machine that "
        f"holds nothing else, write in nbgrader_config.py: {ALLOW_NONE}"
    )


def advice():
    """What was found and what to type for a stronger one, for a person."""
    lines = []
    for name in NAMES[:-1]:
        reason = why_not(name)
        lines.append(f"{name}: {'does not work here: ' + reason if reason else 'works'}")
    found = next(name for name in NAMES if works(name))
    lines.append(f"Notebooks are isolated with: {found} ({ABOUT[found]})")
    if found != NAMES[0]:
        lines.append(_remedy())
    if found == "none":
        lines.append(f"Without isolation nothing is graded unless you write: {ALLOW_NONE}")
    return "\n".join(lines)


def report(needed=()):
    """Print advice(); returns 1 if one of the isolations `needed` does not work, else 0."""
    print(advice())
    missing = [name for name in needed if not works(name)]
    for name in missing:
        print(f"needed, and does not work: {name}: {why_not(name)}", file=sys.stderr)
    return 1 if missing else 0


def _remedy():
    if sys.platform != "linux":
        return "Students' code can be isolated on Linux: a virtual machine or a container will do."
    if not bubblewrap.program():
        return (
            "For the strongest isolation install bubblewrap: `sudo apt install bubblewrap` "
            "(Debian, Ubuntu) or `sudo dnf install bubblewrap` (Fedora)."
        )
    return (
        "bubblewrap is installed and may not make namespaces. On Ubuntu 23.10 and newer, allow it "
        "until the next start: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`, or "
        "grade as root (sudo). In a container, start that with `--security-opt "
        "seccomp=unconfined` (Docker), or use one without such a filter."
    )


def _try(name):
    """Confine a process and have it try what it must not; returns what went wrong, or ""."""
    runtime = Runtime()
    try:
        with tempfile.NamedTemporaryFile(dir=runtime.folder) as secret:
            os.chmod(secret.name, 0o644)
            return _probed(Start(Setting(name), runtime), secret.name)
    except (OSError, subprocess.SubprocessError) as error:
        return f"it could not be tried: {error}"
    finally:
        runtime.close()


def _probed(start, secret):
    plan = json.dumps(start.plan(os.getpid()).as_json())
    process = start.popen(
        PROBE, [plan, secret], flags=["-S"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        out, err = process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"nothing happened for {SECONDS} s"
    if process.returncode == 0 and out.decode().strip() == CONFINED:
        return ""
    said = (err or out).decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else f"exit status {process.returncode}"
