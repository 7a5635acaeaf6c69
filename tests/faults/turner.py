"""Runs commands of the gate, each in a fork of one process that has imported and compiled all once.

A line of JSON on stdin is a command's words. The fork's number is said at once; it waits for a
signal, so that a tracer can come to it first. Then the parent says how it ended.
"""

import ctypes
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Final

from gateway import wiring
from gateway.__main__ import app

GO: Final = signal.SIGUSR1
_ANYONE_MAY_TRACE: Final = (0x59616D61, -1)
"""PR_SET_PTRACER, PR_SET_PTRACER_ANY: prctl(2)."""


def _live(words: Sequence[str]) -> int:
    silent = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(silent, stream)
    ctypes.CDLL(None).prctl(*_ANYONE_MAY_TRACE)
    signal.sigwait({GO})
    try:
        app(words)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def main() -> None:
    """Fork a life for each command, until there are no more."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {GO})
    wiring.read_edition(None)
    for line in sys.stdin:
        child = os.fork()
        if not child:
            os._exit(_live(json.loads(line)))
        print(child, flush=True)  # noqa: T201 - how the test hears of it
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    main()
