"""A recorded file: read forward, one closed GOP at a time, and written whole or not at all.

    apart.py        all of it, in a process that can touch nothing else: what others call
    child.py        … that process
    wire.py         … what it says: lengths first, shapes checked
    opened.py       files as FFmpeg reads and writes them, by descriptors that are open
    index.py        what the file is, and where its closed GOPs begin; one pass over its packets
    reader.py       frames of those GOPs, in ascending order; the packets of a file of ours
    truncation.py   whether the container says of itself that it is cut short
    mux.py          one file made of coded pictures
    chunks.py       coded pictures on the disk

A reader never seeks backwards: seeking goes wrong in half the containers, packets in file order
don't. It resets its decoder at each closed GOP, so any process decodes a GOP to the same samples.
"""

__all__ = [
    "apart", "child", "chunks", "index", "mux", "opened", "reader", "truncation", "wire",
]  # fmt: skip
