"""The real test camera, in a process of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from fakes.runs import LIMIT_S, start

from contrejour.live.watch import Watcher


@contextmanager
def camera(*clips: Path, more: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """`contrejour testing camera` on a free port; the address of each clip."""
    process = start("testing", "camera", *clips, "--port", "0", *more)
    try:
        assert process.stdout
        yield [process.stdout.readline().strip() for _ in clips]
    finally:
        process.terminate()
        process.communicate(timeout=LIMIT_S)


def run_all(watchers: Sequence[Watcher]) -> None:
    """Each to its own end, side by side: cameras of one name too, as one process never has."""
    threads = [
        threading.Thread(target=watcher.run, name=f"camera {place}")
        for place, watcher in enumerate(watchers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
