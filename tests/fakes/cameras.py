"""The real test camera, in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fakes.runs import start


@contextmanager
def camera(*clips: Path, more: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """`contrejour testing camera` on a free port; the address of each clip."""
    process = start("testing", "camera", *clips, "--port", "0", *more)
    try:
        yield [process.stdout.readline().strip() for _ in clips]
    finally:
        process.terminate()
        process.communicate(timeout=20)
