"""Run as a program: seals a window until it is killed. Arguments: folder, recipient, seed."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from fakes.parties import MINUTE, T0

from contrejour.custody.seal.onion import Window
from contrejour.custody.seal.segment import WindowWriter
from contrejour.custody.seal.window import PreparedWindow

STEP_MS = 100


def clear(seq: int) -> bytes:
    """What segment `seq` is made of: nothing in it repeats."""
    return random.Random(seq).randbytes(150_000)


if __name__ == "__main__":
    folder, recipient = Path(sys.argv[1]), sys.argv[2]
    window = Window("car-1", T0, T0 + MINUTE, "2027-02-12", "ab" * 32, recipient)
    sealing = WindowWriter(PreparedWindow(window, {"vault.age": "ab" * 32}), folder)
    for seq in range(MINUTE // STEP_MS):
        sealing.begin(T0 + seq * STEP_MS)
        data = clear(seq)
        for at in range(0, len(data), 10_000):
            sealing.write(data[at : at + 10_000])
        sealing.end(T0 + (seq + 1) * STEP_MS)
        print(seq, flush=True)
