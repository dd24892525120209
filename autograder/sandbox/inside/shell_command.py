"""A shell command whose output a cell shows while it comes."""

import codecs
import os
import select
import subprocess
import sys
import time

# How often to look whether the command has ended: something that it started may hold the pipe.
LOOK = 0.05
CHUNK = 65536
# Seconds that an interrupted command has to end.
PATIENCE = 2


def run_shell_command(command):
    """Run it, its output and errors on sys.stdout; returns its status as IPython counts it.

    Lines end as they do on a terminal, which is what notebooks show.
    """
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    process = subprocess.Popen(
        ["sh", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        bufsize=0,
    )
    with process.stdout as pipe:
        try:
            _show(process, pipe, decoder, None)
        except KeyboardInterrupt:  # the command has got it, too
            _show(process, pipe, decoder, time.monotonic() + PATIENCE)
            process.kill()
    return _status(process.wait())


def _show(process, pipe, decoder, deadline):
    while deadline is None or time.monotonic() < deadline:
        ended = process.poll() is not None
        if select.select([pipe], [], [], 0 if ended else LOOK)[0]:
            data = os.read(pipe.fileno(), CHUNK)
            text = decoder.decode(data, final=not data)
            sys.stdout.write(text.replace("\r\n", "\n").replace("\n", "\r\n"))
            if not data:
                return
        elif ended:
            return


def _status(code):
    return -(code - 128) if code > 128 else code
