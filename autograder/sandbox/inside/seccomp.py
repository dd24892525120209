"""A seccomp filter: the system calls that no homework needs are refused.

Refused with an error, not by killing: honest code that only tries (a library looking whether
the network is there) goes on. Written out as the kernel's small programs, so that no package
is needed.
"""

import ctypes
import errno
import struct

from autograder.sandbox.inside.landlock import PR_SET_NO_NEW_PRIVS
from autograder.sandbox.inside.syscalls import LAST_KNOWN, MACHINES, machine, numbers, prctl

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
REFUSE, UNKNOWN, PRETEND = ERRNO | errno.EPERM, ERRNO | errno.ENOSYS, ERRNO

# Where the kernel puts what a filter may look at, and the operations that look.
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
LOAD, AND, RETURN = 0x20, 0x54, 0x06
JUMP_EQUAL, JUMP_GREATER, JUMP_ANY_BIT = 0x15, 0x25, 0x45
X32 = 0x40000000

REFUSED = (
    "accept", "accept4", "bind", "connect", "listen", "socket",
    "ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp", "process_madvise",
    "process_mrelease",
    "perf_event_open", "bpf", "userfaultfd", "keyctl", "add_key", "request_key", "lookup_dcookie",
    "mount", "umount2", "pivot_root", "chroot", "mount_setattr", "move_mount", "open_tree",
    "fsopen", "fsconfig", "fsmount",
    "fspick", "unshare", "setns", "open_by_handle_at", "name_to_handle_at",
    "io_uring_setup", "io_uring_enter", "io_uring_register",
    "kexec_load", "kexec_file_load", "init_module", "finit_module", "delete_module", "reboot",
    "swapon", "swapoff", "acct",
    "quotactl", "quotactl_fd", "syslog", "settimeofday", "clock_settime", "clock_adjtime",
    "adjtimex", "sethostname",
    "setdomainname", "vhangup", "iopl", "ioperm", "modify_ldt", "uselib", "ustat", "sysfs",
    "_sysctl", "nfsservctl",
    "memfd_create", "memfd_secret", "remap_file_pages",
    "shmget", "shmat", "shmctl", "shmdt", "semget", "semop", "semctl", "semtimedop",
    "msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink",
    "sched_setscheduler", "sched_setparam", "sched_setattr", "ioprio_set", "migrate_pages",
    "move_pages",
    "fanotify_init", "fanotify_mark", "inotify_init", "inotify_init1", "inotify_add_watch",
)  # fmt: skip
# glibc asks for these first and does without; their arguments are out of a filter's sight.
ABSENT = ("clone3", "openat2", "fchmodat2")
# Landlock keeps nobody from changing these of files that it does not let him read or write.
OWNERS = (
    "chown", "fchown", "lchown", "fchownat", "setxattr", "lsetxattr", "fsetxattr", "removexattr",
    "lremovexattr", "fremovexattr",
)  # fmt: skip
# The same, but copying a file does it in passing: nothing happens, and nothing fails.
OWNERS_IN_PASSING = (
    "chmod", "fchmod", "fchmodat", "utime", "utimes", "futimesat", "utimensat",
)  # fmt: skip
SIGNALS = ("tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo", "pidfd_send_signal")

# CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET
CLONE_NEW = 0x7E020000
AF_UNIX, SOCK_STREAM, SOCK_TYPE = 1, 1, 0xF
MAP_SHARED, MAP_ANONYMOUS, MAP_TYPES = 0x01, 0x20, 0x0F
O_TRUNC, O_ACCMODE = 0o1000, 0o3
# Typing into a terminal, and signals that a descriptor sends to whom one likes.
IOCTLS = (0x5412, 0x541C, 0x5423, 0x8901, 0x8902)  # TIOCSTI TIOCLINUX TIOCSETD FIOSETOWN SIOCSPGRP
# File systems' own: flags of a file, verity, subvolumes; a file open for reading is enough.
IOCTL_GROUPS = (0x66, 0x58, 0x76, 0x94)
FCNTLS = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX


def install(sees_others_files, own_pid=None, guards_truncate=True):
    """Restrict this thread and all that it starts, for ever.

    sees_others_files: whether files that are not the notebook's own have paths here.
    own_pid: if given, the only process that it may signal: nothing else keeps it from the rest.
    guards_truncate: whether Landlock (or a read-only mount) keeps files from being truncated.
    """
    program = filter_program(sees_others_files, own_pid, guards_truncate)
    count = len(program) // 8
    code = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxP", count, ctypes.addressof(code))
    buffer = ctypes.create_string_buffer(header, len(header))
    prctl(PR_SET_NO_NEW_PRIVS, 1)
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(buffer))


