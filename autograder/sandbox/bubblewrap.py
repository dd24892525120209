"""bubblewrap's command line: a process that sees nothing but what it is shown."""

import functools
import os
import shutil
import subprocess
from pathlib import Path

from autograder.sandbox.policy import DEVICES, RUNTIME, SCRATCH, TEMPORARY

# What the worker needs to give each notebook a user of its own, and to end its processes; as
# root only, and students' code loses it.
CAPABILITIES = ("CAP_SETUID", "CAP_SETGID", "CAP_KILL", "CAP_CHOWN", "CAP_SETPCAP")
READS_ALL = "CAP_DAC_READ_SEARCH"
SHARED_MEMORY_MB = 64
MEGABYTE = 1024 * 1024


def program():
    """The path of bwrap, or None."""
    return shutil.which("bwrap")


@functools.cache
def knows(option):
    """Whether this version of bwrap has an option."""
    helped = subprocess.run([program(), "--help"], capture_output=True, text=True, check=False)
    return option in (helped.stdout + helped.stderr)


def command(code, readables, hidden, scratch_mb, executable, as_root, reads_all):
    """The words to put before a command.

    code: the folder to show as RUNTIME. readables: files and folders to show where they are,
    but for what is `hidden` in them. executable: the Python that will run, perhaps through links.
    """
    words = [program(), "--die-with-parent", "--new-session"]
    words += ["--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts"]
    words += ["--unshare-cgroup-try", "--hostname", "notebook", "--cap-drop", "ALL"]
    if as_root:
        for capability in (*CAPABILITIES, *([READS_ALL] if reads_all else [])):
            words += ["--cap-add", capability]
    else:
        words.append("--unshare-user")
    words += _files(readables, hidden, executable)
    words += ["--ro-bind", str(code), RUNTIME]
    words += [*_limited(scratch_mb), "--tmpfs", SCRATCH]
    if not any(str(path).startswith("/tmp/") for path in readables):
        words += ["--symlink", f"{SCRATCH}/{TEMPORARY}", "/tmp"]
    words += ["--dir", "/dev"]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    words += ["--perms", "1777", *_limited(SHARED_MEMORY_MB), "--tmpfs", "/dev/shm"]
    return [*words, "--remount-ro", "/", "--chdir", RUNTIME]


def _limited(megabytes):
    return ["--size", str(megabytes * MEGABYTE)] if knows("--size") else []


def _files(readables, hidden, executable):
    links, mounts = {}, []
    for path in (*readables, executable):
        real = _resolved(str(path), links)
        if path != executable:
            mounts.append(real)
    mounts = sorted(set(mounts), key=lambda path: path.count("/"))
    mounts = [m for m in mounts if not any(Path(o) in Path(m).parents for o in mounts)]
    # Made by themselves as parents, only their owner could walk through them.
    parents = {str(parent) for mount in mounts for parent in Path(mount).parents}
    words = [word for parent in sorted(parents - {"/"}) for word in ("--dir", parent)]
    for mount in mounts:
        words += ["--ro-bind", mount, mount]
    for path in hidden:
        words += ["--tmpfs", path, "--remount-ro", path]
    for link, target in links.items():
        if not any(Path(mount) in Path(link).parents for mount in mounts):
            words += ["--symlink", target, link]
    return words


def _resolved(path, links):
    """The real path; the links on the way are added to `links`, {path: target}."""
    done, parts, left = "/", Path(path).parts[1:], 40
    parts = list(parts)
    while parts:
        name = parts.pop(0)
        if name == "..":
            done = os.path.dirname(done)
            continue
        here = os.path.join(done, name)
        if not os.path.islink(here) or not left:
            done = here
            continue
        left -= 1
        target = os.readlink(here)
        links[here] = target
        if os.path.isabs(target):
            done = "/"
        parts = [part for part in Path(target).parts if part != "/"] + parts
    return done
