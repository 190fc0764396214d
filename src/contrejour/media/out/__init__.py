"""Packets made again, of pictures that are veiled already.

    encode.py   veiled pictures encoded; packets copied, where nothing had to be hidden
    fmp4.py     movie fragments (ISO/IEC 14496-12), each ready as soon as its pictures are
    hls.py      a live stream for browsers: segments, their parts, a playlist (RFC 8216bis)

What is written here depends on the pictures alone: one thread an encoder, and of the input nothing
but slices and parameter sets, no metadata and no SEI.
"""

__all__ = ["encode", "fmp4", "hls"]
