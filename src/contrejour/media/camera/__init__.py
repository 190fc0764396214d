"""A live camera: connected, then shut in, then decoded; its frames come over a pipe.

    child.py       the process that decodes one camera: connects, gives up everything, decodes
    sandbox.py     what it gives up, for ever, by the kernel
    landlock.py    … files and ports
    filters.py     … and system calls
    feeds/         what coded pictures come through: one file for each kind of address
    live.py        pictures as they come, until the camera goes away: then an error, always
    clock.py       the camera's clock, ours, and one that only goes forward
    steady.py      a time line that only goes forward, whatever the camera's clock does
    wire.py        how pictures pass from that process to ours: lengths first, shapes checked
    decoder.py     our end of it: frames, and what was counted
    originals/     the packets themselves, as they came, by a pipe of their own

A camera chooses the bytes that FFmpeg decodes, so the process that decodes is taken for lost: what
it says is checked again on arrival, and its times are held to our clock.
"""

__all__ = [
    "child", "clock", "decoder", "feeds", "filters", "landlock", "live", "originals",
    "sandbox", "steady", "wire",
]  # fmt: skip
