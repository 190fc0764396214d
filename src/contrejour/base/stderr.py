"""What is said on standard error: sentences for people, or one JSON object a line (`--log json`).

    {"time": "2027-02-12T11:00:00.123Z", "level": "warning", "camera": "quais-01",
     "code": "camera-again", "message": "rtsp://10.0.0.8/s went silent: again in 1 s",
     "id": "camera-again", "values": {"error": {"id": "camera-silent", "values": {…}}, …}}

Sentences are in the reader's language; JSON is English, as everywhere. No login, ever: what is
said names cameras by addresses without one (video.without_login).
"""

from __future__ import annotations

import json
import re
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Literal

from contrejour.base import times
from contrejour.base.errors import ContrejourError
from contrejour.base.language import said
from contrejour.base.messages import Message, Tell, as_json, verbatim
from contrejour.base.shown import indented

Form = Literal["text", "json"]
Level = Literal["info", "warning", "error"]

EVENTS: Mapping[str, tuple[str, Level]] = {
    "camera-again": ("camera-again", "warning"),
    "camera-stopped": ("camera-stopped", "error"),
    "sealing-stopped": ("seal-gap", "warning"),
    "sealing-goes-on": ("seal-again", "info"),
    "manifest-not-signed": ("seal-late", "warning"),
    "disk-too-slow": ("seal-late", "warning"),
    "scene-lost": ("scene-lost", "warning"),
    "scene-not-ours": ("scene-not-ours", "warning"),
    "scene-poor": ("scene-poor", "warning"),
    "scene-known": ("scene-known", "info"),
    "scene-unkept": ("scene-unkept", "warning"),
}
"""The event code and the level of what a camera tells, by the id of the message."""


def coded(message: Message) -> tuple[str, Level]:
    """The event code and the level of what a camera tells."""
    return EVENTS.get(message.id, ("told", "info"))


def write_line(text: str) -> None:
    """At once and whole: between a text and the end of its line `print` may let another thread."""
    sys.stderr.write(f"{indented(text)}\n")
    sys.stderr.flush()


def warn(message: Message) -> None:
    write_line(f"contrejour: warning: {said(message)}")


@dataclass(frozen=True, slots=True)
class MessageLog:
    """Each line is written at once, and whole: threads may share it."""

    form: Form = "text"
    write: Callable[[str], object] = write_line
    clock: times.Clock = times.now

    def say(
        self, message: Message, code: str, level: Level = "info", *, camera: str = "",
        hint: Message | None = None,
    ) -> None:  # fmt: skip
        """One thing that happened."""
        if self.form == "json":
            at = self.clock().astimezone(UTC).isoformat(timespec="milliseconds")
            row = {"time": at.replace("+00:00", "Z"), "level": level, "camera": camera,
                   "code": code, "message": str(message), "hint": str(hint or ""),
                   **as_json(message)}  # fmt: skip
            kept = {key: value for key, value in row.items() if value}
            self.write(json.dumps(kept, ensure_ascii=False))
            return
        whose = f"{camera}: " if camera else "error: " if level == "error" else ""
        self.write(f"contrejour: {whose}{said(message)}")
        if hint:
            self.write(f"contrejour: hint: {said(hint)}")

    def complain(self, error: ContrejourError) -> None:
        """An error, and those that came with it."""
        code = re.sub(r"(?<!^)(?=[A-Z])", "-", type(error).__name__).lower()
        self.say(error.message, code, "error", hint=error.advice)
        for other in error.others:
            self.complain(other)

    def teller(self, camera: str) -> Tell:
        """Says what happens to one camera."""

        def tell(message: Message) -> None:
            code, level = coded(message)
            self.say(message, code, level, camera=camera)

        return tell

    def catch_all(self) -> None:
        """What Python itself would print, in this form: without it a traceback is no JSON."""
        if self.form == "json":
            sys.excepthook = lambda kind, *_: self.say(verbatim(kind.__name__), "broke", "error")
            threading.excepthook = lambda args: self.say(
                verbatim(args.exc_type.__name__), "broke", "error"
            )
            warnings.showwarning = lambda text, *_, **__: self.say(
                verbatim(str(text)), "python", "warning"
            )
