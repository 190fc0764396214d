"""Every process that we start starts shut in, and none outlives us, however we end: `kill -9` too.

    decoder of a camera       media/camera/child.py      begin
    who connects to a camera  media/camera/relay/main.py begin
    maker of keys             custody/seal/window.py     begin
    worker of a recording     recorded/processes.py      begin
    an age plugin, pip        somebody else's program    start

`begin` starts a module of ours in a Python that reads no setting of its own and looks for modules
in no current folder. It writes no core file (it would hold keys or clear pictures), gains no
privilege from a program that it runs, and on Linux no other process of the user reads its memory.
What `start` starts is somebody else's: it inherits the first two.

On Linux the kernel kills the child (prctl(2), PR_SET_PDEATHSIG). It does so when the *thread* that
started the child ends, so that thread has to wait for it. Elsewhere the child looks again and again
who its parent is (getppid(2)): an orphan gets another one. What another program starts in its turn
isn't reached.

This file is run as a program too, by its path and without the packages of the project: it becomes
the program that it is told to start.
"""

from __future__ import annotations

import ctypes
import importlib
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

_PARENT_DEATH_SIGNAL, _DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
"""prctl(2): PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS."""
_ENTER = (
    "import os, sys; sys.path[:] = sys.argv[1].split(os.pathsep); "
    "from contrejour.base.children import enter; enter()"
)
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


def hide() -> None:
    """Forbid this process core files and, on Linux, that others of its user read its memory."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_DUMPABLE, 0, 0, 0, 0)


def give_up_privileges() -> bool:
    """Have no program that this process runs gain a privilege (setuid); whether that holds."""
    return sys.platform == "linux" and not ctypes.CDLL(None).prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)


def begin(module: str, *arguments: str, cwd: str = os.sep, **how: Any) -> subprocess.Popen[Any]:
    """Start `module.main()` in a process of its own, shut in, which ends with this thread.

    `sys.argv[1:]` are `arguments` there. It stands in the root folder, or in `cwd`. Raises OSError.
    """
    from contrejour.base.paths import trusted  # here: run by its path this file has no packages

    path = os.pathsep.join(trusted())
    python = [sys.executable, "-I", *_compiled_where_ours_is()]
    words = [*python, "-c", _ENTER, path, str(os.getpid()), module, *arguments]
    return subprocess.Popen(words, cwd=cwd, **how)


def _compiled_where_ours_is() -> list[str]:
    """Options for a Python that reads no setting: it leaves compiled modules where this one does.

    One whose files may grow to some size alone leaves them cut off there, for all to stumble over.
    """
    prefix = [] if sys.pycache_prefix is None else ["-X", f"pycache_prefix={sys.pycache_prefix}"]
    return [*prefix, *(["-B"] if sys.dont_write_bytecode else [])]


def enter() -> None:
    """The other side of `begin`: `PATH PARENT MODULE …`."""
    from contrejour.base.shown import guard

    parent, module = sys.argv[2:4]
    die_with_parent(int(parent))
    hide()
    give_up_privileges()
    guard()
    del sys.argv[:3]
    importlib.import_module(module).main()


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
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    give_up_privileges()
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
