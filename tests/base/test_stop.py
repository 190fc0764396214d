"""A stop comes through, wherever the main thread is when the signal comes.

The signal is sent from the very place where it was lost before, so no test waits for luck.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from fakes.runs import PATHS, run

from contrejour.base import stop

DESTRUCTOR = """
import os, signal, sys, time
from contrejour.base import stop
class Dropped:
    def __del__(self):
        os.kill(os.getpid(), int(sys.argv[1]))
        time.sleep(0)  # the handler runs here, and Python drops what it raises
stop.raise_on_signals()
dropped = Dropped()
del dropped
time.sleep(1000)
"""
SERVER = """
import os, signal, sys, threading
from contrejour.base import stop
from contrejour.cli.main import main
stop.raise_on_signals()  # it starts a thread, which takes locks too
enter = threading.Condition.__enter__
def entered(self):  # the main thread holds a lock when the signal comes
    got = enter(self)
    if threading.get_ident() == threading.main_thread().ident:
        os.kill(os.getpid(), signal.SIGTERM)
    return got
threading.Condition.__enter__ = entered
sys.exit(main(sys.argv[1:]))
"""
LOOP = """
import asyncio, os, signal, sys
from asyncio.events import Handle
from contrejour.base import stop

async def main():
    step = Handle._run
    def run(self):  # a step of a task is due when the signal comes
        Handle._run = step
        os.kill(os.getpid(), int(sys.argv[1]))
        step(self)
    async def play():
        while True:
            await asyncio.sleep(0)
    tasks = [asyncio.create_task(play()) for _ in range(3)]
    asyncio.get_running_loop().call_soon(lambda: setattr(Handle, "_run", run))
    return await stop.in_loop()

stop.raise_on_signals()
stop.raise_as(asyncio.run(main()))
"""
ELSEWHERE = """
import os, signal, sys, threading, time
from contrejour.base import stop
stop.raise_on_signals()
requests = stop.Requests() if sys.argv[2] == "server" else None
def send():
    time.sleep(0.2)  # the main thread waits; should it not wait yet, that is no fault
    signal.pthread_kill(threading.get_ident(), int(sys.argv[1]))  # the kernel may choose this one
    time.sleep(1000)
threading.Thread(target=send, daemon=True).start()
requests.wait() if requests else time.sleep(1000)
"""


def ended(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], timeout=60, text=True, check=False,
        capture_output=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(PATHS)},
    )  # fmt: skip


@pytest.mark.parametrize("code", [DESTRUCTOR, LOOP])
@pytest.mark.parametrize(
    ("number", "returns"), [(signal.SIGTERM, stop.EXIT_CODE), (signal.SIGINT, -signal.SIGINT)]
)
def test_a_stop_ends_what_it_comes_to(code, number, returns):
    done = ended(code, int(number))
    assert done.returncode == returns, done.stderr
    assert "ignored" not in done.stderr


@pytest.mark.parametrize(
    ("number", "what", "returns"),
    [
        (signal.SIGTERM, "command", stop.EXIT_CODE), (signal.SIGINT, "command", -signal.SIGINT),
        (signal.SIGTERM, "server", 0), (signal.SIGINT, "server", 0),
    ],
)  # fmt: skip
def test_a_stop_ends_a_wait_of_the_main_thread_though_another_thread_gets_it(number, what, returns):
    """As where it comes just before the wait: nothing but us would end it."""
    done = ended(ELSEWHERE, int(number), what)
    assert done.returncode == returns, done.stderr


def test_a_server_ends_though_it_holds_a_lock_when_the_stop_comes(tmp_path):
    run("keys", "new", tmp_path / "key")
    made = run("ledger", "init", tmp_path / "log", "--name", "log.example.org/a",
               "--key", tmp_path / "key")  # fmt: skip
    assert made.returncode == 0, made.stderr
    trust, state = tmp_path / "log" / "policy.txt", tmp_path / "state"
    for command in (
        ("witness", state, "--name", "w.example.org", "--policy", trust, "--key", tmp_path / "key"),
    ):
        done = ended(SERVER, "ledger", *command)
        assert done.returncode == 0, done.stderr


def test_what_python_drops_otherwise_is_told_as_ever():
    code = (
        "from contrejour.base import stop\n"
        "class Broken:\n    def __del__(self): raise ValueError('broken')\n"
        "stop.raise_on_signals(); stop.raise_on_signals()\nbroken = Broken(); del broken\n"
    )
    done = ended(code)
    assert (done.returncode, done.stderr.count("ValueError: broken")) == (0, 1)
