"""A camera's packets as they came, for whoever may keep them. Nothing here keeps anything.

    remux.py    packets as segments, each a movie of its own, never coded again
    tee.py      the second pipe: packets leave the process that decodes before they are decoded
    sink.py     the seam: whoever keeps segments; and what is believed of the times they came with

`SegmentSink` is a Protocol, because this wing knows no key and no plan: live hands one in that
seals. Without one there is no second pipe.
"""

__all__ = ["remux", "sink", "tee"]
