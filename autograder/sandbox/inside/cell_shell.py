"""The IPython shell that cells run in: a notebook kernel's, without the messaging."""

import asyncio
import builtins
import functools
import getpass
import pdb
import signal
import subprocess
import sys

from ipykernel.compiler import XCachingCompiler
from ipykernel.displayhook import ZMQShellDisplayHook
from ipykernel.zmqshell import ZMQDisplayPublisher, ZMQInteractiveShell
from IPython.core import debugger
from IPython.core.error import StdinNotImplementedError
from traitlets import Any, Type
from traitlets.config import Config

from autograder.sandbox.inside.outbox import error_output
from autograder.sandbox.inside.shell_command import run_shell_command

# How often a cell is resumed that something has thrown out of its event loop.
RESUME = 5


class _Publisher(ZMQDisplayPublisher):
    """display(), figures, clear_output()."""

    def publish(self, data, metadata=None, *, transient=None, update=False, **kwargs):
        metadata = {} if metadata is None else metadata
        self._validate_data(data, metadata)
        self.shell.outbox.show(
            {
                "output_type": "update_display_data" if update else "display_data",
                "data": data,
                "metadata": metadata,
                "display_id": (transient or {}).get("display_id"),
            }
        )

    def clear_output(self, wait=False):
        self.shell.outbox.show({"output_type": "clear_output", "wait": bool(wait)})


class _ResultHook(ZMQShellDisplayHook):
    """The value of a cell's last line."""

    def start_displayhook(self):
        self.msg = {"content": {"data": {}, "metadata": {}}}

    def finish_displayhook(self):
        message, self.msg = self.msg, None
        if message and message["content"]["data"]:
            self.shell.outbox.show({"output_type": "execute_result", **message["content"]})


class CellShell(ZMQInteractiveShell):
    """A kernel's shell whose outputs go to `outbox`; no kernel, no sockets, no threads."""

    outbox = Any(allow_none=True)
    displayhook_class = Type(_ResultHook)
    display_pub_class = Type(_Publisher)

    def _showtraceback(self, etype, evalue, stb):
        if getattr(self.displayhook, "msg", None) is not None:
            self._last_traceback_during_displayhook = True
        self.outbox.error(etype.__name__, evalue, stb)
        self._last_traceback = stb

    def enable_gui(self, gui=None):
        """Nothing: there is no screen, and inline figures need no event loop."""

    def system_piped(self, cmd):
        """`!command`: without a terminal, which a confined process does not get."""
        if cmd.rstrip().endswith("&"):
            raise OSError("Background processes not supported.")
        status = run_shell_command(self.var_expand(cmd, depth=1))
        self.user_ns["_exit_code"] = status
        if getattr(self, "system_raise_on_error", False) and status:
            raise subprocess.CalledProcessError(status, cmd)

    system = system_piped

    def ask_exit(self):
        """Nothing: exit() ends no grading."""


# Programs ask for the class's name to find out whether they run in a notebook.
CellShell.__name__ = "ZMQInteractiveShell"


def make_shell(ipython_dir):
    """The shell, with inline figures as a notebook has them.

    Must exist before matplotlib's inline backend is imported, which looks for it then.
    """
    config = Config()
    config.HistoryManager.enabled = False  # a database and a thread that nobody needs
    shell = CellShell.instance(
        config=config, ipython_dir=str(ipython_dir), compiler_class=XCachingCompiler
    )
    shell.enable_matplotlib("inline")
    pdb.Pdb, pdb.set_trace = debugger.Pdb, debugger.set_trace  # as a kernel has it
    return shell


def attach(shell, outbox, cwd):
    """Make the shell this process's own: its outputs, and nothing of an earlier notebook."""
    shell.outbox = outbox
    shell.db = {}  # %store would otherwise reach the next student
    shell.starting_dir = cwd
    shell.user_ns["_dh"] = [cwd]
    builtins.input = functools.partial(_no_input, "raw_input")
    getpass.getpass = functools.partial(_no_input, "getpass")
    sys.breakpointhook = lambda *args, **kwargs: None  # nobody to debug


def run_cell(shell, loop, source):
    """Run one cell as a kernel does; what it shows is in the outbox then.

    Returns what the cell is to be reported with: execution_count and error, None or the
    exception's dictionary of ename, evalue and traceback.
    """
    shell.outbox.begin(shell.execution_count)
    # asyncio's way with an interrupt is to cancel a task, which stops no endless loop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        result = _in_loop(loop, _execute(shell, source))
        error = result.error_before_exec or result.error_in_exec
        failed = not result.success or shell._last_traceback_during_displayhook
        traceback = shell._last_traceback or []
    except BaseException as broken:  # a cell that has damaged the shell itself
        error, failed, traceback = broken, True, []
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        shell.payload_manager.clear_payload()
    report = error_output(type(error).__name__, _text(error), traceback) if failed else None
    return {"execution_count": shell.execution_count - 1, "error": report}


async def _execute(shell, source):
    # Mirrors ipykernel's do_execute: every cell runs inside a running event loop.
    problem = None
    try:
        transformed = shell.transform_cell(source)
    except Exception:
        transformed, problem = source, sys.exc_info()
    shell._last_traceback = None
    shell._last_traceback_during_displayhook = False
    prepared = {"transformed_cell": transformed, "preprocessing_exc_tuple": problem}
    if not shell.should_run_async(source, **prepared):
        return shell.run_cell(source, store_history=True)
    result = None
    try:
        result = await shell.run_cell_async(source, store_history=True, **prepared)
    finally:
        shell.events.trigger("post_execute")
        shell.events.trigger("post_run_cell", result)
    return result


def _in_loop(loop, coroutine):
    asyncio.set_event_loop(loop)
    task = loop.create_task(coroutine)
    for _ in range(RESUME):
        try:
            return loop.run_until_complete(task)
        except BaseException:
            if task.done():
                raise
            task.cancel()  # interrupted while it awaited something: the cell shows that
    raise RuntimeError("the cell did not come to an end")


def _no_input(name, *args, **kwargs):
    raise StdinNotImplementedError(
        f"{name} was called, but this frontend does not support input requests."
    )


def _text(error):
    try:
        return str(error)
    except BaseException:  # the student's own
        return ""
