"""A camera that is plugged into this machine: Video4Linux2, where FFmpeg has it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from queue import Empty, Full, Queue
from typing import Any

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from contrejour.base.errors import CameraError, CameraRefused
from contrejour.media.camera.feeds.feed import Arrival, Feed, opened, pictures_of
from contrejour.media.camera.relay.link import STALL_S

SPREAD_NS = 50_000_000
"""The kernel stamps a picture when it is whole: its own exposure, and the way over USB."""
_FORMAT = "video4linux2"


class Webcam(Feed):
    lossy, gone = False, CameraError

    def __init__(self, address: str) -> None:
        self.name, self.notes = address, []
        device = address.removeprefix("webcam:")
        if not re.fullmatch(r"/dev/video[0-9]+", device):
            raise CameraRefused("not-a-webcam-address", address=address)
        try:
            av.ContainerFormat(_FORMAT, "r")
        except ValueError as error:
            raise CameraRefused("no-webcam-support", address=address) from error
        options = {"timestamps": "abs", "protocol_whitelist": "file"}
        self._container = opened(device, address, "Video4Linux2", options, _FORMAT)
        self._stream = pictures_of(self._container, address)
        self._read = ReaderThread(lambda: self._container.demux(self._stream), address)

    def first(self) -> tuple[InputContainer, VideoStream]:
        return self._container, self._stream

    def packets(self) -> Iterator[tuple[Any, Arrival]]:
        for packet in self._read:
            if packet.size:
                ns = None if packet.pts is None else int(packet.pts * packet.time_base * 10**9)
                yield packet, Arrival(SPREAD_NS, 0, ns, reported=True)
        raise CameraError("webcam-unplugged", camera=self.name)

    def close(self) -> None:
        if self._read.stop():  # else a read that never ends holds it, as long as the process lives
            self._container.close()


class ReaderThread:
    """Reads in a thread of its own: a driver's read can wait for ever, and asks nobody."""

    def __init__(
        self, read: Callable[[], Iterator[Any]], name: str, stall_s: float = STALL_S
    ) -> None:
        self._name, self._stall_s = name, stall_s
        self._came: Queue[Any] = Queue(maxsize=4)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(read,), daemon=True)
        self._thread.start()

    def _run(self, read: Callable[[], Iterator[Any]]) -> None:
        try:
            for packet in read():
                if not self._put(packet):
                    return
        except (av.FFmpegError, OSError):
            pass  # the driver's word for a camera that is gone
        self._put(None)

    def _put(self, packet: Any) -> bool:
        while not self._stopped.is_set():
            try:
                self._came.put(packet, timeout=0.1)
            except Full:
                continue
            return True
        return False

    def __iter__(self) -> Iterator[Any]:
        while True:
            try:
                packet = self._came.get(timeout=self._stall_s)
            except Empty:
                raise CameraError("camera-silent", camera=self._name) from None
            if packet is None:
                return
            yield packet

    def stop(self) -> bool:
        """Whether the thread has ended, after half a second at most."""
        self._stopped.set()
        self._thread.join(0.5)
        return not self._thread.is_alive()
