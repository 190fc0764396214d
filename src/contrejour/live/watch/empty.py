"""The empty scene of one live camera: learned, kept, lost and learned again. Default deny.

    learning --enough samples--> known --nothing fits for ten seconds--> lost --+
       ^                           ^  \\________ it fits again ________________/ |
       |                           +-------- learned again -----------------------+
       +---- another size of picture

While learning and while lost the whole picture is hidden. A known scene is never changed by what is
compared with it, so nobody who stays becomes part of it (scene.md); it is given up when it fits no
more: a knock, a light that no gain explains, another size. On disk is only what is proven free of
people, and from there only what this user's own key vouches for (base/state.py) is believed: a
scene with somebody in it, planted, would show them.

Thresholds: chosen on PETS09-S2L1 for files, 2026-11-24 (docs/design/scene.md), the times by eye,
2026-11-25.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from contrejour.base import state
from contrejour.base.errors import OutputFailed
from contrejour.base.files import make_folder, replace
from contrejour.base.foreign import read_file
from contrejour.base.messages import Message, Tell, reason_of
from contrejour.base.pictures import Cells, Frame
from contrejour.vision import scene, veil

SAMPLES, EVERY_NS = 64, 5_000_000_000
"""A scene is learned in five minutes: whoever moves once in half of them is not in it."""
LOST_NS = 10_000_000_000
"""A scene that fits no picture for this long is learned again."""
LEAST_PROVEN = 0.2
"""A scene is used if at least this share of its cells is proven; else learning goes on."""

VOUCHED = "contrejour/watch/scene/v1"
MOST_BYTES = 1 << 29
"""A kept scene of the largest picture, 8192 x 8192, has 400 MB."""

_learning = ThreadPoolExecutor(1, "learning")
Submit = Callable[[Callable[[], scene.Scene]], "Future[scene.Scene]"]


class Empty:
    """Asked in order of time: `unknown` of each frame, `sample` once its mask is known."""

    def __init__(
        self,
        kept: Path,
        *,
        samples: int = SAMPLES,
        every_ns: int = EVERY_NS,
        submit: Submit = _learning.submit,
        tell: Tell = lambda _: None,
    ) -> None:
        """`kept`: the file of the scene, for the next start, in the camera's folder."""
        self._kept, self._samples, self._every_ns = kept, samples, every_ns
        self._submit, self._tell = submit, tell
        self._scene: scene.Scene | None = None
        self._learner: scene.Learner | None = None
        self._shape: Any = ()
        self._masks = ""
        self._taken = self._due_ns = 0
        self._lost_since_ns: int | None = None
        self._pending: Future[scene.Scene] | None = None
        self.unlike: Cells | None = None
        """Of the last frame: where it isn't the scene, unproven cells left out. None: unknown."""

    @property
    def known(self) -> bool:
        """Whether there is a scene that fits."""
        return self._scene is not None and self._lost_since_ns is None

    def begin(self, painted: Cells | None = None) -> None:
        """A new connection, whose times begin anew. `painted`: the cells of its privacy masks.

        A scene that was learned with other masks is not used: it has what these hide.
        """
        self._due_ns, self._lost_since_ns = 0, None
        bits = b"" if painted is None else np.packbits(painted).tobytes()
        masks = hashlib.sha256(bits).hexdigest() if bits else ""
        if masks != self._masks:
            self._masks, self._shape = masks, ()

    def unknown(self, frame: Frame) -> Cells:
        """The cells of this frame that are not proven to be the empty scene: all, in doubt."""
        self._fit(frame)
        self._take_learned()
        self.unlike = None
        everything = np.ones(veil.grid(*frame.planes[0].shape[::-1]), np.bool_)
        if self._scene is None:
            return everything
        differs = scene.changed(self._scene, frame.planes)
        cells = scene.denied(self._scene, differs)
        if not cells.all():
            self.unlike = differs
            if self._lost_since_ns is not None:
                self._lost_since_ns, self._learner, self._pending = None, None, None
            return cells
        if self._lost_since_ns is None:
            self._lost_since_ns = frame.time_ns
        elif frame.time_ns - self._lost_since_ns >= LOST_NS and self._learner is None:
            self._tell(Message("scene-lost"))
            self._learn(frame)
        return everything

    def sample(self, frame: Frame, hidden: Cells) -> None:
        """Learn of a frame whose mask is known, but not in the cells that the detectors hid."""
        if self._learner is None or self._pending or frame.time_ns < self._due_ns:
            return
        if hidden.all() or frame.corrupt:
            return
        self._learner.add(frame.planes, hidden)
        self._due_ns = frame.time_ns + self._every_ns
        self._taken += 1
        if self._taken % self._samples == 0:
            self._pending = self._submit(self._learner.learn)

    def _fit(self, frame: Frame) -> None:
        """Load or learn a scene where the picture has another shape than before."""
        shape = frame.planes[0].shape, frame.subsampling, frame.depth
        if shape == self._shape:
            return
        first = not self._shape
        self._shape, self._scene, self._lost_since_ns = shape, None, None
        if first and (kept := self._load()):
            self._scene, self._learner = kept, None
        else:
            self._learn(frame)

    def _learn(self, frame: Frame) -> None:
        height, width = frame.planes[0].shape
        self._learner = scene.Learner(
            height, width, frame.subsampling, frame.depth, self._samples, pictures=False
        )
        self._taken, self._due_ns, self._pending = 0, 0, None

    def _take_learned(self) -> None:
        if self._pending is None or not self._pending.done():
            return
        learned, self._pending = self._pending.result(), None
        if learned.proven.mean() < LEAST_PROVEN:
            self._tell(Message("scene-poor"))
            return
        self._scene, self._learner, self._lost_since_ns = learned, None, None
        self._tell(Message("scene-known", percent=100 * float(learned.proven.mean())))
        self._keep(learned.bare)

    def _keep(self, learned: scene.Scene) -> None:
        data = io.BytesIO()
        learned.write(data)
        try:
            code = state.vouch(VOUCHED, self._told(data.getvalue()))
            make_folder(self._kept.parent)
            replace(self._code, code.encode())
            replace(self._kept, data.getvalue())
        except (OSError, OutputFailed) as error:  # it is learned again after a restart
            self._tell(Message("scene-unkept", reason=reason_of(error)))

    @property
    def _code(self) -> Path:
        return self._kept.with_suffix(".code")

    def _told(self, data: bytes) -> bytes:
        """What is vouched for: which scene, of which camera, with which masks."""
        told = [self._kept.parent.name, hashlib.sha256(data).hexdigest(), self._masks]
        return " ".join(filter(None, told)).encode()

    def _load(self) -> scene.Scene | None:
        """The scene on disk, if there is one of ours for pictures of this shape.

        One that isn't ours is deleted: it may show what is masked now.
        """
        if not self._kept.exists():
            return None
        with suppress(OSError, OutputFailed, ValueError, KeyError, AttributeError, BadZipFile):
            data, code = (read_file(path, MOST_BYTES) for path in (self._kept, self._code))
            if state.vouched(VOUCHED, self._told(data), code.decode("ascii")):
                kept = scene.load(io.BytesIO(data))
                (height, width), steps, depth = self._shape
                if (kept.subsampling, kept.depth) == (steps, depth) and kept.fits(height, width):
                    return kept
                return None
        self._tell(Message("scene-not-ours"))
        with suppress(OSError):
            self._kept.unlink()
        return None
