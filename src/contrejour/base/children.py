"""No process that we start outlives us, however we end: `kill -9` too.

    decoder of a camera       media/camera/child.py      die_with_parent
    maker of keys             custody/seal/window.py     die_with_parent
    worker of a recording     recorded/processes.py      die_with_parent
    an age plugin, pip        somebody else's program    start
    resource tracker          Python's own; it ends when the pipe that it reads from is closed

On Linux the kernel kills the child (prctl(2), PR_SET_PDEATHSIG). It does so when the *thread* that
started the child ends, so that thread has to wait for it. Elsewhere the child looks again and again
who its parent is (getppid(2)): an orphan gets another one. What another program starts in its turn
isn't reached.

This file is run as a program too, by its path and without the packages of the project: it becomes
the program that it is told to start.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_PARENT_DEATH_SIGNAL = 1
"""prctl(2): PR_SET_PDEATHSIG."""
_LOOK_S = 0.2
_ORPHAN = 137
"""The exit code of one that SIGKILL ended, as a shell has it."""


def kernel_kills() -> bool:
    """Ask the kernel to kill this process with its parent; whether it will."""
    if sys.platform != "linux":
        return False
    refused: int = ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    return not refused


def die_with_parent(parent: int, ask: Callable[[], bool] = kernel_kills) -> None:
    """Have this process end when process `parent`, which started it, has ended.

    It ends at once where that is so already. To be called first of all: what runs before it may
    outlive the parent.
    """
    asked = ask()
    if os.getppid() != parent:  # it ended before the kernel was asked
        os._exit(_ORPHAN)
    if not asked:
        threading.Thread(target=_look, args=(parent,), name="parent", daemon=True).start()


def _look(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(_ORPHAN)


def start(command: Sequence[str], **how: Any) -> subprocess.Popen[Any]:
    """`subprocess.Popen(command, **how)` of a program that knows nothing of us, and ends with us.

    Raises OSError where it can't be started. The thread that calls this waits for it to end.
    """
    heard, says = os.pipe()
    try:
        program = subprocess.Popen(
            [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(says), *command],
            pass_fds=(says,), **how,
        )  # fmt: skip
    finally:
        os.close(says)
        with open(heard, "rb") as pipe:
            number = pipe.read()  # ends when the program has begun: its end of the pipe is closed
    if number:
        with program:
            program.kill()
        raise OSError(int(number), os.strerror(int(number)), command[0])
    return program


def main(arguments: Sequence[str], ask: Callable[[], bool] = kernel_kills) -> NoReturn:
    """`PARENT PIPE PROGRAM …`: become that program; an error's number goes into the pipe."""
    parent, says, *command = arguments
    os.set_inheritable(int(says), False)
    try:
        asked = ask()
        if os.getppid() != int(parent):
            os._exit(_ORPHAN)
        if asked:
            os.execvp(command[0], command)
        program = subprocess.Popen(command)
    except OSError as error:
        os.write(int(says), str(error.errno).encode())
        os._exit(1)
    os.close(int(says))
    _wait(program, int(parent))


def _wait(program: subprocess.Popen[bytes], parent: int) -> NoReturn:
    """Where no kernel kills it: until it ends, or the parent has."""
    while os.getppid() == parent:
        try:
            os._exit(program.wait(_LOOK_S) % 256)
        except subprocess.TimeoutExpired:
            continue
    program.kill()
    os._exit(_ORPHAN)


if __name__ == "__main__":
    main(sys.argv[1:])
