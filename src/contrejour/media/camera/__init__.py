"""A live camera: one process connects, another is shut in and decodes; its frames come over a pipe.

    relay/         the process that connects, by name and with the login, and hands on what comes
    child.py       the process that decodes one camera: gives up everything, decodes
    sandbox.py     what both give up, for ever, by the kernel
    places.py      … all but these, which opening an address needs
    feeds/         what coded pictures come through: one file for each kind of address
    live.py        pictures as they come, until the camera goes away: then an error, always
    clock.py       the camera's clock, ours, and one that only goes forward
    steady.py      a time line that only goes forward, whatever the camera's clock does
    wire.py        how pictures pass from that process to ours: lengths first, shapes checked
    ends.py        how a connection ended, as one process says it to another
    decoder.py     our end of it: frames, and what was counted
    originals/     the packets themselves, as they came, by a pipe of their own

A camera chooses the bytes that FFmpeg decodes, so the process that decodes is taken for lost: it
has no login and no connection but to the relay, what it says is checked again on arrival, and its
times are held to our clock.
"""

__all__ = [
    "child", "clock", "decoder", "ends", "feeds", "live", "originals", "places", "relay",
    "sandbox", "steady", "wire",
]  # fmt: skip