def filter_program(sees_others_files=False, own_pid=None, guards_truncate=True):
    """The filter for this machine, as the kernel reads it."""
    calls = numbers()
    code = [
        _operation(LOAD, ARCHITECTURE),
        _operation(JUMP_EQUAL, MACHINES[machine()], 1, 0),
        _operation(RETURN, REFUSE),
        _operation(LOAD, NUMBER),
        _operation(JUMP_GREATER, X32 - 1, 0, 1),
        _operation(RETURN, REFUSE),
        _operation(JUMP_GREATER, LAST_KNOWN, 0, 1),
        _operation(RETURN, UNKNOWN),
    ]
    for names, answer in _refused(sees_others_files, own_pid, guards_truncate):
        for name in names:
            if name in calls:
                code += [
                    _operation(JUMP_EQUAL, calls[name], 0, 1),
                    _operation(RETURN, answer),
                ]
    for name, block in _looked_at(own_pid, guards_truncate):
        if name in calls:
            code += [_operation(JUMP_EQUAL, calls[name], 0, len(block)), *block]
    code.append(_operation(RETURN, ALLOW))
    return b"".join(code)


def _refused(sees_others_files, own_pid, guards_truncate):
    yield REFUSED, REFUSE
    yield ABSENT, UNKNOWN
    if sees_others_files:
        yield OWNERS, REFUSE
        yield OWNERS_IN_PASSING, PRETEND
    if own_pid is not None:
        yield SIGNALS, REFUSE
    if not guards_truncate:
        yield ("truncate",), REFUSE


def _looked_at(own_pid, guards_truncate):
    """(name, operations that decide); each list ends with a return."""
    yield "clone", _refuse_if(_argument(0), _operation(JUMP_ANY_BIT, CLONE_NEW, 0, 1))
    yield (
        "socketpair",
        [
            *_argument(0),
            _operation(JUMP_EQUAL, AF_UNIX, 0, 4),
            # Datagrams can be sent to any socket's address, streams only to the other end.
            *_argument(1),
            _operation(AND, SOCK_TYPE),
            _operation(JUMP_EQUAL, SOCK_STREAM, 0, 1),
            _operation(RETURN, ALLOW),
            _operation(RETURN, REFUSE),
        ],
    )
    # Memory that stays when its pages are given back: no limit would count it.
    both = MAP_SHARED | MAP_ANONYMOUS
    yield (
        "mmap",
        [
            *_argument(3),
            _operation(AND, MAP_ANONYMOUS | MAP_TYPES),
            _operation(JUMP_EQUAL, both, 1, 0),
            _operation(JUMP_EQUAL, both | 2, 0, 1),  # MAP_SHARED_VALIDATE
            _operation(RETURN, REFUSE),
            _operation(RETURN, ALLOW),
        ],
    )
    yield "ioctl", _ioctl()
    yield "fcntl", _refuse_values(_argument(1), FCNTLS)
    yield (
        "personality",
        [
            *_argument(0),
            _operation(JUMP_EQUAL, 0xFFFFFFFF, 2, 0),
            _operation(JUMP_EQUAL, 0, 1, 0),
            _operation(RETURN, REFUSE),
            _operation(RETURN, ALLOW),
        ],
    )
    # One's own: 0. Others' limits, priority and processors are none of its business.
    yield "prlimit64", _refuse_unless(_argument(0), 0)
    yield "sched_setaffinity", _refuse_unless(_argument(0), 0)
    yield (
        "setpriority",
        [
            *_argument(0),
            _operation(JUMP_EQUAL, 0, 0, 3),  # PRIO_PROCESS
            *_argument(1),
            _operation(JUMP_EQUAL, 0, 0, 1),
            _operation(RETURN, ALLOW),
            _operation(RETURN, REFUSE),
        ],
    )
    if own_pid is not None:
        yield "kill", _refuse_unless(_argument(0), own_pid)
        yield "tgkill", _refuse_unless(_argument(0), own_pid)
    if not guards_truncate:
        yield "open", _truncating(1)
        yield "openat", _truncating(2)


def _ioctl():
    groups = [_operation(LOAD, ARGUMENTS + 8), _operation(AND, 0xFF00)]
    for group in IOCTL_GROUPS:
        groups += [_operation(JUMP_EQUAL, group << 8, 0, 1), _operation(RETURN, REFUSE)]
    return _refuse_values(_argument(1), IOCTLS)[:-1] + groups + [_operation(RETURN, ALLOW)]


def _truncating(place):
    """Opening for reading only, and truncating all the same."""
    return [
        *_argument(place),
        _operation(AND, O_TRUNC | O_ACCMODE),
        _operation(JUMP_EQUAL, O_TRUNC, 0, 1),
        _operation(RETURN, REFUSE),
        _operation(RETURN, ALLOW),
    ]


def _argument(place):
    """Load the lower half of an argument; on both machines the lower half comes first."""
    return [_operation(LOAD, ARGUMENTS + 8 * place)]


def _refuse_if(load, jump):
    return [*load, jump, _operation(RETURN, REFUSE), _operation(RETURN, ALLOW)]


def _refuse_unless(load, value):
    return [
        *load,
        _operation(JUMP_EQUAL, value, 1, 0),
        _operation(RETURN, REFUSE),
        _operation(RETURN, ALLOW),
    ]


def _refuse_values(load, values):
    code = list(load)
    for value in values:
        code += [_operation(JUMP_EQUAL, value, 0, 1), _operation(RETURN, REFUSE)]
    return [*code, _operation(RETURN, ALLOW)]


def _operation(code, value, if_true=0, if_false=0):
    return struct.pack("=HBBI", code, if_true, if_false, value)
