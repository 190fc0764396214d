"""The cameras that run, which may change while others go on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from contrejour.live.watch.camera import Watcher
from contrejour.live.watch.load import Load


@dataclass(slots=True)
class RunningCameras:
    """The cameras that run, each in a thread of its own; which these are may change.

    One thread starts and stops them; any may read. `over` is called, in a camera's own thread,
    once it has ended by itself or been stopped.
    """

    over: Callable[[str], object] = lambda _: None
    watchers: dict[str, Watcher] = field(default_factory=dict)
    """By their names: those that were started, and not stopped since."""
    failed: dict[str, BaseException] = field(default_factory=dict)
    """What ended those that did not end well."""
    load: Load = field(default_factory=Load)
    """One for all, for they share the cores."""
    _over: set[str] = field(default_factory=set)
    _threads: dict[str, tuple[threading.Thread, threading.Event]] = field(default_factory=dict)

    def start(self, watcher: Watcher) -> None:
        """Run it, until it ends or `stop`, which its `stopped` and its `sleep` are set to tell."""
        name, stop = watcher.name, threading.Event()
        watcher.stopped, watcher.sleep, watcher.load = stop.is_set, stop.wait, self.load
        thread = threading.Thread(target=self._run, args=(watcher,), name=f"camera {name}")
        self.failed.pop(name, None)
        self._over.discard(name)
        self.watchers = {**self.watchers, name: watcher}  # whoever reads it meanwhile can
        self._threads[name] = thread, stop
        thread.start()

    def _run(self, watcher: Watcher) -> None:
        try:
            watcher.run()
        except BaseException as error:  # noqa: BLE001 - whatever ends one camera ends no other
            self.failed[watcher.name] = error
        finally:
            self._over.add(watcher.name)
            self.over(watcher.name)

    def running(self, name: str) -> bool:
        """Whether it was started and is not over: false when `over` is called."""
        return name in self._threads and name not in self._over

    def stop(self, names: Iterable[str] | None = None) -> None:
        """Have these end (all, unless it is said which), and wait until they have."""
        leaving = list(self._threads if names is None else names)
        for name in leaving:
            self._threads[name][1].set()
        for name in leaving:
            self._threads.pop(name)[0].join()
        if names is not None:
            self.watchers = {k: each for k, each in self.watchers.items() if k not in leaving}
            for name in leaving:
                self.failed.pop(name, None)
