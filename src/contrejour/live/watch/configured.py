"""The cameras that run are those of the configuration, which is read again when asked to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from queue import SimpleQueue

from contrejour.base.errors import ContrejourError
from contrejour.base.messages import Message, reason_of
from contrejour.base.stderr import MessageLog
from contrejour.live.watch.camera import Watcher
from contrejour.live.watch.cameras import RunningCameras
from contrejour.live.watch.desired import CameraConfig, differ

STOP, RELOAD = "\0stop", "\0reload"
"""Among the names of cameras that are over: end, or read the configuration again."""


@dataclass(slots=True)
class ConfiguredCameras:
    """The cameras that run, kept as the configuration has them."""

    read: Callable[[], dict[str, CameraConfig]]
    """Reads the configuration again. Raises what can't be read."""
    cameras: RunningCameras
    made: Callable[[CameraConfig], Watcher]
    log: MessageLog
    wanted: dict[str, CameraConfig] = field(default_factory=dict)

    def change(self, after: dict[str, CameraConfig]) -> None:
        """Stop what is gone, restart what changed or had ended, start what is new; no other."""
        changes = differ(self.wanted, after)
        over = [name for name in changes.same if not self.cameras.running(name)]
        again = [*changes.changed, *over]
        self.cameras.stop([*changes.gone, *again])
        for name in (*again, *changes.new):
            self.cameras.start(self.made(after[name]))
        if self.wanted:
            told = Message(
                "cameras-changed", stopped=len(changes.gone), started=len(changes.new),
                restarted=len(again), untouched=len(changes.same) - len(over),
            )  # fmt: skip
            self.log.say(told, "config-read")
        self.wanted = after

    def until_over(self, events: SimpleQueue[str]) -> None:
        """Until it is told to stop, or no camera runs."""
        while any(map(self.cameras.running, self.cameras.watchers)) or not events.empty():
            event = events.get()
            if event == STOP:
                return
            if event == RELOAD:
                self._reload()
            elif (error := self.cameras.failed.get(event)) and len(self.cameras.watchers) > 1:
                self.cameras.watchers[event].tell(Message("camera-stopped", error=reason_of(error)))

    def _reload(self) -> None:
        """A configuration that can't be read changes nothing."""
        try:
            after = self.read()
        except ContrejourError as error:
            self.log.complain(error)
            self.log.say(Message("configuration-goes-on"), "config-kept", "warning")
        else:
            self.change(after)
