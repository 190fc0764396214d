"""A recorded file: read forward, one closed GOP at a time, and written whole or not at all.

    index.py        what the file is, and where its closed GOPs begin; one pass over its packets
    reader.py       frames of those GOPs, in ascending order; stills and luma for reports, measures
    truncation.py   whether the container says of itself that it is cut short
    mux.py          chunks of packets on the disk, and one file made of them

A reader never seeks backwards: seeking goes wrong in half the containers, packets in file order
don't. It resets its decoder at each closed GOP, so any process decodes a GOP to the same samples.
"""

__all__ = ["index", "mux", "reader", "truncation"]
