"""Tries an isolation: python -m autograder.sandbox.inside.probe PLAN SECRET.

Confines itself as a notebook's process would, tries what is forbidden and what must go on
working, and prints "confined" if all is as it should be.
"""

import json
import os
import socket
import subprocess
import sys

from autograder.sandbox.inside.confine import confine
from autograder.sandbox.inside.scratch import Scratch
from autograder.sandbox.policy import Confinement


def main(plan, secret):
    """plan: a Confinement as JSON. secret: a file that must not be readable afterwards."""
    plan = Confinement.from_json(json.loads(plan))
    scratch = Scratch(plan)
    scratch.make()
    confine(plan, os.getppid())
    scratch.enter()
    for forbidden in (
        lambda: os.open(secret, os.O_RDONLY),
        lambda: os.open("/etc/autograder", os.O_WRONLY | os.O_CREAT),
        socket.socket,
    ):
        try:
            forbidden()
        except OSError:
            continue
        sys.exit("it does not keep what it must")
    with open("written", "w") as file:
        file.write("x")
    subprocess.run([sys.executable, "-S", "-c", "pass"], check=True)
    print("confined")


if __name__ == "__main__":
    main(*sys.argv[1:])
