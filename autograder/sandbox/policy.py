"""What students' code may have: limits, files, environment."""

import os
import site
import sys
import sysconfig
from dataclasses import asdict, dataclass, fields
from pathlib import Path

# One BLAS thread: more only fight for the cores, and a process with threads must not fork.
# Two arenas: each thread's own would reserve 128 MB of the address space that is limited.
FIXED_ENVIRONMENT = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    # Large arrays come from memory that is kept, not from fresh pages each time.
    "MALLOC_MMAP_THRESHOLD_": str(32 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(256 * 1024 * 1024),
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONNOUSERSITE": "1",
    "USER": "student",
    "LOGNAME": "student",
}
PASSED_ON = ("LANG", "LC_ALL", "LC_CTYPE", "TZ", "LD_LIBRARY_PATH")
SYSTEM_PROGRAMS = "/usr/local/bin:/usr/bin:/bin"

# Programs and libraries of the system, and what in /etc they look at.
SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
ETC = (
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/nsswitch.conf",
    "/etc/timezone",
)
# No /dev/zero: mapped, it is memory that no limit counts.
DEVICES = ("/dev/null", "/dev/random", "/dev/urandom")

# Where things are inside bubblewrap; under Landlock they are where the launcher has put them.
RUNTIME, SCRATCH = "/autograder", "/notebook"
# The folders of a notebook in its scratch: what is writable, and nothing else is.
WORK, TEMPORARY, HOME = "work", "tmp", "home"


@dataclass(frozen=True)
class Limits:
    """What a notebook may use.

    memory_mb: address space of each of its processes beyond what it starts with.
    total_memory_mb: memory of all its processes together. cpu_seconds: of each process.
    file_mb: one file. scratch_mb: all its files. files: how many, which cost the system's memory
    even when they are empty. processes: how many at once, with threads. open_files: of each.
    """

    memory_mb: int = 2048
    total_memory_mb: int = 4096
    cpu_seconds: int = 300
    file_mb: int = 100
    scratch_mb: int = 512
    files: int = 50_000
    processes: int = 64
    open_files: int = 256


@dataclass(frozen=True)
class Confinement:
    """What the worker is told about a notebook: all that its child needs to confine itself.

    readable: files and folders it may read. listable: folders whose names it may list.
    given: the folder whose entries are laid out in the work folder, or "". scratch: its folder.
    user: the user id to take, or None to stay. reads_all: whether that user keeps the right to
    read what permissions keep from it (an interpreter in another user's home). mapped: bytes
    that the worker has mapped. tasks: processes that count against its user already.
    """

    isolation: str
    limits: Limits
    scratch: str
    given: str = ""
    readable: tuple = ()
    listable: tuple = ()
    user: int | None = None
    reads_all: bool = False
    mapped: int = 0
    tasks: int = 0

    def as_json(self):
        """A dictionary that from_json takes."""
        return asdict(self)

    @classmethod
    def from_json(cls, found):
        """The Confinement that as_json wrote."""
        known = {f.name: found[f.name] for f in fields(cls)}
        return cls(**known | {"limits": Limits(**found["limits"])})

    @property
    def own_namespace(self):
        """Whether the notebook has process ids, and files, of its own."""
        return self.isolation == "bubblewrap"


def installation():
    """The folders of this Python and its packages, as far as students' code may see them."""
    found = [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]
    found += [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    if site.ENABLE_USER_SITE:
        found.append(site.getusersitepackages())
    folders = dict.fromkeys(os.path.abspath(path) for path in found)
    return _outermost(path for path in folders if os.path.isdir(path))


def readable(further=()):
    """All that students' code may read but the notebook's own. further: more such folders."""
    paths = [*SYSTEM, *ETC, *installation(), *(os.path.abspath(path) for path in further)]
    return _outermost(path for path in paths if os.path.exists(path))


def hidden(package, readables):
    """What lies beneath readable folders and is not for students: the course and the grader.

    package: the folder of the package `autograder`.
    """
    root = Path(package).resolve().parent
    # Beside other packages only ours are to be hidden; a course's folder, as a whole.
    course = root / "nbgrader_config.py"
    found = [root] if course.is_file() else [root / "autograder", root / "solutions"]
    found.append(Path.cwd().resolve())
    real = [Path(path).resolve() for path in readables]
    return tuple(
        str(path)
        for path in dict.fromkeys(found)
        if path.exists()
        and any(r in path.parents for r in real)
        and not any(path == r or path in r.parents for r in real)
    )


def around(path, hidden_paths):
    """(readable, listable) paths that together are `path` without what is hidden beneath it.

    For mechanisms that can only allow: names can be listed in the folders on the way.
    """
    path = Path(path).resolve()
    if path in map(Path, hidden_paths):
        return [], []
    if not any(path in Path(h).parents for h in hidden_paths):
        return [str(path)], []
    allowed, listable = [], [str(path)]
    for entry in path.iterdir():
        if not entry.is_symlink():
            more, lists = around(entry, hidden_paths)
            allowed += more
            listable += lists
    return allowed, listable


def worker_environment(scratch, further=()):
    """The environment of the worker, and so of students' code. further: names to pass on."""
    kept = {name: os.environ[name] for name in (*PASSED_ON, *further) if name in os.environ}
    programs = os.path.dirname(os.path.abspath(sys.executable))
    if site.ENABLE_USER_SITE:
        kept["PYTHONUSERBASE"] = site.getuserbase()
    environment = FIXED_ENVIRONMENT | kept
    if site.ENABLE_USER_SITE:
        del environment["PYTHONNOUSERSITE"]
    return environment | {
        "PATH": f"{programs}:{SYSTEM_PROGRAMS}",
        "TMPDIR": scratch,
        "HOME": scratch,
        "MPLCONFIGDIR": scratch,
    }


def _outermost(paths):
    """The paths without those that lie beneath another of them."""
    paths = list(dict.fromkeys(paths))
    return tuple(p for p in paths if not any(Path(q) in Path(p).parents for q in paths))


def read_by_all(paths, mounted=()):
    """Whether every user may read these files and folders.

    mounted: folders whose own parents do not count, because they are mounted elsewhere.
    """
    tops = {os.path.realpath(path) for path in mounted}
    for path in paths:
        path = Path(path).resolve()
        wanted = 0o5 if path.is_dir() else 0o4
        if path.stat().st_mode & wanted != wanted:
            return False
        while str(path) not in tops and path != path.parent:
            path = path.parent
            if not path.stat().st_mode & 0o1:
                return False
    return True
