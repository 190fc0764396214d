"""The site file and the plan of `watch`: read at the start, read again, the last good site kept.

    OUTPUT/site.last-good.yml     the last site file that could be read

At the start it stands in, loudly, for a site file that can't be read. Nothing ever stands in for
a plan: without one that is signed and read now, no camera starts (fail closed).
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from contrejour.base.errors import ContrejourError, UsageError
from contrejour.base.files import make_folder, replace
from contrejour.base.messages import Message
from contrejour.base.stderr import MessageLog
from contrejour.cli import arguments
from contrejour.cli.keyfiles import public_key
from contrejour.cli.sealing import keeping

if TYPE_CHECKING:
    from contrejour.live.site import Site
    from contrejour.live.watch import CameraConfig

KEPT = "site.last-good.yml"
LOOK_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Configuration:
    """`only`: the cameras that were asked for; all of them where there is none."""

    site: Path
    plan: Path
    pub: Path | None
    only: tuple[str, ...]
    output: Path
    log: MessageLog

    def at_start(self) -> dict[str, CameraConfig]:
        """Each camera, by its name. Raises what can't be read."""
        from contrejour.live.site import read_site

        kept = self.output / KEPT
        try:
            text = arguments.read_text(self.site)
            site = read_site(text, str(self.site))
        except ContrejourError as error:
            try:
                text = arguments.read_text(kept)
                site = read_site(text, str(kept))
            except ContrejourError:
                raise error from None
            self.log.complain(error)
            told = Message("configuration-last-good", site=self.site, kept=kept)
            self.log.say(told, "config-last-good", "warning")
        return self._wanted(site, text)

    def again(self) -> dict[str, CameraConfig]:
        """As at the start, from the files that were named alone."""
        from contrejour.live.site import read_site

        text = arguments.read_text(self.site)
        return self._wanted(read_site(text, str(self.site)), text)

    def _wanted(self, site: Site, text: str) -> dict[str, CameraConfig]:
        from contrejour.law.mandate.plan import Plan
        from contrejour.live.site import address
        from contrejour.live.watch import CameraConfig

        plan = Plan(arguments.read_bytes(self.plan), [public_key(self.pub)])
        for name in self.only:
            if name not in site.cameras:
                known = ", ".join(site.cameras)
                raise UsageError("camera-not-in-site", camera=name, site=self.site, known=known)
        wanted = {
            name: CameraConfig(
                name,
                site.cameras[name],
                address(name, site.cameras[name]),
                plan,
                site.publish,
                site.seal,
            )
            for name in self.only or site.cameras
        }
        if site.seal and wanted:
            plan.originals(plan.cameras[0]).demand(keeping(site.seal).policies)
        self._keep(text)
        return wanted

    def _keep(self, text: str) -> None:
        try:
            make_folder(self.output)
            replace(self.output / KEPT, text.encode(), 0o600)
        except OSError as error:
            told = Message("cannot-be-written", path=KEPT, reason=error.strerror)
            self.log.say(told, "config-unkept", "warning")

    @contextmanager
    def watched(self, wanted: bool, changed: Callable[[], object]) -> Iterator[None]:
        """Meanwhile, where it is `wanted`, tell when the site file or the plan changes."""
        over = threading.Event()

        def look() -> None:
            before = self._stamps()
            while not over.wait(LOOK_EVERY_S):
                now = self._stamps()
                if now != before:
                    changed()
                before = now

        if wanted:
            threading.Thread(target=look, name="configuration", daemon=True).start()
        try:
            yield
        finally:
            over.set()

    def _stamps(self) -> list[tuple[int, int, int]]:
        stamps = []
        for path in (self.site, self.plan):
            with suppress(OSError):
                told = os.stat(path)
                stamps.append((told.st_mtime_ns, told.st_size, told.st_ino))
        return stamps
