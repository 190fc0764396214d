"""Debian's Chromium without a window, by its DevTools protocol over a pipe."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fakes.runs import LIMIT_S

SILENT_S = 60.0
CHROMIUM = shutil.which("chromium")


class Page:
    """One tab. `ask` is a DevTools command; `run` gives what a JavaScript expression gives."""

    def __init__(self, to: int, from_: int) -> None:
        self._to, self._from, self._number, self._rest = to, from_, 0, b""
        self._session = ""
        self.events: list[dict[str, Any]] = []
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        asked = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            asked["sessionId"] = self._session
        os.write(self._to, json.dumps(asked).encode() + b"\0")
        while (told := self._next()).get("id") != self._number:
            self.events.append(told)
        assert "error" not in told, told
        return dict(told["result"])

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._from], [], [], SILENT_S)
            assert ready, "Chromium says nothing"
            more = os.read(self._from, 1 << 16)
            assert more, "Chromium went away"
            self._rest += more
        line, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(line))

    def run(self, expression: str) -> Any:
        told = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True,
                        returnByValue=True)  # fmt: skip
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def open(self, url: str, language: str = "en") -> None:
        """Go there, and wait until it has loaded."""
        for domain in ("Network", "Log", "Runtime", "Page"):
            self.ask(f"{domain}.enable")
        self.ask("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})
        before = len(self.events)
        for _ in range(5):  # a network interface that comes or goes breaks whatever is loading
            told = self.ask("Page.navigate", url=url)
            if "errorText" not in told:
                break
        assert "errorText" not in told, told
        while not any(each["method"] == "Page.loadEventFired" for each in self.events[before:]):
            self.events.append(self._next())

    def complaints(self) -> list[dict[str, Any]]:
        """What stood in its console as an error: a script that broke, a policy that refused."""
        entries = [event.get("params", {}).get("entry", {}) for event in self.events]
        broke = [event for event in self.events if event["method"] == "Runtime.exceptionThrown"]
        return [
            each for each in entries if each.get("source") in ("security", "javascript")
        ] + broke

    def picture(self, path: Path) -> None:
        """A screenshot."""
        path.write_bytes(base64.b64decode(self.ask("Page.captureScreenshot")["data"]))


@contextmanager
def chromium(folder: Path) -> Iterator[Page]:
    """Started with a profile of its own in `folder`; the test is skipped where there is none."""
    if not CHROMIUM:
        pytest.skip("chromium is not installed")
    (to_read, to_write), (from_read, from_write) = os.pipe(), os.pipe()
    arguments = (
        CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--remote-debugging-pipe", "--autoplay-policy=no-user-gesture-required", "--no-first-run",
        "--window-size=1000,760", f"--user-data-dir={folder}",
    )  # fmt: skip
    process = subprocess.Popen(
        ["bash", "-c", f'exec "$@" 3<&{to_read} 4>&{from_write}', "bash", *arguments],
        pass_fds=(to_read, from_write), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    os.close(to_read)
    os.close(from_write)
    try:
        yield Page(to_write, from_read)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(LIMIT_S)
        os.close(to_write)
        os.close(from_read)
