"""Many cameras in one process; what befalls one touches no other."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from contrejour.watch.camera import Watcher


def run(watchers: Sequence[Watcher]) -> dict[str, BaseException]:
    """Run all of them to their end; what ended those that did not end well, by their names.

    One alone raises what ended it.
    """
    if len(watchers) == 1:
        watchers[0].run()
        return {}
    ended: dict[str, BaseException] = {}
    with ThreadPoolExecutor(len(watchers), "camera") as pool:
        running = {pool.submit(watcher.run): watcher for watcher in watchers}
        for future in as_completed(running):
            if error := future.exception():
                watcher = running[future]
                ended[watcher.name] = error
                watcher.tell(f"{error}: this camera is stopped")
    if len(ended) == len(watchers):
        raise next(iter(ended.values()))
    return ended
