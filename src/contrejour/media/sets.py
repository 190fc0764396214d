"""Parameter sets that a live stream repeats, and whether they may be believed. Pure.

They say how all that follows is decoded (ITU-T H.264 §7.4.1.2.1, H.265 §7.4.2.4.2): one flipped bit
in them, and every picture comes out wrong without a complaint. So what comes on the way must be
what the camera said when it was asked.
"""

from __future__ import annotations

from contrejour.media import nal


class Sets:
    """Those of one connection. `changed`: the camera sends others now, for good."""

    def __init__(self, codec: str, told: bytes) -> None:
        """`told`: Annex B, as the camera described itself."""
        self._codec, self._known = codec, frozenset(nal.sets(codec, told))
        self._doubted: frozenset[bytes] = frozenset()
        self._bad = self._sure = self.changed = False

    def doubts(self, data: bytes) -> bool:
        """Whether what this packet (Annex B) and those after it hold may be decoded wrongly.

        A camera that described itself wrongly is believed the second time that it says the same.
        """
        units = frozenset(nal.sets(self._codec, data))
        if not units:
            return self._bad
        new, before = units - self._known, self._doubted
        self._doubted = new
        if new and new == before and not self._sure:
            self._known |= new
        elif new:
            self._bad, self.changed = True, new == before
            return True
        if nal.all_sets(self._codec, units):  # what is missing may have been lost
            self._bad, self._sure = False, True
        return self._bad
